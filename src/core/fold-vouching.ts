import type { Fact } from './model.ts';
import type { ApplyPreview } from './plan-change.ts';
import type { ComparisonResult, Sample } from './vouched.ts';
import { sampleKey } from './world.ts';

/** What the facts alone say of samples and comparisons, by their keys; the stored rows must be the same. */
export interface FoldedVouching {
  readonly samples: ReadonlyMap<string, Sample>;
  readonly comparisons: ReadonlyMap<string, ComparisonResult>;
}

/** Folds the facts of a plan, in the order of their sequence numbers, into what people said and what still stands of it. */
export function foldVouching(facts: Iterable<Fact>): FoldedVouching {
  const samples = new Map<string, Sample>();
  const comparisons = new Map<string, ComparisonResult>();
  for (const { kind, at, subject, body } of facts) {
    switch (kind) {
      case 'sample-judged': {
        const { review, sample, label, verdict, by, via, note, eventAt, wrongAt, againstFrom, version } =
          body as unknown as Sample & {
            readonly verdict: Sample['state'];
          };
        const key = sampleKey(review, sample);
        const said = {
          ...(note === undefined ? {} : { note }),
          ...(eventAt === undefined ? {} : { eventAt }),
          ...(wrongAt === undefined ? {} : { wrongAt }),
          ...(againstFrom === undefined ? {} : { againstFrom }),
        };
        samples.set(key, { kind: 'sample', key, review, sample, state: verdict, by, at, via, ...said, label, version });
        break;
      }
      case 'comparison-made':
      case 'comparison-settled':
      case 'comparison-not-applicable': {
        const result = body as unknown as Omit<ComparisonResult, 'kind' | 'key' | 'at'>;
        comparisons.set(subject, { ...result, kind: 'comparison', key: subject, at });
        break;
      }
      case 'plan-applied': {
        const { reviewsEnd = [], comparisonsEnd = [] } = body as unknown as Partial<ApplyPreview>;
        for (const [key, { review }] of samples) if (reviewsEnd.includes(review)) samples.delete(key);
        for (const name of comparisonsEnd) comparisons.delete(name);
        break;
      }
    }
  }
  return { samples, comparisons };
}
