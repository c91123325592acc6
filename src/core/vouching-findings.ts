import type { VouchingUnit } from './conditions.ts';
import type { Evidence, Fact, World } from './model.ts';
import type { ComparisonResult, Sample } from './vouched.ts';
import { vouchingEvidence } from './vouching.ts';

/**
 * What was found of a review or comparison, whether or not it has been settled since: the samples that are or were wrong, the last list that
 * differed. Where nothing was found, how it stands.
 * @param facts about the comparison, oldest first.
 */
export function vouchingFindings(
  world: Pick<World, 'samples' | 'comparisons'>,
  unit: VouchingUnit,
  facts: readonly Pick<Fact, 'kind' | 'at' | 'body'>[] = [],
): Evidence | undefined {
  if (unit.kind === 'review-wrong') {
    const samples = [...world.samples].map(([key, sample]) => [key, asFound(sample)] as const);
    return vouchingEvidence({ ...world, samples: new Map(samples) }, unit);
  }
  const last = facts.findLast(({ kind, body }) => kind === 'comparison-made' && body['state'] === 'different');
  if (last === undefined) return vouchingEvidence(world, unit);
  const { comparison } = unit;
  const list = { ...last.body, kind: 'comparison', key: comparison, at: last.at } as ComparisonResult;
  return vouchingEvidence({ ...world, comparisons: new Map([[comparison, list]]) }, unit);
}

function asFound(sample: Sample): Sample {
  if (sample.state !== 'settled') return sample;
  return { ...sample, state: 'wrong', note: `settled: ${sample.note ?? ''}` };
}
