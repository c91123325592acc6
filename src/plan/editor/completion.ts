import type { NameKind } from './names.ts';

/** One thing that may be written at a place. */
export interface Completion {
  readonly label: string;
  readonly kind: 'section' | 'key' | 'name' | 'function' | 'keyword' | 'unit' | 'operator' | 'value';
  /** What it is, in a few words. */
  readonly detail: string;
  /** What it means, with code between backticks; empty when the detail says all. */
  readonly documentation: string;
  /** The text that replaces the range. */
  readonly insert: string;
  /** Higher ones are shown first. */
  readonly rank: number;
}

export interface Completions {
  /** The range that is replaced: the word around the cursor. */
  readonly start: number;
  readonly end: number;
  readonly items: readonly Completion[];
}

/** What a name is, in words. */
export const KIND_WORDS: Readonly<Record<NameKind, string>> = {
  signal: 'a signal',
  source: 'a source',
  rule: 'a rule',
  person: 'a person',
  role: 'a role',
  duty: 'a duty',
  channel: 'a channel',
  severity: 'a severity',
  service: 'a service',
  phase: 'a phase',
  runbook: 'a runbook',
  probe: 'a probe',
  heartbeat: 'a heartbeat',
  review: 'a review',
  comparison: 'a comparison',
  hours: 'hours',
  baseline: 'a baseline',
  funnel: 'a funnel',
  webhook: 'a webhook',
};
