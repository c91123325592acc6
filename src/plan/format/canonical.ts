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

type Canonical = (text: string) => string | undefined;

const bands = sentence(parseBands, printBands);
const bound = sentence(parseOperatorValue, printBound);
const clock = sentence(parseClockSla, printClockSla);
const condition = sentence(parseCondition, printCondition);
const duration = sentence(parseDuration, printDuration);
const recipient = sentence(parseRecipient, printRecipient);
const signal = sentence(parseSignal, printSignal);
const source = sentence(parseSource, printSource);
const span = sentence(parseSpan, printTimeSpan);

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

/**
 * Which sentence a value is, by its path: section, names and keys, without the places in lists. Undefined: text that is kept as it stands.
 */
export function canonicalFor(path: readonly string[]): Canonical | undefined {
  const [section, , key, phase] = path;
  const depth = path.length;
  switch (section) {
    case 'phases':
      if (key === 'length') return duration;
      return depth === 2 || key === 'span' ? span : undefined;
    case 'layers':
      return depth === 3 ? span : undefined;
    case 'hours':
      return depth === 2 ? span : undefined;
    case 'sources':
    case 'searches':
      return depth === 2 ? source : undefined;
    case 'signals':
      return depth === 2 ? signal : undefined;
    case 'objectives':
      return key === 'owner' || key === 'advice' || key === 'per' ? undefined : bands;
    case 'severities':
      if (key === 'notify' || key === 'team') return recipient;
      return ['respond', 'resolve', 'update', 'review', 'watch'].includes(key ?? '') ? clock : undefined;
    case 'rules':
      if (key === 'when' || key === 'until') return depth === 3 || phase !== undefined ? condition : undefined;
      return key === 'notify' ? recipient : undefined;
    default:
      return undefined;
  }
}

/** What a cell of a table is, by its column. */
export function canonicalForCell(section: string, column: string): Canonical | undefined {
  if (section !== 'objectives') return undefined;
  return /(?:^|\s)(?:target|warning|critical)$/.test(column) ? bound : undefined;
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
