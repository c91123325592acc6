import { expect, test } from 'vitest';
import { compilePlan } from './compile.ts';
import { formatDiagnostic } from './diagnostic.ts';
import { INCREASE_FIELD, OBSERVATIONS_FIELD } from './sample-fields.ts';

const base = `plan: shop
timezone: Europe/Berlin
launch: 2026-03-02 09:00
people:
  mia: { email: mia@shop.example }
severities:
  urgent: { notify: [mia by email] }
sources:
  cpu: samples "db.cpu" in %
  pay: samples "http_requests_total" where route = "/pay"
  pay_eu: pay where zone starts with "eu-"
  sent: samples "bytes_sent" in MB
`;

function compile(text: string) {
  const { plan, diagnostics, notExecuted } = compilePlan([{ path: 'plan.yaml', text: base + text }]);
  const errors = diagnostics.filter(({ severity }) => severity === 'error').map(formatDiagnostic);
  return { plan, errors, notExecuted };
}

function measuresOf(signals: string) {
  const { plan, errors, notExecuted } = compile(`signals:\n${signals}`);
  expect(errors).toEqual([]);
  expect(notExecuted).toEqual([]);
  return Object.values(plan?.measures ?? {}).map(({ id: _, text: __, window, by, ...rest }) => ({
    ...rest,
    ...(by.length > 0 && { by }),
    over: window.ms / 1_000,
  }));
}

test('sources of samples are sources of points, with their unit and what narrows them', () => {
  const { plan, errors } = compile('signals: { x: count(pay_eu) over 5m, y: max(cpu) over 5m }');
  expect(errors).toEqual([]);
  expect(plan?.sources['cpu']).toEqual({
    name: 'cpu',
    event: 'db.cpu',
    samples: true,
    units: { value: '%', [INCREASE_FIELD]: '%' },
  });
  expect(plan?.sources['pay_eu']).toMatchObject({
    event: 'http_requests_total',
    samples: true,
    where: { kind: 'and', of: [{ field: 'route' }, { kind: 'text', field: 'zone' }] },
  });
});

test('levels are measured of the value, increases of what was added', () => {
  const level = { source: 'cpu', field: 'value', over: 300 };
  expect(
    measuresOf(`
  a: avg(cpu) over 5m
  b: max(cpu by instance) over 5m
  c: p95(cpu) over 5m
  d: last(cpu) over 10m
  e: rate(pay) over 1m in /min
  f: sum(pay) over 5m
  g: count(pay) over 5m
  h: share(cpu where value > 80%) over 5m
  i: unique(cpu.instance) over 5m
`),
  ).toEqual([
    { ...level, function: 'avg' },
    { ...level, function: 'max', by: ['instance'] },
    { ...level, function: 'percentile', quantile: 0.95 },
    { ...level, function: 'last', over: 600 },
    { source: 'pay', field: INCREASE_FIELD, function: 'rate', over: 60 },
    { source: 'pay', field: INCREASE_FIELD, function: 'sum', over: 300 },
    { source: 'pay', function: 'count', over: 300 },
    {
      source: 'cpu',
      function: 'share',
      where: { kind: 'compare', field: 'value', operator: '>', value: 0.8 },
      over: 300,
    },
    { source: 'cpu', function: 'unique', field: 'instance', over: 300 },
  ]);
});

test('a source of samples by itself is its last value of 5 minutes, in rules, signals and objectives', () => {
  const { plan, errors, notExecuted } = compile(`
objectives: { cpu: "target < 70%, critical > 90%" }
signals: { headroom: cpu over 10m, load: cpu }
rules:
  hot: { when: cpu > 80% for 5 minutes, severity: urgent }
  hot-one: { when: cpu by instance > 95%, severity: urgent }
`);
  expect(errors).toEqual([]);
  expect(notExecuted).toEqual([]);
  expect(plan?.signals.map(({ name, unit, by }) => [name, unit.shown, by.join()])).toEqual([
    ['headroom', '%', ''],
    ['load', '%', ''],
    ['cpu over 10m', '%', ''],
    ['cpu', '%', ''],
    ['cpu by instance', '%', 'instance'],
  ]);
  expect(Object.values(plan?.measures ?? {}).map(({ text }) => text)).toEqual([
    'last(cpu) over 10m',
    'last(cpu) over 5m',
    'last(cpu) over 5m',
  ]);
  expect(plan?.objectives.map(({ signal }) => signal)).toEqual(['cpu']);
});

test('rates have the unit of their source by the second', () => {
  const { plan, errors } = compile(`
signals: { out: rate(sent) over 5m, pays: rate(pay) over 5m }
rules:
  much: { when: out > 10 MB/s, severity: urgent }
  many: { when: pays > 600/min, severity: urgent }
`);
  expect(errors).toEqual([]);
  expect(plan?.signals.map(({ unit }) => unit)).toEqual([
    { base: 'bytes per-second', shown: 'MB/s' },
    { base: 'per-second', shown: '/s' },
  ]);
});

test.each([
  ['signals: { x: avg(cpu.instance) over 5m }', 'E154', 'Write `avg(cpu)`'],
  ['signals: { x: unique(cpu) over 5m }', 'E154', 'Write `unique(cpu.instance)`'],
  ['signals: { x: count(pay where status = 500) over 5m }', 'E150', 'Write `status = "500"`'],
  ['signals:\n  x: count(pay where up in ("0", 1)) over 5m', 'E150', 'labels of samples are text'],
  ['rules: { x: { when: any pay where ok = true, severity: urgent } }', 'E150', 'labels of samples are text'],
  ['rules: { x: { when: cpu > 0.8, severity: urgent } }', 'E150', '`80%` or `0.8%`'],
  ['rules: { x: { when: cpu > 80% in 5 minutes, severity: urgent } }', 'E153', 'has its window already'],
  ['signals: { cpu: avg(cpu) over 5m }', 'E142', 'a source already'],
])('%s is refused with %s', (text, code, words) => {
  const { errors } = compile(text);
  expect(errors).toHaveLength(1);
  expect(errors[0]).toContain(code);
  expect(errors[0]).toContain(words);
});

test('`once per` of samples is named as not executed', () => {
  const { plan, notExecuted } = compilePlan([{ path: 'plan.yaml', text: `${base}  once: samples "x" once per id\n` }]);
  expect(plan).toBeDefined();
  expect(notExecuted).toMatchObject([{ where: 'sources.once', what: '`once per` of samples' }]);
});

test('a percentile of buckets is one of what the histogram counted, in the unit of its bounds', () => {
  const { plan, notExecuted } = compilePlan([
    {
      path: 'plan.yaml',
      text: `${base}  slow: samples "seconds_bucket" where route = "/pay" in s\nsignals: { p: 'p95(slow by zone) over 5m, at least 20' }\n`,
    },
  ]);
  expect(notExecuted).toEqual([]);
  expect(plan?.signals).toMatchObject([{ name: 'p', by: ['zone'], atLeast: 20, unit: { base: 'ms', shown: 's' } }]);
  expect(Object.values(plan?.measures ?? {})).toMatchObject([
    { function: 'bucket-percentile', quantile: 0.95, field: OBSERVATIONS_FIELD, by: ['zone'] },
  ]);
});

test.each([
  ['p95(slow by le) over 5m', '`le` tells them apart'],
  ['p95(slow where le = "1") over 5m', '`le` tells them apart'],
  ['p95(slow where value > 3) over 5m', '`value` tells them apart'],
])('a percentile of some buckets only, %s, is refused', (sentence, words) => {
  const text = `${base}  slow: samples "seconds_bucket"\nsignals: { p: '${sentence}' }\n`;
  const { plan, diagnostics } = compilePlan([{ path: 'plan.yaml', text }]);
  expect(plan).toBeUndefined();
  expect(diagnostics).toMatchObject([{ code: 'E154', message: expect.stringContaining(words) }]);
});

test('events and samples of one name are measured apart', () => {
  const { plan } = compilePlan([
    {
      path: 'plan.yaml',
      text: `${base}  one: events "x"\n  two: samples "x"\nsignals: { a: count(one) over 5m, b: count(two) over 5m }\n`,
    },
  ]);
  expect(Object.keys(plan?.measures ?? {})).toHaveLength(2);
});
