import { type DurationMs, formatDuration, MINUTE_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { parseDuration } from '../expression/parse.ts';
import type { SecretOr } from '../people.ts';
import type { Confirmation } from '../probe.ts';
import type { BodyValue, RequestBody } from '../request-body.ts';
import { RUN_PLACE } from '../run-id.ts';
import { sentenceOf } from '../text/sentence.ts';
import { entryAt, type MapEntry, type TextNode } from '../text/tree.ts';
import { textAt } from './channels.ts';
import type { Context } from './context.ts';
import type { WrittenCheck } from './probe-checks.ts';
import type { Sources } from './sources.ts';

/** What is sent costs something each time. */
const SENT_AT_MOST_EVERY_MS = MINUTE_MS;
/** Watchbill's own events, which say what a probe found: one would confirm itself by them. */
const OWN_EVENT = 'check';

/** What a confirmation is read with. */
export interface ConfirmedProbe {
  readonly check: WrittenCheck | undefined;
  readonly headers: Readonly<Record<string, SecretOr<string>>>;
  readonly body: RequestBody | undefined;
  readonly intervals: readonly DurationMs[];
  readonly where: string;
  readonly sources: Sources;
}

/** Reads `confirm`; undefined when there is none, or with what is wrong said. */
export function readConfirm(entry: MapEntry, probe: ConfirmedProbe, context: Context): Confirmation | undefined {
  const written = entryAt(entry.value, 'confirm');
  if (written === undefined || written.value.kind !== 'map') return undefined;
  const { check, intervals, where } = probe;
  const { report } = context;
  if (check !== undefined && check.kind !== 'http') {
    const message = `A ${check.kind} check sends nothing that could be confirmed.`;
    report.add('E171', written.key.span, message, 'Delete `confirm`.');
    return undefined;
  }
  const heard = readHeard(written, probe, context);
  const field = textAt(written.value, 'field')?.text.trim();
  const withinMs = readWithin(textAt(written.value, 'within'), intervals, `${where}.confirm`, context);
  if (check !== undefined && !sendsRun(probe)) {
    const message = `\`${where}\` sends no \`${RUN_PLACE}\`, so nothing could be confirmed.`;
    const hint = `Write \`${RUN_PLACE}\` in \`body\`, in \`headers\` or in the query of the address.`;
    report.add('E171', written.key.span, message, hint);
  }
  if (Math.min(...intervals) < SENT_AT_MOST_EVERY_MS) {
    const message = `\`${where}\` sends something more often than once a minute.`;
    const hint = 'Write `every: 1m` or longer, and `while-failing` likewise: each look sends, and costs.';
    report.add('E171', entry.key.span, message, hint);
  }
  if (heard === undefined || field === undefined || field === '' || withinMs === undefined) return undefined;
  return { ...heard, field, withinMs };
}

/** Which events confirm; exactly one of `event` and `source` says it. */
function readHeard(
  { key, value }: MapEntry,
  { where, sources }: ConfirmedProbe,
  context: Context,
): Omit<Confirmation, 'field' | 'withinMs'> | undefined {
  const event = textAt(value, 'event');
  const source = textAt(value, 'source');
  if ((event === undefined) === (source === undefined)) {
    const message = `\`${where}.confirm\` says not what confirms.`;
    const hint = 'Write `event: NAME` for events of a name, or `source: NAME` for one of `sources`.';
    context.report.add('E171', key.span, message, hint);
    return undefined;
  }
  if (event !== undefined) return isOwn(event.text.trim(), event, context) ? undefined : { event: event.text.trim() };
  if (source === undefined) return undefined;
  const name = source.text.trim();
  const state = sources.find(name, source.span);
  if (state.state === 'waiting') context.skip(where, state.what, source.span);
  if (state.state !== 'ready' || isOwn(state.source.event, source, context)) return undefined;
  if (state.source.samples === true) {
    const message = `\`${name}\` is of samples, which hold no text.`;
    context.report.add('E171', source.span, message, 'Name a source of events.');
    return undefined;
  }
  const { where: filter, units } = state.source;
  return { source: name, event: state.source.event, ...(filter === undefined ? {} : { where: filter, units }) };
}

function isOwn(event: string, { span }: TextNode, context: Context): boolean {
  if (event !== OWN_EVENT) return false;
  const message = 'What probes find confirms nothing: it is said by Watchbill itself.';
  context.report.add('E171', span, message, 'Name events of who gets what is sent.');
  return true;
}

function readWithin(
  node: TextNode | undefined,
  intervals: readonly DurationMs[],
  where: string,
  context: Context,
): DurationMs | undefined {
  if (node === undefined) return undefined;
  const sentence = sentenceOf(node);
  const ms = context.parsed(sentence, parseDuration(sentence.text))?.ms;
  if (ms === undefined) return undefined;
  const shortestMs = Math.min(...intervals);
  if (ms > shortestMs) {
    const message = `\`${where}.within\` is longer than the ${formatDuration(shortestMs)} from one look to the next.`;
    const hint = `Write at most \`within: ${formatDuration(shortestMs)}\`: looks of one probe do not overlap.`;
    context.report.add('E171', node.span, message, hint);
    return undefined;
  }
  if (ms > 0 && ms <= limits.probeConfirmLongestMs) return ms;
  const message = `\`${where}.within\` is above zero and at most ${formatDuration(limits.probeConfirmLongestMs)}.`;
  context.report.add('E171', node.span, message, 'Write e.g. `10m`.');
  return undefined;
}

function sendsRun({ check, headers, body }: ConfirmedProbe): boolean {
  const texts = [
    ...(check?.kind === 'http' ? [check.url] : []),
    ...Object.values(headers).flatMap((value) => ('literal' in value ? [value.literal] : [])),
    ...(body === undefined ? [] : body.kind === 'json' ? textsOf(body.value) : textsOf(body.text)),
  ];
  return texts.some((text) => text.includes(RUN_PLACE));
}

function textsOf(value: BodyValue): readonly string[] {
  if ('literal' in value) return typeof value.literal === 'string' ? [value.literal] : [];
  if ('list' in value) return value.list.flatMap(textsOf);
  return 'object' in value ? value.object.flatMap(([, inner]) => textsOf(inner)) : [];
}

/** A `POST` does something each time, also where nobody waits for what becomes of it. */
export function warnOfOften(
  entry: MapEntry,
  check: WrittenCheck,
  intervals: readonly DurationMs[],
  context: Context,
): void {
  const shortestMs = Math.min(...intervals);
  if (check.kind !== 'http' || check.method !== 'POST' || shortestMs >= SENT_AT_MOST_EVERY_MS) return;
  const message = `\`${entry.key.text}\` sends a \`POST\` every ${formatDuration(shortestMs)}.`;
  context.report.add('W112', entry.key.span, message);
}
