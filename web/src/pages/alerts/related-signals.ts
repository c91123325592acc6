import type { RuleAnswer, SignalAnswer } from '#contract/overview.ts';

/** A signal that an alert's page draws, and whether the rule reads it or it only comes from the same events. */
export interface RelatedSignal {
  readonly signal: SignalAnswer;
  readonly read: boolean;
}

/** What a signal reads: the first name inside each pair of parentheses, `requests` in `p95(requests.duration) over 5m`. */
export function sourcesOf(text: string): readonly string[] {
  return [...new Set([...text.matchAll(/\(\s*([a-z_]\w*)/gi)].map((match) => match[1] ?? ''))].filter(
    (name) => name !== '',
  );
}

/**
 * The signals around an alert: those that its rule reads and that have a course, else those of the same source or service. A rule on a
 * stream (`count(…) in 10s`) reads nothing that is kept over time; what comes from the same events shows the same trouble.
 */
export function relatedSignals(
  rule: Pick<RuleAnswer, 'name' | 'signals' | 'text'>,
  signals: readonly SignalAnswer[],
  most: number,
): readonly RelatedSignal[] {
  const drawn = signals.filter(({ stream }) => !stream);
  const read = drawn.filter(({ name }) => rule.signals.includes(name));
  if (read.length > 0) return read.slice(0, most).map((signal) => ({ signal, read: true }));
  const streams = signals.filter(({ name }) => rule.signals.includes(name)).map(({ text }) => text);
  const named = /\bno\s+([a-z_]\w*)/i.exec(rule.text)?.[1];
  const sources = new Set([...streams, rule.text].flatMap(sourcesOf).concat(named ?? []));
  return drawn
    .filter(({ text }) => sourcesOf(text).some((source) => sources.has(source)))
    .sort((left, right) => Number(right.hasObjective) - Number(left.hasObjective))
    .slice(0, most)
    .map((signal) => ({ signal, read: false }));
}
