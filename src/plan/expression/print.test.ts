import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type * as ast from './ast.ts';
import type * as conditionAst from './condition-ast.ts';
import type { Parsed } from './parse.ts';
import * as parsers from './parse.ts';
import * as print from './print.ts';
import { printFormula } from './print-formula.ts';
import { printPredicate } from './print-predicate.ts';
import { printQuantity } from './print-quantity.ts';
import { printEscalationStep, printRecipients } from './print-recipient.ts';
import { printCadence, printClockSla, printTimeSpan } from './print-time.ts';
import type * as timeAst from './time-ast.ts';

const span: ast.Span = { start: 0, end: 0 };

/** A node without the fields that are undefined, as the parser gives it. */
function node(kind: string, fields: Record<string, unknown> = {}): never {
  const written = Object.entries(fields).filter(([, value]) => value !== undefined);
  return { kind, ...Object.fromEntries(written), span } as never;
}

function record(kind: string, fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<never> {
  return fc.record(fields).map((values) => node(kind, values));
}

function maybe<Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> {
  return fc.option(value, { nil: undefined });
}

function several(kind: string, fields: Record<string, unknown>): fc.Arbitrary<never> {
  return fc.constant(node(kind, fields));
}

const word = fc.constantFrom(
  'error_rate',
  'api-health',
  'day-1',
  'p95',
  'größe',
  'x2',
  'total_of',
  'data',
  'share',
  'on-call',
);
const name = word.map((text): ast.Name => node('name', { text }));
const path = fc.array(word, { minLength: 1, maxLength: 3 }).map((names): ast.Path => node('path', { names }));
const field = fc
  .array(word, { minLength: 1, maxLength: 2 })
  .map((names): ast.Field => node('field', { name: names.join('.') }));
const decimal = fc.oneof(
  fc.nat(10_000),
  fc.tuple(fc.nat(9_999), fc.nat(6)).map(([digits, scale]) => Number(`${digits}e-${scale}`)),
);
const whole = fc.integer({ min: 0, max: 99_999 });
const operator = fc.constantFrom<ast.Operator>('<', '<=', '>', '>=', '=', '!=');
const period = fc.constantFrom<ast.Period>('minute', 'hour', 'day', 'week', 'month', 'quarter', 'year');
const weekday = fc.constantFrom('monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday');
const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const clock = fc.nat(1440).map((minutes): timeAst.ClockTime => node('clock', { minutes }));

const durationMs: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const duration = fc
  .tuple(fc.nat(5_000), fc.constantFrom('ms', 's', 'm', 'h', 'd', 'w'))
  .map(([amount, unit]): ast.Duration => node('duration', { amount, unit, ms: amount * (durationMs[unit] ?? 1) }));

const per = maybe(fc.constantFrom<ast.RatePeriod>('s', 'min', 'h', 'd'));
const unit: fc.Arbitrary<ast.Unit> = fc
  .tuple(
    fc.constantFrom(
      ['count', ''],
      ['ms', 'ms'],
      ['ms', 'm'],
      ['fraction', '%'],
      ['points', 'points'],
      ['bytes', 'GB'],
      ['bits-per-second', 'Mbps'],
      ['times', 'x'],
      ['money', '$'],
      ['word', 'stars'],
    ),
    per,
  )
  .map(([[base, text], rate]) => node('unit', { base, text, per: rate }));
const statedUnit = unit.filter((each) => each.base !== 'count' || each.per !== undefined);

/** The value is checked in quantity.test.ts; here it is the parser's own. */
const quantity: fc.Arbitrary<ast.Quantity> = fc.tuple(decimal, fc.boolean(), unit).map(([amount, isNegative, each]) => {
  const signed = isNegative && amount !== 0 ? -amount : amount;
  const read = parsers.parseQuantity(printQuantity(node('quantity', { amount: signed, unit: each, value: 0 })));
  return node('quantity', { amount: signed, unit: each, value: read.ok ? read.value.value : Number.NaN });
});
const percentage = decimal.map(
  (amount): ast.Quantity =>
    node('quantity', { amount, unit: node('unit', { base: 'fraction', text: '%' }), value: Number(`${amount}e-2`) }),
);
const slope = quantity.filter((each) => each.unit.per !== undefined);

const window = fc.oneof(
  record('over', { duration }),
  record('per', { period }),
  record('this', { period }),
  several('today', {}),
  several('since launch', {}),
  several('this phase', {}),
);

const { predicate } = fc.letrec<{ predicate: ast.Predicate; test: ast.Predicate; value: ast.FieldValue }>((tie) => ({
  value: fc.oneof(quantity, record('text', { text }), record('boolean', { value: fc.boolean() })),
  test: fc.oneof(
    record('compare', { field, operator, value: tie('value') }),
    record('in', { field, values: fc.array(tie('value'), { minLength: 1, maxLength: 3 }) }),
    record('text test', { field, test: fc.constantFrom('contains', 'starts with', 'ends with'), text }),
    record('matches', { field, pattern: fc.constantFrom('a', '^\\/api\\/v\\d+', '(x|y)$', 'and or') }),
    record('presence', { field, is: fc.constantFrom('missing', 'present') }),
  ),
  predicate: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    tie('test'),
    record('not', { of: tie('predicate') }),
    fc
      .tuple(fc.constantFrom('and', 'or'), fc.array(tie('predicate'), { minLength: 2, maxLength: 3 }))
      .map(([kind, of]) => node(kind, { of })),
  ),
}));

const reference: fc.Arbitrary<ast.Reference> = record('reference', { path, window: maybe(window), by: maybe(field) });
const functions = fc.constantFrom(
  'count',
  'rate',
  'share',
  'unique',
  'sum',
  'avg',
  'min',
  'max',
  'last',
  'age',
  'availability',
  'burn',
  'top_share',
  'duplicates',
);
const having = record('having', { operator, count: whole });
const parts = { path, where: maybe(predicate), having: maybe(having), by: maybe(field) };

const { formula } = fc.letrec<{ formula: ast.Formula }>((tie) => ({
  formula: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    reference,
    quantity,
    record('aggregate', { function: functions, ...parts }),
    record('aggregate', {
      function: fc.constant('percentile'),
      quantile: fc.constantFrom(0.5, 0.95, 0.99, 0.999, 0.07),
      ...parts,
    }),
    record('missing', { left: path, right: path, within: maybe(duration), by: maybe(field) }),
    record('percent of', { percent: percentage, of: reference }),
    record('ratio', { left: tie('formula'), right: tie('formula') }),
    record('arithmetic', {
      operator: fc.constantFrom('+', '-', '*', '/'),
      left: tie('formula'),
      right: tie('formula'),
    }),
  ),
}));

const past = fc.oneof(
  record('previous', { period }),
  record('earlier', { duration }),
  record('baseline', { baseline: name }),
  record('same hour', { count: whole, of: fc.constantFrom('days', 'weeks') }),
);
const strength = fc.constantFrom('more than', 'at least');
const test: fc.Arbitrary<conditionAst.Test> = fc.oneof(
  record('comparison', { left: formula, operator, right: formula, in: maybe(duration) }),
  record('likely', { left: formula, operator, right: formula }),
  record('between', { of: formula, low: quantity, high: quantity, in: maybe(duration) }),
  record('band state', {
    of: formula,
    state: fc.constantFrom('on target', 'off target', 'in warning', 'in critical', 'no data'),
  }),
  record('change', {
    of: formula,
    direction: fc.constantFrom('rises', 'drops'),
    strength,
    amount: quantity,
    relative: fc.boolean(),
    past,
  }),
  record('growth', {
    of: formula,
    direction: fc.constantFrom('grows', 'shrinks'),
    strength,
    amount: slope,
    over: duration,
  }),
  record('forecast', { of: formula, level: quantity, within: duration }),
  record('steady', { of: formula, within: quantity, over: duration }),
  record('unusual', { of: formula, direction: fc.constantFrom('either', 'high', 'low'), sigma: maybe(decimal), past }),
  record('state', {
    subject: name,
    part: maybe(name),
    state: fc.constantFrom('failing', 'passing', 'late', 'failed', 'firing', 'exercised'),
  }),
  record('fails', { subject: name, part: maybe(name), times: whole }),
  record('silence', { source: name, where: maybe(predicate), in: duration }),
  record('no data', { source: name }),
  record('any', { source: name, where: maybe(predicate), in: maybe(duration) }),
  record('new', { source: name, by: field, in: maybe(duration) }),
);
const { condition } = fc.letrec<{ condition: conditionAst.Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    test,
    record('not', { of: tie('condition') }),
    record('for', { of: tie('condition'), duration }),
    fc
      .tuple(fc.constantFrom('and', 'or'), fc.array(tie('condition'), { minLength: 2, maxLength: 3 }))
      .map(([kind, of]) => node(kind, { of })),
  ),
}));

const step = record('step reference', { step: maybe(word) });
const bound: fc.Arbitrary<ast.Bound> = fc.oneof(
  several('unset', {}),
  record('between', { low: quantity, high: quantity, of: maybe(step) }),
  record('compared', {
    choices: fc.array(record('choice', { operator, value: quantity }), { minLength: 1, maxLength: 3 }),
    of: maybe(step),
  }),
);
const stepTargets: fc.Arbitrary<ast.StepTargets> = record('step targets', {
  bounds: fc.array(bound, { minLength: 1 }),
});
const bands: fc.Arbitrary<ast.Bands> = fc
  .subarray(['target', 'warning', 'critical'], { minLength: 1 })
  .chain((levels) => fc.tuple(...levels.map((level) => record('band', { level: fc.constant(level), bound }))))
  .map((each) => node('bands', { bands: each }));

const source: fc.Arbitrary<ast.Source> = record('source', {
  origin: fc.oneof(
    fc
      .tuple(fc.constantFrom('events', 'samples', 'webhook', 'list'), text)
      .map(([kind, called]) => node(kind, { name: called })),
    record('query', { probe: name }),
    record('source', { source: name }),
  ),
  where: maybe(predicate),
  oncePer: maybe(field),
  fieldUnits: fc.array(record('field unit', { field, unit: statedUnit }), { maxLength: 2 }),
  unit: maybe(statedUnit),
});
const signal: fc.Arbitrary<ast.Signal> = record('signal', {
  formula,
  window: maybe(window),
  atLeast: maybe(record('at least', { count: whole, word: maybe(fc.constant('orders')) })),
  unit: maybe(statedUnit),
});

const offset = fc.oneof(
  several('offset', { ms: 0 }),
  duration.map((each) => node('offset', { duration: each, ms: each.ms })),
);
const instant = record('local instant', { date: fc.constantFrom('2026-01-21', '2028-02-29'), minutes: fc.nat(1440) });
const days = fc.array(fc.oneof(weekday, fc.constantFrom('workday', 'weekend')), { minLength: 1, maxLength: 3 });
const timeSpan: fc.Arbitrary<timeAst.TimeSpan> = fc.oneof(
  record('offsets', { from: offset, to: maybe(offset) }),
  record('days', { from: whole, to: maybe(whole) }),
  record('weeks', { from: whole, to: whole }),
  record('instants', { from: instant, to: instant }),
  record('hours', { days: maybe(days), from: clock, to: clock }),
);
const monthDay = fc.oneof(
  record('nth', { ordinal: fc.integer({ min: 1, max: 31 }), weekday: maybe(weekday) }),
  several('last day', {}),
  several('last workday', {}),
);
const cadence: fc.Arbitrary<timeAst.Cadence> = fc.oneof(
  record('every', { duration }),
  record('daily', { at: fc.array(clock, { minLength: 1, maxLength: 3 }) }),
  record('weekly', { days, at: clock }),
  fc
    .tuple(fc.constantFrom('monthly', 'quarterly', 'yearly'), monthDay, clock)
    .map(([kind, on, at]) => node(kind, { on, at })),
  record('at', { offset }),
  record('end of', { phase: name }),
  record('when', { condition }),
  several('once', {}),
);
const clockSla: fc.Arbitrary<timeAst.ClockSla> = fc.oneof(
  record('within', { duration }),
  record('business hours', { hours: decimal }),
  record('after resolved', { duration }),
  several('now', {}),
);
const who = fc.oneof(
  name,
  record('address', { channel: word, target: fc.constantFrom('#engineering', 'ops', 'a@b.example') }),
);
const ways = fc.array(name, { maxLength: 2 });
const recipient: fc.Arbitrary<ast.Recipient> = record('recipient', { who, by: ways, hours: maybe(name) });
const bare: fc.Arbitrary<ast.Recipient> = record('recipient', { who, by: fc.constant([]) });
const paged = fc.oneof(fc.tuple(recipient), fc.array(bare, { minLength: 2, maxLength: 3 }));
const unless = fc.constantFrom('answered', 'resolved since opened', 'resolved since last step');
const escalationStep: fc.Arbitrary<ast.EscalationStep> = fc.oneof(
  record('page', { recipients: paged }),
  record('after', { duration, unless, recipients: paged }),
  record('repeat', { times: whole }),
);
const recipients: fc.Arbitrary<ast.Recipients> = record('recipients', {
  recipients: fc.array(recipient, { minLength: 1, maxLength: 3 }),
});
const filler: fc.Arbitrary<ast.Filler> = fc.oneof(
  record('condition', { condition }),
  record('show', { what: fc.constantFrom('top 5 errors by fingerprint', 'db_pool') }),
  record('do', { action: name }),
  record('number', { name, unit: maybe(statedUnit) }),
  record('by', { role: name }),
  several('note', {}),
  several('file', {}),
);
const item: fc.Arbitrary<ast.Item> = record('item', {
  text: fc.constantFrom('Web app loads', 'Is it 12:30 yet?', 'Ask:why (x'),
  filler: maybe(filler),
});
const criterion: fc.Arbitrary<conditionAst.Criterion> = record('criterion', {
  fold: maybe(fc.constantFrom('every day', 'worst', 'total')),
  condition,
});

describe('printing', () => {
  const roundTrips: readonly (readonly [string, () => void])[] = [
    ['quantities', () => holds(quantity, printQuantity, parsers.parseQuantity)],
    ['predicates', () => holds(predicate, printPredicate, parsers.parsePredicate)],
    ['conditions', () => holds(condition, print.printCondition, parsers.parseCondition)],
    ['criteria', () => holds(criterion, print.printCriterion, parsers.parseCriterion)],
    ['signals', () => holds(signal, print.printSignal, parsers.parseSignal)],
    ['bounds', () => holds(bound, print.printBound, parsers.parseOperatorValue)],
    ['step targets', () => holds(stepTargets, print.printStepTargets, parsers.parseStepTargets)],
    ['bands', () => holds(bands, print.printBands, parsers.parseBands)],
    ['sources', () => holds(source, print.printSource, parsers.parseSource)],
    ['spans', () => holds(timeSpan, printTimeSpan, parsers.parseSpan)],
    ['cadences', () => holds(cadence, printCadence, parsers.parseCadence)],
    ['clocks', () => holds(clockSla, printClockSla, parsers.parseClockSla)],
    ['recipients', () => holds(recipients, printRecipients, parsers.parseRecipients)],
    ['escalation steps', () => holds(escalationStep, printEscalationStep, parsers.parseEscalationStep)],
    ['items', () => holds(item, print.printItem, parsers.parseItem)],
    ['fillers', () => holds(filler, print.printFiller, parsers.parseFiller)],
  ];
  it.each(roundTrips)('parses back to the same tree: %s', (_name, prove) => prove());

  it.each([
    ['error_rate>5%  for 5 minutes', 'error_rate > 5% for 5m'],
    ['((a > 1)) and (b > 2)', 'a > 1 and b > 2'],
    ['(any a where x = 1) and b > 2', '(any a where x = 1) and b > 2'],
    ['not(web failing)', 'not web failing'],
    ['median(requests.duration) > 1 second', 'p50(requests.duration) > 1s'],
    [
      'dau drops at least 1 point vs same hour of last 1 week',
      'dau drops at least 1 points vs same hour of last 1 weeks',
    ],
    ['a fails 1 time in a row', 'a fails 1 times in a row'],
  ])('gives one text: %s', (written, text) => {
    const parsed = parsers.parseCondition(written);
    expect(parsed.ok && print.printCondition(parsed.value)).toBe(text);
    const again = parsers.parseCondition(text);
    expect(again.ok && print.printCondition(again.value)).toBe(text);
  });

  it('keeps the window of a reference apart from that of its signal', () => {
    const parsed = parsers.parseSignal('(a over 1h) / b over 5m');
    expect(parsed.ok && print.printSignal(parsed.value)).toBe('(a over 1h) / b over 5m');
    expect(parsed.ok && printFormula(parsed.value.formula)).toBe('a over 1h / b');
  });
});

function holds<Node>(
  arbitrary: fc.Arbitrary<Node>,
  printed: (node: Node) => string,
  parse: (text: string) => Parsed<Node>,
): void {
  fc.assert(
    fc.property(arbitrary, (tree) => {
      const written = printed(tree);
      const parsed = parse(written);
      // The language refuses some trees outright, as it should: a text too long, a percentage of nothing, a share against a bare number.
      if (!parsed.ok && ['E201', 'E220', 'E237'].includes(parsed.failure.code)) return;
      if (!parsed.ok) throw new Error(`${written}\n${parsed.failure.message} at ${parsed.failure.start}`);
      expect(bared(parsed.value), written).toEqual(bared(tree));
      expect(printed(parsed.value)).toBe(written);
    }),
    { numRuns: 400 },
  );
}

function bared(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bared);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== 'span');
  return Object.fromEntries(entries.map(([key, each]) => [key, bared(each)]));
}
