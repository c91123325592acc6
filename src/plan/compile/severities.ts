import { parseClockSla } from '../expression/parse.ts';
import type { Severity } from '../people.ts';
import { suggest } from '../text/nearest-name.ts';
import { placeOf, sentenceOf } from '../text/sentence.ts';
import { childAt, type MapEntry } from '../text/tree.ts';
import { type Context, sentencesOf } from './context.ts';
import { compileRecipients } from './recipients.ts';

const CLOCKS = ['respond', 'resolve', 'update', 'review', 'watch'] as const;

/** Keys of a severity that are read and not executed yet. */
const WAITING = ['team', 'escalation', 'resolve', 'update', 'review', 'watch', 'steps', 'ticket', 'opens'] as const;

/** A severity that nothing tells and that opens nothing. */
export const NO_SEVERITY = 'none';

export function compileSeverities(
  context: Context,
  roles: Readonly<Record<string, readonly string[]>>,
): readonly Severity[] {
  const severities: Severity[] = [];
  const words = new Map<string, string>();
  for (const entry of context.entries('severities')) {
    const severity = compileSeverity(entry, context, roles);
    for (const word of [severity.name, ...(severity.also === undefined ? [] : [severity.also])]) {
      const other = words.get(word);
      if (other !== undefined || word === NO_SEVERITY) {
        const message =
          word === NO_SEVERITY ? '`none` is a word of the language.' : `\`${word}\` names \`${other}\` already.`;
        context.report.add('E142', entry.key.span, message);
      }
      words.set(word, severity.name);
    }
    const above = severities.findLast((candidate) => candidate.respondMs !== undefined);
    if (severity.respondMs !== undefined && (above?.respondMs ?? 0) > severity.respondMs) {
      const message = `\`${severity.name}\` is answered sooner than \`${above?.name}\`, which stands above it as more severe.`;
      context.report.add('W106', entry.key.span, message);
    }
    severities.push(severity);
  }
  return severities;
}

function compileSeverity(
  entry: MapEntry,
  context: Context,
  roles: Readonly<Record<string, readonly string[]>>,
): Severity {
  const { key, value } = entry;
  const where = `severities.${key.text}`;
  for (const name of WAITING) {
    const waiting = childAt(value, name);
    if (waiting !== undefined) context.skip(where, `\`${name}\` of a severity`, waiting.span);
  }
  let respondMs: number | undefined;
  for (const name of CLOCKS) {
    const node = childAt(value, name);
    if (node?.kind !== 'text') continue;
    const sentence = sentenceOf(node);
    const clock = context.parsed(sentence, parseClockSla(sentence.text));
    if (clock === undefined || name !== 'respond') continue;
    if (clock.kind === 'within') respondMs = clock.duration.ms;
    else if (clock.kind === 'now') respondMs = 0;
    else
      context.skip(
        where,
        `\`respond\` in ${clock.kind === 'business hours' ? 'business hours' : 'this form'}`,
        node.span,
      );
  }
  const escalation = childAt(value, 'escalation');
  if (escalation?.kind === 'text') {
    const name = sentenceOf(escalation);
    if (!context.defines('escalation', name.text)) {
      const hint = suggest(name.text, context.namesOf('escalation'));
      context.report.add('E140', placeOf(name), `There is no escalation \`${name.text}\`.`, hint);
    }
  }
  const also = childAt(value, 'also');
  return {
    name: key.text,
    ...(also?.kind === 'text' ? { also: also.text.trim() } : {}),
    means: sentencesOf(childAt(value, 'means')).map((sentence) => sentence.text),
    notify: compileRecipients(childAt(value, 'notify'), context, where, roles),
    ...(respondMs === undefined ? {} : { respondMs }),
  };
}
