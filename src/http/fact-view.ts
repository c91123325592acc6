import type { FactAnswer } from '#contract/journal.ts';
import { formatInstant, type Instant } from '#kernel/instant.ts';

/** A fact as the API shows it. */
export function viewFact(fact: {
  readonly sequence: number;
  readonly at: Instant;
  readonly kind: string;
  readonly subject: string;
  readonly reason: string;
  readonly body: Readonly<Record<string, unknown>>;
}): FactAnswer {
  return {
    sequence: fact.sequence,
    at: formatInstant(fact.at),
    kind: fact.kind,
    subject: fact.subject,
    reason: fact.reason,
    body: { ...fact.body },
  };
}
