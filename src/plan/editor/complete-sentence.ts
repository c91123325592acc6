import { limits } from '#kernel/limits.ts';
import { SyntaxError as ParserError, parse, type Sentences } from '../expression/parser.js';
import { maskText } from '../expression/sentence.ts';
import { checkKind, figureFields } from '../probe-fields.ts';
import type { SentenceKind } from '../shape/sentence-places.ts';
import type { Completion } from './completion.ts';
import { KIND_WORDS } from './completion.ts';
import { kindsOfRole, roleAtEnd } from './highlight.ts';
import { type DefinedName, definitionOf, type NameKind, type PlanNames } from './names.ts';
import { findWord, LANGUAGE_WORDS, type LanguageWord } from './words.ts';

const START: Readonly<Record<SentenceKind, keyof Sentences>> = {
  signal: 'SignalSentence',
  condition: 'ConditionSentence',
  bands: 'BandsSentence',
  bound: 'BoundSentence',
  source: 'SourceSentence',
  span: 'SpanSentence',
  duration: 'DurationSentence',
  clock: 'ClockSlaSentence',
  recipient: 'RecipientSentence',
};

/** No sentence holds it, so that the parser says what could stand there. */
const SENTINEL = '\u0001';

/** What may stand at the end of an unfinished sentence: `from` is where in it the completed word begins. */
export interface SentenceCompletions {
  readonly from: number;
  readonly items: readonly Completion[];
}

/** Asks the grammar itself what could come next, and fills its kinds of things with the plan's names. */
export function completeSentence(
  before: string,
  kind: SentenceKind,
  names: PlanNames,
  more: { readonly channels: readonly string[]; readonly addresses: readonly string[] },
): SentenceCompletions | undefined {
  if (before.length > limits.planSentenceCharacters || isWithinText(before)) return undefined;
  const number = /(?:^|[\s(<>=])((\d+(?:\.\d+)?)\s?)([\p{L}%/]*)$/u.exec(before);
  if (number !== null) return completeUnit(before, number, kind);
  const word = /[\p{L}_](?:[\p{L}\p{M}\p{N}_-])*$/u.exec(before)?.[0] ?? '';
  const base = before.slice(0, before.length - word.length);
  if (base !== '' && !/[\s(,.<>=+*/:-]$/u.test(base)) return undefined;
  const subject = /(?<![\p{L}\p{M}\p{N}_.-])([\p{L}_][\p{L}\p{M}\p{N}_-]*)\.$/u.exec(base)?.[1];
  if (subject !== undefined && kind === 'condition' && names.find(subject, 'probe') !== undefined) {
    return { from: base.length, items: names.parts(subject).map((part) => plain(part, 'name', 'a part of the probe')) };
  }
  const ofProbes = figuresOfProbes(base, names);
  if (ofProbes !== undefined) return { from: base.length, items: ofProbes };
  if (/[\p{L}\p{N}_]\.$/u.test(base)) return { from: base.length, items: fields(names) };
  const expected = expectedAfter(base, kind);
  if (expected === undefined) return undefined;
  const items = [...expected].flatMap((each) => candidates(each, base, kind, names, more));
  const unique = new Map(items.map((item) => [`${item.kind} ${item.label}`, item]));
  return { from: base.length, items: [...unique.values()] };
}

/** Behind `checks.` the probes, and behind one of them what its results hold; undefined elsewhere. */
function figuresOfProbes(base: string, names: PlanNames): readonly Completion[] | undefined {
  const path = /(?<![\p{L}\p{M}\p{N}_.-])checks\.(?:([\p{L}_][\p{L}\p{M}\p{N}_-]*)\.((?:[a-z_]+\.)*))?$/u.exec(base);
  if (path === null) return undefined;
  const [, probe, written = ''] = path;
  if (probe === undefined) return names.of('probe').map((name) => nameItem(name));
  const kind = checkKind(names.check(probe) ?? '');
  if (kind === undefined) return [];
  return Object.keys(figureFields(kind))
    .filter((field) => field.startsWith(written))
    .map((field) => plain(field.slice(written.length), 'name', 'a figure of the results of the probe'));
}

/** Words and kinds of things that the grammar takes behind a beginning; undefined when it stumbled before. */
function expectedAfter(base: string, kind: SentenceKind): ReadonlySet<string> | undefined {
  let depth = 0;
  for (const character of base) depth += character === '(' ? 1 : 0;
  if (depth > limits.planSentenceDepth) return undefined;
  try {
    parse(`${base}${SENTINEL}`, { startRule: START[kind] });
    return new Set();
  } catch (error) {
    if (!(error instanceof ParserError)) throw error;
    if (error.location.start.offset < base.length) return undefined;
    return new Set(
      (error.expected ?? []).flatMap((each) =>
        each.type === 'literal' ? [`word ${each.text}`] : each.type === 'other' ? [each.description] : [],
      ),
    );
  }
}

function candidates(
  expected: string,
  base: string,
  kind: SentenceKind,
  names: PlanNames,
  more: { readonly channels: readonly string[]; readonly addresses: readonly string[] },
): readonly Completion[] {
  if (expected.startsWith('word ')) {
    const text = expected.slice(5);
    if (text.endsWith('(')) return wordItems(findWord(kind, text.slice(0, -1), 'function'));
    if (!/^[a-z]/.test(text)) return [];
    if (text === 'webhook') {
      const ofPlan = names.of('webhook').map((name) => ({ ...nameItem(name), insert: `webhook "${name.name}"` }));
      return [...ofPlan, ...wordItems(findWord(kind, text, 'keyword'))];
    }
    return wordItems(findWord(kind, text, 'keyword'));
  }
  if (expected === 'a function')
    return LANGUAGE_WORDS.filter((word) => word.kind === 'function' && word.of.includes(kind)).flatMap(wordItems);
  if (expected === 'a name' || expected === 'a field') return nameItems(base, kind, names, more);
  if (expected.startsWith('a duration'))
    return ['30s', '1m', '5m', '15m', '1h'].map((text) => plain(text, 'value', 'a duration'));
  if (expected.startsWith('a sign'))
    return OPERATORS.map(([text, meaning]) => ({ ...plain(text, 'operator', meaning), insert: `${text} ` }));
  if (expected.startsWith('a unit')) return LANGUAGE_WORDS.filter((word) => word.kind === 'unit').flatMap(wordItems);
  if (expected.startsWith('a number with')) return thresholds(base, names);
  if (expected.startsWith('a state'))
    return ['firing', 'failing', 'passing', 'late', 'failed', 'wrong', 'differs', 'exercised'].flatMap((text) =>
      wordItems(findWord(kind, text, 'keyword')),
    );
  if (expected.startsWith('an offset'))
    return ['T+0', 'T+24h', 'T+48h', 'T+7d'].map((text) => plain(text, 'value', 'an offset from launch'));
  return [];
}

const OPERATORS = [
  ['>', 'above'],
  ['<', 'below'],
  ['>=', 'at or above'],
  ['<=', 'at or below'],
  ['=', 'equal'],
  ['!=', 'not equal'],
] as const;

function plain(text: string, kind: Completion['kind'], detail: string): Completion {
  return { label: text, kind, detail, documentation: '', insert: text, rank: 1 };
}

function wordItems(word: LanguageWord | undefined): readonly Completion[] {
  if (word === undefined) return [];
  const waits = word.waits === true;
  const insert = word.kind === 'function' ? `${word.text}(` : word.text;
  const detail = waits ? 'read, not executed yet' : word.kind;
  const documentation = `${word.meaning}\n\n\`${word.form}\``;
  return [
    {
      label: word.text,
      kind: word.kind,
      detail,
      documentation,
      insert,
      rank: waits ? -1 : word.kind === 'function' ? 2 : 1,
    },
  ];
}

function nameItems(
  base: string,
  kind: SentenceKind,
  names: PlanNames,
  more: { readonly channels: readonly string[]; readonly addresses: readonly string[] },
): readonly Completion[] {
  const role = roleAtEnd(base, kind);
  if (role === 'field') return fields(names);
  if (role === 'channel')
    return [...new Set(['app', ...more.channels])].map((text) => plain(text, 'name', 'a channel'));
  if (role === 'who') {
    const addresses = more.addresses.map((text) => plain(text, 'name', 'an address'));
    return [...names.of('person', 'role', 'duty').map((name) => nameItem(name)), ...addresses];
  }
  if (role === 'unit' || role === 'none') return [];
  const found = names.of(...kindsOfRole(role));
  return found
    .filter((name) => role !== 'figure' || name.kind === 'signal' || (name.kind in STATED && kind === 'condition'))
    .filter((name) => role !== 'source' || name.kind === 'source')
    .map((name) =>
      role === 'figure' && STATED[name.kind] !== undefined
        ? { ...nameItem(name), insert: `${name.name} ${STATED[name.kind]}`, rank: 2 }
        : nameItem(name),
    );
}

/** Names of which a condition asks for a state, and which one mostly. */
const STATED: Readonly<Partial<Record<NameKind, string>>> = {
  rule: 'firing',
  probe: 'failing',
  heartbeat: 'late',
  review: 'wrong',
  comparison: 'differs',
};

/** A name of the plan with what stands behind it. */
export function nameItem(name: DefinedName): Completion {
  const isBuiltIn = name.place === undefined;
  return {
    label: name.name,
    kind: 'name',
    detail: KIND_WORDS[name.kind],
    documentation: definitionOf(name),
    insert: name.name,
    rank: isBuiltIn ? 2 : 3,
  };
}

function fields(names: PlanNames): readonly Completion[] {
  return [...names.fields()].map((text) => plain(text, 'name', 'a field of the events'));
}

/** Behind `error_rate > ` the bands of its objective are what is mostly meant. */
function thresholds(base: string, names: PlanNames): readonly Completion[] {
  const figure = /([\p{L}_][\p{L}\p{N}_-]*)\s*(?:<=|>=|[<>=])\s*$/u.exec(base)?.[1];
  const objective = figure === undefined ? undefined : names.objective(figure);
  if (objective === undefined) return [];
  return [...objective.matchAll(/\b(target|warning|critical)\s*(?:<=|>=|[<>=])\s*([^\s,"'}]+)/g)].map(
    ([, level, value]) => ({
      ...plain(value ?? '', 'value', `its ${level}`),
      rank: 4,
    }),
  );
}

/** Behind a number its unit is what is missing. */
function completeUnit(before: string, match: RegExpExecArray, kind: SentenceKind): SentenceCompletions | undefined {
  const [, number = '', , unit = ''] = match;
  const start = before.length - number.length - unit.length;
  const expected = expectedAfter(before.slice(0, start), kind);
  if (expected === undefined) return undefined;
  const isDuration = [...expected].some((each) => each.startsWith('a duration'));
  const isQuantity = [...expected].some((each) => each.startsWith('a number with') || each === 'a percentage');
  if (!isDuration && !isQuantity) return undefined;
  const durations = new Set(['ms', 's', 'm', 'h', 'd']);
  const units = LANGUAGE_WORDS.filter((word) => word.kind === 'unit' && word.text !== '$').filter(
    (word) => isQuantity || durations.has(word.text),
  );
  return { from: before.length - unit.length, items: units.flatMap(wordItems) };
}

function isWithinText(before: string): boolean {
  return /(?:"|\/)·*$/u.test(maskText(before)) && /"·*$|\bmatches\s*\/·*$/u.test(maskText(before)) && !isClosed(before);
}

function isClosed(before: string): boolean {
  const quotes = before.replace(/\\./gu, '').split('"').length - 1;
  return quotes % 2 === 0 && !/\bmatches\s*\/[^/]*$/u.test(before);
}
