import { sentenceOf } from '../text/sentence.ts';
import { childAt, entriesOf, type TreeNode } from '../text/tree.ts';
import type { ScrubRules, TrafficLimits, TrafficRates } from '../traffic.ts';
import { type Context, sentencesOf } from './context.ts';

const CLASSES = ['alerts', 'events', 'samples', 'logs'] as const;
const RATE = /^(\d{1,12}(?:\.\d+)?)\s*(k?)\s*(?:\/|per)\s*(s|second|min|minute|h|hour)$/;
const SECONDS: Readonly<Record<string, number>> = { s: 1, second: 1, min: 60, minute: 60, h: 3_600, hour: 3_600 };
const HINT = 'Write e.g. `5000/s` or `600/min`.';
const FIELD_CHARACTERS = 256;

/** What senders of the plan may send a second; undefined when it does not say. */
export function compileLimits(context: Context): TrafficLimits | undefined {
  const section = context.section('limits');
  if (section === undefined) return undefined;
  const each = childAt(section, 'each-key');
  return { plan: readRates(section, context), eachKey: each === undefined ? {} : readRates(each, context) };
}

function readRates(node: TreeNode, context: Context): TrafficRates {
  const rates: Partial<Record<(typeof CLASSES)[number], number>> = {};
  for (const traffic of CLASSES) {
    const value = childAt(node, traffic);
    if (value?.kind !== 'text') continue;
    const { text, place } = sentenceOf(value);
    const [, number = '', thousands, unit = ''] = RATE.exec(text) ?? [];
    const rate = (Number(number) * (thousands === 'k' ? 1_000 : 1)) / (SECONDS[unit] ?? 1);
    if (number === '' || rate <= 0) {
      context.report.add('E170', place(0, text.length), `\`${text}\` is no rate of ${traffic}.`, HINT);
      continue;
    }
    rates[traffic] = rate;
  }
  return rates;
}

/** How the plan changes the scrub list; undefined when it leaves it as it is. */
export function compileScrub(context: Context): ScrubRules | undefined {
  const section = context.section('scrub');
  if (section === undefined) return undefined;
  const keep: Record<string, string> = {};
  for (const { key, value } of entriesOf(childAt(section, 'keep'))) {
    const reason = value.kind === 'text' ? value.text.trim() : '';
    if (reason === '') {
      const message = `\`scrub.keep.${key.text}\` has no reason.`;
      context.report.add(
        'E170',
        key.span,
        message,
        'Write why the field holds no secret: `card_type: only the brand`.',
      );
    }
    keep[key.text] = reason;
  }
  const drop = readFields(section, 'drop', keep, context);
  const hash = readFields(section, 'hash', keep, context);
  const written = childAt(section, 'user');
  const user = written?.kind === 'text' ? written.text.trim() : undefined;
  return { drop, hash, keep, ...(user === 'hashed' || user === 'kept' ? { user } : {}) };
}

function readFields(
  section: TreeNode,
  key: 'drop' | 'hash',
  keep: Readonly<Record<string, string>>,
  context: Context,
): readonly string[] {
  const fields: string[] = [];
  for (const { text, place } of sentencesOf(childAt(section, key))) {
    const span = place(0, text.length);
    if (text === '' || text.length > FIELD_CHARACTERS) {
      context.report.add('E170', span, `\`scrub.${key}\` needs the name of a field.`, 'Write it as senders do.');
    } else if (Object.hasOwn(keep, text)) {
      context.report.add('E170', span, `\`${text}\` is kept and not kept.`, 'Leave it out of one of the two.');
    } else fields.push(text);
  }
  return fields;
}
