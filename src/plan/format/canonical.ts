import type { Result } from '#kernel/result.ts';
import {
  parseBands,
  parseClockSla,
  parseCondition,
  parseDuration,
  parseOperatorValue,
  parseRecipient,
  parseSignal,
  parseSource,
  parseSpan,
} from '../expression/parse.ts';
import { printBands, printBound, printCondition, printSignal, printSource } from '../expression/print.ts';
import { printDuration } from '../expression/print-quantity.ts';
import { printRecipient } from '../expression/print-recipient.ts';
import { printClockSla, printTimeSpan } from '../expression/print-time.ts';
import { type SentenceKind, sentenceAt, sentenceInCell } from '../shape/sentence-places.ts';

type Canonical = (text: string) => string | undefined;

const FORMS: Readonly<Record<SentenceKind, Canonical>> = {
  bands: sentence(parseBands, printBands),
  bound: sentence(parseOperatorValue, printBound),
  clock: sentence(parseClockSla, printClockSla),
  condition: sentence(parseCondition, printCondition),
  duration: sentence(parseDuration, printDuration),
  recipient: sentence(parseRecipient, printRecipient),
  signal: sentence(parseSignal, printSignal),
  source: sentence(parseSource, printSource),
  span: sentence(parseSpan, printTimeSpan),
};

/** The one text of a sentence; undefined when it does not parse, or would not come out the same once more. */
function sentence<Node>(parse: (text: string) => Result<Node, unknown>, print: (node: Node) => string): Canonical {
  return (text) => {
    const parsed = parse(text);
    if (!parsed.ok) return undefined;
    const printed = print(parsed.value);
    const again = parse(printed);
    return again.ok && print(again.value) === printed ? printed : undefined;
  };
}

/** The one form of the value at a path; undefined for text that is kept as it stands. */
export function canonicalFor(path: readonly string[]): Canonical | undefined {
  const kind = sentenceAt(path);
  return kind === undefined ? undefined : FORMS[kind];
}

/** The one form of a table's cell, by its column. */
export function canonicalForCell(section: string, column: string): Canonical | undefined {
  const kind = sentenceInCell(section, column);
  return kind === undefined ? undefined : FORMS[kind];
}

/** Sections that hold pipe tables. */
export const TABLE_SECTIONS: ReadonlySet<string> = new Set([
  'objectives',
  'blocks',
  'oncall',
  'escalation',
  'funnels',
  'support',
  'triage',
]);
