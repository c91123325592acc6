import type { Maintenance, MaintenanceSpan } from '../availability-figure.ts';
import { parseSpan } from '../expression/parse.ts';
import type * as timeAst from '../expression/time-ast.ts';
import { suggest } from '../text/nearest-name.ts';
import { placeOf, type Sentence, sentenceOf } from '../text/sentence.ts';
import { childAt } from '../text/tree.ts';
import { instantsOf } from './calendar.ts';
import { type Context, sentencesOf } from './context.ts';

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const DAYS: Readonly<Record<string, readonly number[]>> = {
  ...Object.fromEntries(WEEKDAYS.map((day, index) => [day, [index + 1]])),
  workday: [1, 2, 3, 4, 5],
  weekend: [6, 7],
};

/** The section `maintenance`: when what is not available is not held against it. */
export function compileMaintenance(context: Context): readonly Maintenance[] {
  const found: Maintenance[] = [];
  for (const { key, value } of context.entries('maintenance')) {
    const node = childAt(value, 'span');
    const of = sentencesOf(childAt(value, 'of'));
    for (const sentence of of) {
      if (context.defines('services', sentence.text) || context.defines('probes', sentence.text)) continue;
      const hint = suggest(sentence.text, [...context.namesOf('services'), ...context.namesOf('probes')]);
      context.report.add('E135', placeOf(sentence), `There is no service or probe \`${sentence.text}\`.`, hint);
    }
    if (node?.kind !== 'text') continue;
    const sentence = sentenceOf(node);
    const parsed = context.parsed(sentence, parseSpan(sentence.text));
    const span = parsed === undefined ? undefined : spanOf(parsed, sentence, context);
    if (span === undefined) continue;
    found.push({ name: key.text, text: sentence.text, span, of: of.map(({ text }) => text) });
  }
  return found;
}

function spanOf(parsed: timeAst.TimeSpan, sentence: Sentence, context: Context): MaintenanceSpan | undefined {
  switch (parsed.kind) {
    case 'hours': {
      const days = parsed.days?.flatMap((day) => DAYS[day] ?? []);
      const hours = { kind: 'hours', fromMinutes: parsed.from.minutes, toMinutes: parsed.to.minutes } as const;
      return days === undefined ? hours : { ...hours, days: [...new Set(days)].toSorted() };
    }
    case 'instants':
      return instantsOf(parsed, sentence, context);
    default: {
      const place = sentence.place(parsed.span.start, parsed.span.end);
      const message = 'Maintenance is at hours or between two instants.';
      const hint = 'Write `sundays 02:00 .. 04:00`, or `2026-01-21 02:00 .. 2026-01-21 04:00`.';
      context.report.add('E163', place, message, hint);
      return undefined;
    }
  }
}
