import type { Instant } from '#kernel/instant.ts';
import { fail, ok, type Result } from '#kernel/result.ts';
import type { SeriesKind } from '../samples/batch.ts';

/**
 * Reads what a target of a scrape answers: Prometheus' text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats) and OpenMetrics
 * 1.0 (RFC draft openmetrics-text-format). One pass over the text, nothing of it is kept.
 */
export type ExpositionFormat = 'text' | 'openmetrics';

/** Why a whole answer is not taken, as Prometheus does: half of it would look like series that have vanished. */
export interface ExpositionProblem {
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/** One sample as it stands in its line. */
export interface ExposedSample {
  /** Name and labels as written: the same text is the same series. */
  readonly series: string;
  readonly value: number;
  /** As the target says; most say none. */
  readonly time: Instant | undefined;
  /** What the family that was last described is, for `kindOf`. */
  readonly family: MetricFamily | undefined;
}

export type MetricType =
  | 'counter'
  | 'gauge'
  | 'histogram'
  | 'gaugehistogram'
  | 'summary'
  | 'info'
  | 'stateset'
  | 'unknown';

/** What a `# TYPE` line says: of the samples with this name and its suffixes. */
export interface MetricFamily {
  readonly name: string;
  readonly type: MetricType;
}

/** Labels by name; a label without a value is absent. */
export interface SeriesText {
  readonly name: string;
  /** In the order in which they are written. */
  readonly labels: readonly (readonly [name: string, value: string])[];
}

const TYPES: ReadonlyMap<string, MetricType> = new Map(
  ['counter', 'gauge', 'histogram', 'gaugehistogram', 'summary', 'info', 'stateset', 'unknown'].map((type) => [
    type,
    type as MetricType,
  ]),
);
const SPECIAL_VALUES: ReadonlyMap<string, number> = new Map([
  ['nan', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['+inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
]);
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const METRIC_NAME = /^[A-Za-z_:][A-Za-z0-9_:]*$/;
const LABEL_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** In one series; what is sent has far fewer. */
const MOST_LABELS = 1_000;
/** The suffixes of a family's samples. */
const SUFFIX = /_(?:total|created|bucket|count|sum|gcount|gsum|info)$/;
const SHOWN_CHARACTERS = 60;

/** Which of the two formats a `Content-Type` names; anything but OpenMetrics is read as text, as Prometheus does with targets that say nothing. */
export function formatOf(contentType: string | undefined): ExpositionFormat {
  return /^\s*application\/openmetrics-text\s*(?:;|$)/i.test(contentType ?? '') ? 'openmetrics' : 'text';
}

/**
 * Gives each sample to `take`, in the order of the text, until that says what is wrong. Never throws for what the text holds.
 */
export function readExposition(
  text: string,
  format: ExpositionFormat,
  take: (sample: ExposedSample) => string | undefined,
): Result<undefined, ExpositionProblem> {
  const families = new Map<string, MetricFamily>();
  let family: MetricFamily | undefined;
  let ended = false;
  let line = 0;
  for (let start = 0; start < text.length; ) {
    let end = text.indexOf('\n', start);
    if (end < 0) end = text.length;
    line += 1;
    const first = skipSpace(text, start, end);
    if (ended && first < end) return fail({ line, message: 'There is more after `# EOF`.' });
    if (first === end) {
      // An empty line.
    } else if (text.charCodeAt(first) === HASH) {
      const comment = text.slice(first, trimmedEnd(text, first, end));
      if (format === 'openmetrics' && comment === '# EOF') ended = true;
      const described = readType(comment);
      if (typeof described === 'string') return fail({ line, message: described });
      if (described !== undefined) {
        family = described;
        families.set(family.name, family);
      }
    } else {
      const sample = readSample(text, first, trimmedEnd(text, first, end), format);
      if (typeof sample === 'string') return fail({ line, message: sample });
      const problem = take({ ...sample, family: familyOf(nameOf(sample.series), family, families) });
      if (problem !== undefined) return fail({ line, message: problem });
    }
    start = end + 1;
  }
  if (format === 'openmetrics' && !ended) return fail({ line, message: 'The answer is cut: `# EOF` is missing.' });
  return ok(undefined);
}

/** Name and labels of a series from its text; or what is wrong with it. */
export function readSeries(text: string): SeriesText | string {
  const open = text.indexOf('{');
  let name = open < 0 ? text : text.slice(0, open).trimEnd();
  const labels: (readonly [string, string])[] = [];
  if (open >= 0) {
    const problem = readLabels(text, open + 1, labels, (quoted) => {
      if (name !== '') return false;
      name = quoted;
      return true;
    });
    if (problem !== undefined) return problem;
  }
  // A name in quotes may be any text; one without them may not.
  if (name === '' || (open !== 0 && !METRIC_NAME.test(name))) return `\`${shown(text)}\` is no name of a metric.`;
  const names = new Set(labels.map(([label]) => label));
  if (names.size < labels.length) return `\`${shown(text)}\` has a label twice.`;
  return { name, labels: labels.filter(([, value]) => value !== '') };
}

/** What the points of a series mean, by the type of its family and its suffix. */
export function kindOf(name: string, family: MetricFamily | undefined): SeriesKind {
  switch (family?.type) {
    case 'counter':
      return name.endsWith('_created') && name !== family.name ? 'gauge' : 'counter';
    case 'histogram':
      return /_(?:bucket|count|sum)$/.test(name) ? 'counter' : 'gauge';
    case 'summary':
      return /_(?:count|sum)$/.test(name) && name !== family.name ? 'counter' : 'gauge';
    case undefined:
    case 'unknown':
      return name.endsWith('_total') ? 'counter' : 'gauge';
    default:
      return 'gauge';
  }
}

const HASH = 35;
const SPACE = 32;
const TAB = 9;
const RETURN = 13;
const QUOTE = 34;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;
const COMMA = 44;
const EQUALS = 61;

function isSpace(code: number): boolean {
  return code === SPACE || code === TAB;
}

function skipSpace(text: string, from: number, end: number): number {
  let index = from;
  while (index < end && (isSpace(text.charCodeAt(index)) || text.charCodeAt(index) === RETURN)) index += 1;
  return index;
}

function trimmedEnd(text: string, from: number, end: number): number {
  let index = end;
  while (index > from && (isSpace(text.charCodeAt(index - 1)) || text.charCodeAt(index - 1) === RETURN)) index -= 1;
  return index;
}

function tokenEnd(text: string, from: number, end: number): number {
  let index = from;
  while (index < end && !isSpace(text.charCodeAt(index))) index += 1;
  return index;
}

/** What a comment says of a type; undefined when it is none. */
function readType(comment: string): MetricFamily | string | undefined {
  const match = /^#[ \t]+TYPE[ \t]+(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<name>\S+))[ \t]+(?<type>\S+)$/.exec(comment);
  if (match?.groups === undefined) return undefined;
  const { quoted, name = '', type = '' } = match.groups;
  const known = type === 'untyped' ? 'unknown' : TYPES.get(type);
  if (known === undefined) return `\`${shown(type)}\` is no type of a metric.`;
  return { name: quoted === undefined ? name : unescaped(quoted), type: known };
}

/** One line: `name{labels} value time # exemplar`. */
function readSample(
  text: string,
  start: number,
  end: number,
  format: ExpositionFormat,
): Omit<ExposedSample, 'family'> | string {
  const seriesEnd = endOfSeries(text, start, end);
  if (seriesEnd === undefined) return `\`${shown(text.slice(start, end))}\` has labels that do not end.`;
  const valueStart = skipSpace(text, seriesEnd, end);
  const valueEnd = tokenEnd(text, valueStart, end);
  const written = text.slice(valueStart, valueEnd);
  const value = readNumber(written);
  if (value === undefined) return `\`${shown(written)}\` is no value.`;
  const series = text.slice(start, seriesEnd);
  const timeStart = skipSpace(text, valueEnd, end);
  if (timeStart === end || (format === 'openmetrics' && text.charCodeAt(timeStart) === HASH)) {
    return { series, value, time: undefined };
  }
  const timeEnd = tokenEnd(text, timeStart, end);
  const after = skipSpace(text, timeEnd, end);
  const isOver = after === end || (format === 'openmetrics' && text.charCodeAt(after) === HASH);
  const time = readNumber(text.slice(timeStart, timeEnd));
  if (!isOver || time === undefined || !Number.isFinite(time)) {
    return `\`${shown(text.slice(timeStart, end))}\` is no time.`;
  }
  // The older format counts milliseconds, the newer one seconds with fractions.
  return { series, value, time: format === 'openmetrics' ? Math.round(time * 1_000) : Math.trunc(time) };
}

/** Where name and labels end; braces within quotes are none. */
function endOfSeries(text: string, start: number, end: number): number | undefined {
  let index = start;
  while (index < end) {
    const code = text.charCodeAt(index);
    if (code === OPEN) return endOfLabels(text, index + 1, end);
    if (isSpace(code)) {
      const next = skipSpace(text, index, end);
      return text.charCodeAt(next) === OPEN ? endOfLabels(text, next + 1, end) : index;
    }
    index += 1;
  }
  return end;
}

function endOfLabels(text: string, start: number, end: number): number | undefined {
  let quoted = false;
  for (let index = start; index < end; index += 1) {
    const code = text.charCodeAt(index);
    if (quoted) {
      if (code === BACKSLASH) index += 1;
      else if (code === QUOTE) quoted = false;
    } else if (code === QUOTE) quoted = true;
    else if (code === CLOSE) return index + 1;
  }
  return undefined;
}

/** Reads labels from behind `{` to `}`. A quoted text without a value is the metric's name; `onName` says whether it may be. */
function readLabels(
  text: string,
  start: number,
  labels: (readonly [string, string])[],
  onName: (name: string) => boolean,
): string | undefined {
  const wrong = `\`${shown(text)}\` has labels that cannot be read.`;
  let index = skipSpace(text, start, text.length);
  while (text.charCodeAt(index) !== CLOSE) {
    let name: string;
    if (text.charCodeAt(index) === QUOTE) {
      const close = closingQuote(text, index + 1);
      if (close === undefined) return wrong;
      name = unescaped(text.slice(index + 1, close));
      index = skipSpace(text, close + 1, text.length);
      if (text.charCodeAt(index) !== EQUALS) {
        if (!onName(name)) return wrong;
        name = '';
      }
    } else {
      const equals = text.indexOf('=', index);
      if (equals < 0) return wrong;
      name = text.slice(index, equals).trim();
      if (!LABEL_NAME.test(name)) return `\`${shown(name)}\` is no name of a label.`;
      index = equals;
    }
    if (name !== '') {
      const open = skipSpace(text, index + 1, text.length);
      const close = text.charCodeAt(open) === QUOTE ? closingQuote(text, open + 1) : undefined;
      if (close === undefined) return wrong;
      if (labels.length === MOST_LABELS) return `\`${shown(text)}\` has more than ${MOST_LABELS} labels.`;
      labels.push([name, unescaped(text.slice(open + 1, close))]);
      index = skipSpace(text, close + 1, text.length);
    }
    if (text.charCodeAt(index) === COMMA) index = skipSpace(text, index + 1, text.length);
    else if (text.charCodeAt(index) !== CLOSE) return wrong;
  }
  return undefined;
}

function closingQuote(text: string, start: number): number | undefined {
  for (let index = start; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === BACKSLASH) index += 1;
    else if (code === QUOTE) return index;
  }
  return undefined;
}

/** `\\`, `\"` and `\n`; another escape stands for itself, as in Prometheus. */
function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\([\\"n])/g, (_, letter: string) => (letter === 'n' ? '\n' : letter));
}

function readNumber(text: string): number | undefined {
  if (DECIMAL.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : undefined;
  }
  return text.length > 4 ? undefined : SPECIAL_VALUES.get(text.toLowerCase());
}

function nameOf(series: string): string {
  const open = series.indexOf('{');
  if (open < 0) return series;
  if (open > 0) return series.slice(0, open).trimEnd();
  const read = readSeries(series);
  return typeof read === 'string' ? '' : read.name;
}

/** The family that a sample is of, most likely the one that was described last. */
function familyOf(
  name: string,
  last: MetricFamily | undefined,
  families: ReadonlyMap<string, MetricFamily>,
): MetricFamily | undefined {
  if (name === last?.name) return last;
  const own = families.get(name);
  if (own !== undefined) return own;
  const suffixAt = SUFFIX.exec(name)?.index;
  if (suffixAt === undefined) return undefined;
  if (suffixAt === last?.name.length && name.startsWith(last.name)) return last;
  return families.get(name.slice(0, suffixAt));
}

function shown(text: string): string {
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`;
}
