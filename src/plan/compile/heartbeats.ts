import { type DurationMs, formatDuration, HOUR_MS, MINUTE_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { readCron } from '../cron.ts';
import { parseDuration } from '../expression/parse.ts';
import type { Heartbeat } from '../probe.ts';
import { sentenceOf } from '../text/sentence.ts';
import { childAt, type MapEntry, type TextNode } from '../text/tree.ts';
import { textAt } from './channels.ts';
import type { Context } from './context.ts';
import { readInterval, serviceOf } from './probes.ts';

/** Of a schedule of hours and days; an interval has a tenth of itself, from one minute to one hour. */
export const CRON_GRACE_MS: DurationMs = 10 * MINUTE_MS;

/** Compiles `heartbeats`; one with a mistake is reported and left out. */
export function compileHeartbeats(context: Context): readonly Heartbeat[] {
  const entries = context.entries('heartbeats');
  const [excess] = entries.slice(limits.heartbeatsPerPlan);
  if (excess !== undefined) {
    const message = `There are ${entries.length} heartbeats; a plan has at most ${limits.heartbeatsPerPlan}.`;
    context.report.add('E171', excess.key.span, message, 'Split the plan.');
  }
  return entries.flatMap((entry) => compileHeartbeat(entry, context) ?? []);
}

function compileHeartbeat(entry: MapEntry, context: Context): Heartbeat | undefined {
  const name = entry.key.text;
  const where = `heartbeats.${name}`;
  const { value } = entry;
  if (value.kind !== 'map') return undefined;
  if (context.defines('probes', name)) {
    const message = `\`${name}\` is a probe too, so \`${name} passing\` could mean either.`;
    context.report.add('E142', entry.key.span, message, 'Give the heartbeat another name.');
    return undefined;
  }
  const schedule = readSchedule(textAt(value, 'every'), where, context);
  const graceMs = readSpan(textAt(value, 'grace'), `${where}.grace`, context);
  const longestMs = readSpan(textAt(value, 'longest'), `${where}.longest`, context);
  const service = serviceOf(textAt(value, 'service'), context);
  const incomplete = ['grace', 'longest'].some(
    (key) => childAt(value, key) !== undefined && (key === 'grace' ? graceMs : longestMs) === undefined,
  );
  if (schedule === undefined || incomplete) return undefined;
  return {
    name,
    schedule,
    graceMs: graceMs ?? defaultGraceMs(schedule),
    ...(longestMs === undefined ? {} : { longestMs }),
    ...(service === undefined ? {} : { service }),
  };
}

/** What `grace` is when it is not said. */
export function defaultGraceMs(schedule: Heartbeat['schedule']): DurationMs {
  if (schedule.kind === 'cron') return CRON_GRACE_MS;
  return Math.min(HOUR_MS, Math.max(MINUTE_MS, Math.round(schedule.everyMs / 10)));
}

function readSchedule(node: TextNode | undefined, where: string, context: Context): Heartbeat['schedule'] | undefined {
  if (node === undefined) return undefined;
  const sentence = sentenceOf(node);
  if (!/^cron\b/.test(sentence.text)) {
    const everyMs = readInterval(sentence, `${where}.every`, context);
    return everyMs === undefined ? undefined : { kind: 'interval', everyMs };
  }
  const expression = /^cron\s+"(?<fields>[^"]*)"$/.exec(sentence.text)?.groups?.['fields']?.trim();
  if (expression === undefined) {
    context.report.add(
      'E171',
      node.span,
      `\`${where}.every\` has no cron expression in quotation marks.`,
      'Write e.g. `cron "0 3 * * *"`.',
    );
    return undefined;
  }
  const read = readCron(expression);
  if (read.ok) return { kind: 'cron', expression };
  context.report.add(
    'E171',
    node.span,
    `\`${where}.every\`: ${read.failure}`,
    'Write five fields: minute, hour, day of the month, month, day of the week.',
  );
  return undefined;
}

function readSpan(node: TextNode | undefined, where: string, context: Context): DurationMs | undefined {
  if (node === undefined) return undefined;
  const sentence = sentenceOf(node);
  const ms = context.parsed(sentence, parseDuration(sentence.text))?.ms;
  if (ms === undefined || (ms > 0 && ms <= limits.probeEveryLongestMs)) return ms;
  const message = `\`${where}\` is above zero and at most ${formatDuration(limits.probeEveryLongestMs)}.`;
  context.report.add('E171', node.span, message, 'Write e.g. `10m`.');
  return undefined;
}
