import type { Instant } from '#kernel/instant.ts';
import type { CompiledPlan } from '#plan/model.ts';
import type { GroupKey } from '#plan/reading.ts';
import type { Aggregate, Alert, Judgement, PlanLine, Silence, World } from './model.ts';
import { boundaryAfter, phaseNameAt } from './phases.ts';
import type { ComparisonResult, Sample } from './vouched.ts';

/** The key of a rule's judgement in one group. */
export function judgementKey(rule: string, group: GroupKey): string {
  return `${rule} ${group}`;
}

/** The key of a judged sample; names of reviews hold no `/`. */
export function sampleKey(review: string, sample: string): string {
  return `${review}/${sample}`;
}

/**
 * A plan of which nothing is stored yet. To record the first version too, make it with version 0 and send it an `apply`.
 * Nobody has judged anything before `now`.
 */
export function emptyWorld(plan: CompiledPlan, version: number, now: Instant): World {
  const phase = phaseNameAt(plan, plan.launch, now);
  const dueAt = boundaryAfter(plan, plan.launch, now);
  return {
    plan,
    line: {
      kind: 'plan',
      key: 'plan',
      version,
      ...(phase === undefined ? {} : { phase }),
      nextAlert: 1,
      nextSilence: 1,
      watermark: now,
      ...(dueAt === undefined ? {} : { dueAt }),
    },
    judgements: new Map(),
    alerts: new Map(),
    silences: new Map(),
    samples: new Map(),
    comparisons: new Map(),
    verdicts: new Map(),
    watermark: now,
    loadedAt: now,
  };
}

/**
 * The world from its stored rows, loaded at `now`. The executors' verdicts are not stored: until they say them again, every test is unknown.
 * Without a plan's line (nothing was ever committed) the result equals `emptyWorld`.
 */
export function loadWorld(
  plan: CompiledPlan,
  version: number,
  aggregates: readonly Aggregate[],
  now: Instant = 0,
): World {
  const judgements = new Map<string, Judgement>();
  const alerts = new Map<string, Alert>();
  const silences = new Map<string, Silence>();
  const samples = new Map<string, Sample>();
  const comparisons = new Map<string, ComparisonResult>();
  let line: PlanLine | undefined;
  for (const aggregate of aggregates) {
    if (aggregate.kind === 'judgement') judgements.set(aggregate.key, aggregate);
    else if (aggregate.kind === 'alert') alerts.set(aggregate.key, aggregate);
    else if (aggregate.kind === 'silence') silences.set(aggregate.key, aggregate);
    else if (aggregate.kind === 'sample') samples.set(aggregate.key, aggregate);
    else if (aggregate.kind === 'comparison') comparisons.set(aggregate.key, aggregate);
    else line = aggregate;
  }
  const rows = { judgements, alerts, silences, samples, comparisons };
  if (line === undefined) return { ...emptyWorld(plan, version, now), ...rows };
  const { watermark } = line;
  return { plan, line: { ...line, version }, ...rows, verdicts: new Map(), watermark, loadedAt: now };
}
