import type { EvidenceAnswer } from '#contract/alerts.ts';
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
 * The signals around an alert: those that its rule reads, then those that come from the same events, the ones with an objective first. A
 * rule that counts failures tells more beside the share of what succeeds.
 */
export function relatedSignals(
  rule: Pick<RuleAnswer, 'name' | 'signals' | 'text'>,
  signals: readonly SignalAnswer[],
  most: number,
): readonly RelatedSignal[] {
  const drawn = signals.filter(({ stream }) => !stream);
  const isRead = ({ name }: SignalAnswer): boolean => rule.signals.includes(name);
  const named = /\bno\s+([a-z_]\w*)/i.exec(rule.text)?.[1];
  const texts = signals.filter(isRead).map(({ text }) => text);
  const sources = new Set([...texts, rule.text].flatMap(sourcesOf).concat(named ?? []));
  const near = drawn
    .filter((signal) => !isRead(signal) && sourcesOf(signal.text).some((source) => sources.has(source)))
    .sort((left, right) => Number(right.hasObjective) - Number(left.hasObjective));
  return [
    ...drawn.filter(isRead).map((signal) => ({ signal, read: true })),
    ...near.map((signal) => ({ signal, read: false })),
  ].slice(0, most);
}

/** A limit of the rule on a signal's chart: where it fires. */
export interface RuleLimit {
  readonly value: number;
  /** `fires > 3`. */
  readonly operator: string;
}

/** The limits that an alert's tests hold a signal against. */
export function limitsOf(
  signal: string,
  evidence: readonly Pick<EvidenceAnswer, 'signals' | 'operator' | 'against'>[],
): readonly RuleLimit[] {
  return evidence.flatMap(({ signals, operator, against }) => {
    const [only] = against;
    if (operator === undefined || signals[0] !== signal || only === undefined) return [];
    return [{ value: only.value, operator }];
  });
}
