import { formatDuration, type Instant, parseInstant } from '#kernel/instant.ts';
import { parseDuration, parseSpan } from '../expression/parse.ts';
import type * as timeAst from '../expression/time-ast.ts';
import type { CompiledPhase, PhaseSpan } from '../model.ts';
import { type AbsoluteSpan, absoluteSpan } from '../phases.ts';
import { nearestName } from '../text/nearest-name.ts';
import { type Sentence, sentenceOf } from '../text/sentence.ts';
import type { Span } from '../text/source-file.ts';
import { childAt, type MapEntry } from '../text/tree.ts';
import type { Context } from './context.ts';

const DAY_WITH_LAUNCH = 1;

/** Reads `timezone` and `launch` into the context; both are needed by what follows. */
export function readClock(context: Context): void {
  const zone = context.section('timezone');
  if (zone?.kind === 'text') {
    const name = zone.text.trim();
    if (isTimeZone(name)) {
      context.timezone = name;
    } else {
      const nearest = nearestName(name, Intl.supportedValuesOf('timeZone'));
      const hint = nearest === undefined ? undefined : `Did you mean \`${nearest}\`?`;
      context.report.add('E160', zone.span, `There is no time zone \`${name}\`.`, hint);
    }
  }
  const launch = context.section('launch');
  if (launch?.kind !== 'text' || launch.text.trim() === 'on command') return;
  const read = readInstant(launch.text.trim(), context.timezone);
  if (typeof read === 'number') context.launch = read;
  else context.report.add('E161', launch.span, read.problem);
}

function isTimeZone(name: string): boolean {
  // Fixed offsets know no rules of summer time, so a plan names a place.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
}

/** An instant with an offset, or a local time of the plan's zone that exists exactly once. */
function readInstant(text: string, timezone: string): Instant | { readonly problem: string } {
  if (/^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(?::\d{2})?$/.test(text)) {
    let local: Temporal.PlainDateTime;
    try {
      local = Temporal.PlainDateTime.from(text.replace(' ', 'T'), { overflow: 'reject' });
    } catch {
      return { problem: `\`${text}\` is not in the calendar.` };
    }
    try {
      return local.toZonedDateTime(timezone, { disambiguation: 'reject' }).epochMilliseconds;
    } catch {
      return { problem: `\`${text}\` does not exist, or exists twice, in ${timezone}: the clocks change then.` };
    }
  }
  const instant = parseInstant(text);
  return instant ?? { problem: `\`${text}\` is no instant.` };
}

/** Compiles the main line of phases and checks it for gaps and overlaps. */
export function compilePhases(context: Context): readonly CompiledPhase[] {
  const phases: CompiledPhase[] = [];
  const places: Span[] = [];
  for (const entry of context.entries('phases')) {
    if (entry.key.text === 'otherwise') {
      context.report.add('E124', entry.key.span, 'A phase cannot be called `otherwise`; the word has a meaning.');
    }
    context.phases.add(entry.key.text);
    const span = compilePhase(entry, context);
    if (span === undefined) continue;
    phases.push({ name: entry.key.text, span });
    places.push(entry.key.span);
  }
  checkLine(phases, places, context);
  return phases;
}

function compilePhase(entry: MapEntry, context: Context): PhaseSpan | undefined {
  const where = `phases.${entry.key.text}`;
  const node = entry.value.kind === 'map' ? childAt(entry.value, 'span') : entry.value;
  for (const key of ['severities', 'ends']) {
    const other = childAt(entry.value, key);
    if (other !== undefined) context.skip(where, `\`${key}\` of a phase`, other.span);
  }
  if (node?.kind !== 'text') return undefined;
  const sentence = sentenceOf(node);
  const parsed = context.parsed(sentence, parseSpan(sentence.text));
  const span = parsed === undefined ? undefined : phaseSpan(parsed, sentence, context);
  const length = childAt(entry.value, 'length');
  if (span !== undefined && length?.kind === 'text') checkLength(span, sentenceOf(length), context);
  return span;
}

function phaseSpan(span: timeAst.TimeSpan, sentence: Sentence, context: Context): PhaseSpan | undefined {
  const refuse = (message: string, hint?: string): undefined => {
    context.report.add('E163', sentence.place(span.span.start, span.span.end), message, hint);
    return undefined;
  };
  switch (span.kind) {
    case 'offsets': {
      if (span.to !== undefined && span.to.ms <= span.from.ms) return refuse('The span ends before it begins.');
      return { kind: 'offsets', fromMs: span.from.ms, ...(span.to === undefined ? {} : { toMs: span.to.ms }) };
    }
    case 'days': {
      if (span.from < DAY_WITH_LAUNCH) return refuse('The first day is day 1, the date of T+0.');
      if (span.to !== undefined && span.to < span.from) return refuse('The span ends before it begins.');
      return { kind: 'days', from: span.from, ...(span.to === undefined ? {} : { to: span.to }) };
    }
    case 'weeks': {
      if (span.from < 1 || span.to < span.from) return refuse('Weeks count from 1, the week that begins with T+0.');
      return { kind: 'days', from: (span.from - 1) * 7 + 1, to: span.to * 7 };
    }
    case 'instants':
      return instantsOf(span, sentence, context);
    case 'hours':
      return refuse('Recurring hours are no phase.', 'Name them under `hours`; a phase is `T+0 .. T+24h` or days.');
  }
}

/** Two local times as instants of the plan's zone; undefined with what is wrong said. */
export function instantsOf(
  span: Extract<timeAst.TimeSpan, { readonly kind: 'instants' }>,
  sentence: Sentence,
  context: Context,
): { readonly kind: 'instants'; readonly from: Instant; readonly to: Instant } | undefined {
  const [from, to] = [span.from, span.to].map((local) => {
    const text = `${local.date} ${clock(local.minutes)}`;
    const read = readInstant(text, context.timezone);
    if (typeof read === 'number') return read;
    context.report.add('E161', sentence.place(local.span.start, local.span.end), read.problem);
    return undefined;
  });
  if (from === undefined || to === undefined) return undefined;
  if (to > from) return { kind: 'instants', from, to };
  context.report.add('E163', sentence.place(span.span.start, span.span.end), 'The span ends before it begins.');
  return undefined;
}

function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

function checkLength(span: PhaseSpan, sentence: Sentence, context: Context): void {
  const stated = context.parsed(sentence, parseDuration(sentence.text));
  if (stated === undefined) return;
  const { from, to } = absoluteSpan(span, context.launch ?? 0, context.timezone);
  const place = sentence.place(0, sentence.text.length);
  if (to === undefined) {
    context.report.add('W103', place, 'The phase has no end, so it has no length.');
  } else if (to - from !== stated.ms) {
    const message = `The span is ${formatDuration(to - from)} long, not ${formatDuration(stated.ms)}.`;
    context.report.add('W103', place, message);
  }
}

/** Neighbours in the order of the text; without a launch only spans of one kind can be compared. */
function checkLine(phases: readonly CompiledPhase[], places: readonly Span[], context: Context): void {
  for (const [index, phase] of phases.entries()) {
    for (let other = 0; other < index; other += 1) {
      const earlier = phases[other];
      const place = places[index];
      if (earlier === undefined || place === undefined) continue;
      const spans = comparable(earlier.span, phase.span, context);
      if (spans === undefined) continue;
      const [first, second] = spans;
      const overlaps =
        first.from < (second.to ?? Number.POSITIVE_INFINITY) && second.from < (first.to ?? Number.POSITIVE_INFINITY);
      if (overlaps) {
        const message = `The phase \`${phase.name}\` overlaps \`${earlier.name}\`.`;
        context.report.add('E162', place, message, 'End one where the other begins; other lines go under `layers`.');
      } else if (other === index - 1 && first.to !== undefined && second.from > first.to) {
        const length = formatDuration(second.from - first.to);
        const since = context.launch === undefined ? '' : `, from ${localTime(first.to, context.timezone)}`;
        const message = `Between \`${earlier.name}\` and \`${phase.name}\` ${length} belong to no phase${since}.`;
        context.report.add('W102', place, message);
      }
    }
  }
}

/** As a plan writes it: `2026-03-02 09:00`. */
function localTime(instant: Instant, timezone: string): string {
  const local = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timezone).toPlainDateTime();
  return local.toString({ smallestUnit: 'minute' }).replace('T', ' ');
}

function comparable(
  left: PhaseSpan,
  right: PhaseSpan,
  context: Context,
): readonly [AbsoluteSpan, AbsoluteSpan] | undefined {
  if (context.launch === undefined && left.kind !== right.kind) return undefined;
  const launch = context.launch ?? 0;
  return [absoluteSpan(left, launch, context.timezone), absoluteSpan(right, launch, context.timezone)];
}
