import type { Instant } from '#kernel/instant.ts';
import type { Via } from './via.ts';

/** What a person said of one sample of a review. There is no row for what nobody judged. Ends when the plan has the review no more. */
export interface Sample {
  readonly kind: 'sample';
  /** As `sampleKey(review, sample)` makes it. */
  readonly key: string;
  readonly review: string;
  /** Id of the event. */
  readonly sample: string;
  /** `settled`: it was wrong, and what followed from it is done. */
  readonly state: SampleVerdict;
  readonly by: string;
  readonly at: Instant;
  readonly via: Via;
  /** What is wrong, or how it was settled. */
  readonly note?: string;
  /** The first field that is shown of it, for messages. */
  readonly label: string;
  /** When its event was; rows that were stored before this was kept do not say. */
  readonly eventAt?: Instant;
  /** Since when it is, or until it was settled was, wrong: when that was first said after the last that it is right. Absent as above. */
  readonly wrongAt?: Instant;
  /** Since when, without a break, it had been wrong up to `at`; absent when it was not. Rules with tests are judged a little later. */
  readonly againstFrom?: Instant;
  /** 1, and one more with each other verdict. */
  readonly version: number;
  /** None; every row may have one. */
  readonly dueAt?: never;
}

export type SampleVerdict = 'right' | 'wrong' | 'settled';

/** What came of the latest list that was held against a comparison's source. Ends when the plan has the comparison no more. */
export interface ComparisonResult {
  readonly kind: 'comparison';
  /** The comparison's name. */
  readonly key: string;
  readonly comparison: string;
  /** `not-applicable`: somebody said that there is no such list. `settled`: it differed, and what followed is done. */
  readonly state: 'equal' | 'different' | 'settled' | 'not-applicable';
  /** Of the latest list; 0 while there was none. */
  readonly rows: number;
  /** How many keys differ or stand on one side only, with those of `open`. */
  readonly differences: number;
  /** Of the latest list, at most `limits.differencesNamed`. */
  readonly examples: readonly Difference[];
  readonly by: string;
  readonly at: Instant;
  readonly via: Via;
  /** How it was settled, or why there is no list. */
  readonly note?: string;
  /** Id of the latest list as it is stored; absent while there was none. */
  readonly upload?: string;
  /** It was held against the events of this time, half open. Absent while there was none, and in rows stored before this was kept. */
  readonly from?: Instant;
  readonly to?: Instant;
  /** Earlier lists of other times that differ still, the latest first; with `settled` and `not-applicable` those that did. */
  readonly open?: readonly OpenList[];
  /** As of a sample: since when it had differed. */
  readonly againstFrom?: Instant;
  readonly version: number;
  readonly dueAt?: never;
}

/** A list that differs, and that no later one was of the whole time of. */
export interface OpenList {
  readonly from: Instant;
  readonly to: Instant;
  readonly differences: number;
  /** All lists together have at most `limits.differencesNamed`. */
  readonly examples: readonly Difference[];
  readonly by: string;
  readonly at: Instant;
}

export interface Difference {
  readonly key: string;
  /** For people: `total 120 by hand, 100 in sales`, `only in the list`, `only in sales`. */
  readonly what: string;
}

/** What is wrong of a review, or differs of a comparison, the latest first. */
export interface Vouched {
  readonly kind: 'review' | 'comparison';
  readonly name: string;
  /** At most `limits.differencesNamed`. */
  readonly found: readonly VouchedFor[];
  /** How many there are beside these, when there are. */
  readonly more?: number;
  /** What was dealt with last, when nothing is open any more; for a comparison its `key` is its name. */
  readonly closed?: VouchedFor & { readonly as: 'settled' | 'not-applicable' };
}

export interface VouchedFor {
  /** A sample's label, or the key of a row. */
  readonly key: string;
  /** Id of the event, of a sample. */
  readonly sample?: string;
  /** The note of who judged or settled, or what differs. */
  readonly what: string;
  readonly by: string;
  readonly at: Instant;
}

/** What people give as commands about samples and lists. */
export type VouchingInput =
  /** A person judges a sample, for the first time or otherwise than before. Outcome's subject: the sample's key. */
  | {
      readonly kind: 'judge-sample';
      readonly review: string;
      /** Id of the event; who sends this has seen that the review has such a sample. */
      readonly sample: string;
      /** `settled` only what is judged wrong. */
      readonly verdict: SampleVerdict;
      /** Not empty for `wrong` and `settled`. */
      readonly note?: string;
      readonly label: string;
      /** When its event was, as far as who sends this knows. */
      readonly eventAt?: Instant;
      readonly by: string;
      readonly via: Via;
      /** The version that its author saw, 0 for a sample that nobody had judged; not checked when absent. */
      readonly expectedVersion?: number;
    }
  /** A list was held against the source of a comparison. Given again with the same `upload`, it is the same. Outcome's subject: the comparison. */
  | {
      readonly kind: 'compare';
      readonly comparison: string;
      readonly upload: string;
      /** It is of events of this time, half open; without it, of all that was compared before. */
      readonly from?: Instant;
      readonly to?: Instant;
      readonly rows: number;
      readonly differences: number;
      /** The first of them, at most `limits.differencesNamed`. */
      readonly examples: readonly Difference[];
      readonly by: string;
      readonly via: Via;
    }
  /** What differed has been dealt with. */
  | ({ readonly kind: 'settle-comparison' } & ComparisonClosing)
  /** There is no list to compare with. */
  | ({ readonly kind: 'mark-not-applicable' } & ComparisonClosing)
  /** These texts name a user who is forgotten: something else stands in their place in what is said of samples and lists. No fact tells of it. */
  | { readonly kind: 'forget'; readonly forms: readonly string[]; readonly instead: string };

export interface ComparisonClosing {
  readonly comparison: string;
  /** How, or why. Not empty. */
  readonly note: string;
  readonly by: string;
  readonly via: Via;
  /** The version that its author saw, 0 for a comparison that nobody had made; not checked when absent. */
  readonly expectedVersion?: number;
}
