import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { diagnosticCodes } from '#kernel/diagnostic-codes.ts';
import { compilePlan, isExecutable } from './compile.ts';
import { formatDiagnostic } from './diagnostic.ts';

const fixtures = new URL('./fixtures/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, fixtures), 'utf8');
const named = (ending: string) => readdirSync(fixtures).filter((name) => name.endsWith(ending));
const compileText = (text: string) => compilePlan([{ path: 'plan.yaml', text }]);

/** A plan with what most lines need, so that a test says only what it is about. */
const base = `plan: shop
people: { mia: { email: mia@tea.example } }
severities: { urgent: { notify: [mia by app] }, soon: { notify: [mia by app] } }
`;

function planOf(text: string) {
  const { plan, diagnostics } = compileText(base + text);
  expect(diagnostics.filter(({ severity }) => severity === 'error').map(formatDiagnostic)).toEqual([]);
  if (plan === undefined) throw new Error('no plan');
  return plan;
}

function codesOf(text: string): readonly string[] {
  return compileText(base + text).diagnostics.map(({ code, line, column }) => `${line}:${column} ${code}`);
}

describe('fixtures', () => {
  test.each(named('.bad.yaml'))('%s is refused or warned of, each mistake at its place', async (name) => {
    const { diagnostics } = compilePlan([{ path: name, text: read(name) }]);
    expect(diagnostics.length).toBeGreaterThan(0);
    const text = `${diagnostics.map(formatDiagnostic).join('\n')}\n`;
    await expect(text).toMatchFileSnapshot(`./fixtures/${name.replace('.bad.yaml', '.expected.txt')}`);
  });

  test.each(named('.good.yaml'))('%s has no errors', (name) => {
    const { diagnostics, plan } = compilePlan([{ path: name, text: read(name) }]);
    expect(diagnostics.filter(({ severity }) => severity === 'error').map(formatDiagnostic)).toEqual([]);
    expect(plan).toBeDefined();
  });

  test('one plan shows at least 25 different mistakes at 30 places or more', () => {
    const { diagnostics } = compileText(read('many-mistakes.bad.yaml'));
    expect(new Set(diagnostics.map(({ code }) => code)).size).toBeGreaterThanOrEqual(25);
    expect(new Set(diagnostics.map(({ line, column }) => `${line}:${column}`)).size).toBeGreaterThanOrEqual(30);
  });

  test('every code of the plan is raised by a fixture or by the tests of its text', () => {
    const raised = new Set(
      named('.bad.yaml').flatMap((name) => compileText(read(name)).diagnostics.map(({ code }) => code as string)),
    );
    // Sizes, control characters and several files have tests of their own below.
    for (const code of ['E107', 'E108', 'E109', 'E110']) raised.add(code);
    const own = Object.keys(diagnosticCodes).filter((code) => /^(?:E1|W|H)/.test(code));
    expect(own.filter((code) => !raised.has(code))).toEqual([]);
  });

  test('the whole RachelFoods plan names what is not executed yet', () => {
    const { notExecuted } = compileText(read('rachelfoods.good.yaml'));
    const what = notExecuted.map((entry) => `${entry.where}: ${entry.what}`);
    expect(what.filter((each) => /^(?:probes|heartbeats|databases)/.test(each))).toEqual([]);
    expect(what.filter((each) => each.startsWith('signals.uptime'))).toEqual([]);
    expect(what.filter((each) => each.startsWith('rules.service-down'))).toEqual([]);
    expect(what.filter((each) => each.startsWith('searches'))).toEqual([]);
  });
});

test('every form of a condition compiles, or is named as not executed', async () => {
  const { plan, notExecuted } = compileText(read('conditions.good.yaml'));
  const executed = (plan?.rules ?? []).map(({ name, text }) => `${name}: ${text}`);
  const waiting = notExecuted.filter(({ where }) => where.startsWith('rules.'));
  const text = [
    'executed',
    ...executed,
    '',
    'not executed',
    ...waiting.map(({ where, what }) => `${where}: ${what}`),
    '',
  ];
  await expect(text.join('\n')).toMatchFileSnapshot('./fixtures/conditions.executed.txt');
  expect(executed.length + new Set(waiting.map(({ where }) => where)).size).toBe(40);
});

test('a share in a condition has no smallest sample, which is warned of', () => {
  const rule = 'rules: { a: { when: share(requests where status >= 500) > 20% in 10m, severity: urgent } }\n';
  expect(codesOf(rule)).toEqual(['4:21 W107']);
});

describe('one mistake is said once', () => {
  test('a misspelt section is read as the one that is meant', () => {
    const text =
      'plan: shop\npeople: { mia: { email: mia@tea.example } }\nseverites: { urgent: { notify: [mia by app] } }\nrules:\n  a: { when: no requests in 5m, severity: urgent }\n';
    expect(compileText(text).diagnostics.map(({ line, code, hint }) => `${line} ${code} ${hint}`)).toEqual([
      '3 E120 Did you mean `severities`?',
    ]);
  });

  test('a misspelt `plan` is not missing as well', () => {
    expect(compileText('plann: shop\n').diagnostics.map(({ code }) => code)).toEqual(['E120']);
  });

  test('a section that stands both misspelt and right is taken from the right one', () => {
    const text =
      'plan: shop\nrolles: { team: ben }\nroles: { team: mia }\npeople: { mia: { email: mia@tea.example } }\n';
    expect(compileText(text).diagnostics.map(({ line, code }) => `${line} ${code}`)).toEqual(['2 E120']);
  });

  test('a sentence that is too long', () => {
    const codes = codesOf(`rules: { a: { when: x > 1${' and x > 1'.repeat(300)}, severity: urgent } }\n`);
    expect(codes).toEqual(['4:21 E107']);
  });

  test('an empty file of a folder', () => {
    const { diagnostics } = compilePlan([
      { path: 'a.yaml', text: 'plan: shop\n' },
      { path: 'b.yaml', text: '# nothing yet\n' },
    ]);
    expect(diagnostics.map(formatDiagnostic)).toEqual([
      'b.yaml:1:1: error E110: The file is empty.\n    Write a section in it, or delete the file.',
    ]);
  });
});

test('a rule without a severity yet is warned of, and the plan cannot be applied with it', () => {
  const compilation = compileText(`${base}rules: { a: { when: no requests in 5m, severity: TBD } }\n`);
  expect(compilation.diagnostics.map(({ code }) => code)).toEqual(['W101']);
  expect(compilation.notExecuted.map(({ where, what }) => `${where}: ${what}`)).toEqual([
    'rules.a: a rule whose `severity` is not set',
  ]);
  expect(isExecutable(compilation)).toBe(false);
});

describe('the tea shop', () => {
  const text = readFileSync(new URL('../../examples/tea-shop/plan.yaml', import.meta.url), 'utf8');

  test('compiles without a finding and is executed whole', () => {
    const compilation = compileText(text);
    expect(compilation.diagnostics).toEqual([]);
    expect(compilation.notExecuted).toEqual([]);
    expect(isExecutable(compilation)).toBe(true);
  });

  test('has the tests and recipients that its lines say', () => {
    const { plan } = compileText(text);
    expect(Object.values(plan?.tests ?? {}).map((entry) => entry.text)).toEqual([
      'no requests in 10s',
      'count(requests) > 150 in 30s',
      'error_rate > 5%',
      'payment_failures > 3 in 10s',
      'payment_failures < 1 in 10s',
      'p95_query > 500ms',
      'p95_query < 100ms',
      'sign_ups_per_minute < 5/min',
      'sign_ups_per_minute > 6/min',
      'memory > 300MB',
      'memory < 250MB',
    ]);
    expect(plan?.severities[0]?.notify).toEqual([
      { kind: 'person', person: 'mia', channels: ['app', 'email'] },
      { kind: 'channel', channel: 'slack', target: 'slack:#shop' },
      { kind: 'channel', channel: 'shop', target: 'webhook:shop' },
    ]);
    expect(plan?.launch).toBe(Date.UTC(2026, 2, 2, 8));
    expect(plan?.signals.map(({ name }) => name)).toContain('payment_failures in 10s');
  });
});

describe('files', () => {
  test('sections of a folder are put together', () => {
    const { plan } = compilePlan([
      { path: 'a.yaml', text: 'plan: shop\n' },
      { path: 'b.yaml', text: 'services: { api: { importance: critical } }\n' },
    ]);
    expect(plan?.services).toEqual([{ name: 'api', importance: 'critical', needs: [] }]);
  });

  test('a section in two files names both', () => {
    const { diagnostics, plan } = compilePlan([
      { path: 'a.yaml', text: 'plan: shop\nservices: { api: {} }\n' },
      { path: 'b.yaml', text: 'services: { web: {} }\n' },
    ]);
    expect(plan).toBeUndefined();
    expect(diagnostics.map(formatDiagnostic)[0]).toMatch(/^b\.yaml:1:1: error E109: .*a\.yaml:2/);
  });

  test.each([
    ['', 'E110'],
    ['- a\n', 'E110'],
    ['title: x\n', 'E123'],
  ])('%j is no plan', (text, code) => {
    expect(compileText(text).diagnostics.map((entry) => entry.code)).toEqual([code]);
  });

  test('no file at all', () => {
    expect(compilePlan([]).diagnostics.map(({ code }) => code)).toEqual(['E110']);
  });
});

describe('identity', () => {
  const line = (source: string, condition: string) =>
    planOf(`sources: { pay: ${source} }\nrules: { r: { when: ${condition}, severity: urgent } }\n`);
  const testIds = (plan: ReturnType<typeof planOf>) => Object.keys(plan.tests);

  test('the same meaning written in another way is the same test', () => {
    const one = line('events "pay" where a = 1 and b = 2', 'count(pay) > 3 in 5m');
    const other = line('events "pay" where b = 2 and a = 1', 'count(pay)  > 3 in 5 minutes');
    expect(testIds(one)).toEqual(testIds(other));
    expect(one.rules[0]?.conditionHash).toBe(other.rules[0]?.conditionHash);
  });

  test.each([
    ['events "pay" where a = 1', 'count(pay) > 3 in 5m'],
    ['events "pay"', 'count(pay) > 4 in 5m'],
    ['events "pay"', 'count(pay) >= 3 in 5m'],
    ['events "pay"', 'count(pay) > 3 in 6m'],
    ['events "pay" once per id', 'count(pay) > 3 in 5m'],
    ['events "paid"', 'count(pay) > 3 in 5m'],
  ])('another meaning is another test: %s, %s', (source, condition) => {
    expect(testIds(line(source, condition))).not.toEqual(testIds(line('events "pay"', 'count(pay) > 3 in 5m')));
  });
});

describe('signals', () => {
  test('a stream becomes one signal for each window in which it is used', () => {
    const plan = planOf(`signals: { failures: count(errors), idle: count(calls) }
rules:
  a: { when: failures > 3 in 10s, severity: urgent }
  b: { when: failures > 9 in 5m, severity: urgent }
  c: { when: failures over 5m > 20, severity: urgent }
`);
    expect(plan.signals.map(({ name }) => name)).toEqual(['failures in 10s', 'failures in 5m', 'idle']);
  });

  test('re-windowed and split signals are signals of their own', () => {
    const plan = planOf(`signals:
  p95_time: p95(requests.duration) over 5m, at least 20
rules:
  a: { when: p95_time over 1h > 1s, severity: urgent }
  b: { when: p95_time by route > 2s, severity: urgent }
`);
    expect(plan.signals.map(({ name, by }) => [name, by])).toEqual([
      ['p95_time', []],
      ['p95_time over 1h', []],
      ['p95_time by route', ['route']],
    ]);
    expect(plan.rules[1]?.by).toEqual(['route']);
    expect(Object.values(plan.tests).map((entry) => entry.kind === 'comparison' && entry.atLeast)).toEqual([20, 20]);
  });

  test('units follow from the function and the field', () => {
    const plan = planOf(`sources: { orders: events "order" with amount in $ }
signals:
  share_signal: share(requests where status >= 500) over 5m
  time_signal: avg(requests.duration) over 5m
  rate_signal: rate(requests) over 5m in /min
  money_signal: sum(orders.amount) over 5m
  count_signal: unique(requests.user) over 5m
  each_signal: sum(orders.amount) / unique(orders.user) over 5m
  ratio_signal: ratio(count(orders), unique(requests.user)) over 5m
`);
    expect(plan.signals.map(({ unit }) => `${unit.base} ${unit.shown}`)).toEqual([
      'fraction %',
      'ms ms',
      'per-second /min',
      '$ $',
      'count ',
      '$ $',
      'fraction %',
    ]);
  });
});

describe('rules', () => {
  test('any is a count above zero that resolves at once', () => {
    const plan = planOf('rules: { lost: { when: any errors where type = "X", severity: urgent } }\n');
    expect(plan.rules[0]?.resolveAfterMs).toBe(0);
    expect(Object.values(plan.measures)).toMatchObject([{ function: 'count', window: { ms: 900_000 } }]);
  });

  test('silence is a test of the source', () => {
    const plan = planOf('rules: { still: { when: no requests where route = "/pay" in 2h, severity: urgent } }\n');
    expect(Object.values(plan.tests)).toMatchObject([{ kind: 'silence', source: 'requests', forMs: 7_200_000 }]);
  });

  test('conditions and severities vary by phase, and `for` keeps its identity', () => {
    const plan = planOf(`launch: on command
phases: { first: T+0 .. T+24h, later: from T+24h }
signals: { e: "share(requests where status >= 500) over 5m, at least 20" }
rules:
  r:
    when: { first: e > 10% for 5m, otherwise: e > 5% }
    until: e < 3%
    severity: { first: urgent, later: soon }
`);
    const [rule] = plan.rules;
    expect(Object.keys(rule?.when.phases ?? {})).toEqual(['first']);
    expect(rule?.severity).toEqual({ phases: { first: 'urgent', later: 'soon' } });
    expect(rule?.resolveAfterMs).toBe(0);
    expect(rule?.when.phases?.['first']).toMatchObject({
      kind: 'for',
      ms: 300_000,
      id: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
  });

  test('rules on one signal in one direction are a family; others are not', () => {
    const plan = planOf(`signals: { e: "share(requests where status >= 500) over 5m, at least 20" }
rules:
  high: { when: e > 5% for 5m, severity: urgent }
  some: { when: e > 1%, severity: soon }
  low: { when: e < 0.1%, severity: soon }
  two: { when: e > 2% and no requests in 5m, severity: soon }
`);
    expect(plan.rules.map(({ family }) => family)).toEqual(['e up', 'e up', undefined, undefined]);
  });

  test('the bands of an objective are tests as well', () => {
    const plan = planOf(`signals: { e: "share(requests where status >= 500) over 5m, at least 20" }
objectives: { e: "target < 1%, critical > 5%" }
rules:
  a: { when: e is in critical, severity: urgent }
  b: { when: e > 5%, severity: urgent }
  c: { when: e is off target, severity: soon }
`);
    expect(plan.rules[0]?.when.otherwise).toEqual(plan.rules[1]?.when.otherwise);
    expect(plan.rules[2]?.when.otherwise?.kind).toBe('not');
  });

  test('a rule that reads alerts may, once its own are left out', () => {
    const rule = (where: string) => `rules: { r: { when: any alerts${where}, severity: urgent } }\n`;
    expect(codesOf(rule(''))).toEqual(['4:10 E166']);
    expect(codesOf(rule(' where rule != "r"'))).toEqual([]);
    expect(codesOf(rule(' where rule = "other"'))).toEqual([]);
    expect(codesOf(rule(' where rule = "other" or severity = "urgent"'))).toEqual(['4:10 E166']);
  });

  test('a rule with a part that is not executed is left out and named', () => {
    const { plan, notExecuted } = compileText(
      `${base}rules: { r: { when: any errors and no data from requests, severity: urgent, only: nights } }\n`,
    );
    expect(plan?.rules).toEqual([]);
    expect(notExecuted.map(({ what }) => what)).toEqual(['`no data from`', '`only` of a rule']);
  });
});

describe('units of literals', () => {
  const rule = (condition: string) => `sources: { up: events "up" with size in MB }
signals:
  part: share(requests where status >= 500) over 5m, at least 20
  time: p95(requests.duration) over 5m
  number: count(requests) over 5m
  pace: rate(requests) over 5m
  bytes: sum(up.size) over 5m
rules: { r: { when: ${condition}, severity: urgent } }
`;
  const hintOf = (condition: string) =>
    compileText(base + rule(condition)).diagnostics.find(({ code }) => code === 'E150')?.hint;

  test.each([
    ['part > 5', 'Did you mean `5%` or `0.05%`?'],
    ['part > 0.05', 'Did you mean `5%` or `0.05%`?'],
    ['time > 500', 'Did you mean `500ms` or `500s`?'],
    ['number > 5%', 'Write `5`, or compare a share: `share(… where …)`.'],
    ['pace > 100', 'Did you mean `100/min` or `100/s`?'],
  ])('%s is refused with a proposal', (condition, hint) => {
    expect(hintOf(condition)).toBe(hint);
  });

  test.each(['part > 5%', 'time > 2s', 'number > 5', 'pace > 100/min', 'bytes > 5GB', 'number > 2 * number'])(
    '%s is accepted',
    (condition) => {
      expect(codesOf(rule(condition))).toEqual([]);
    },
  );
});

test('the outline names what is defined, with where it came from', () => {
  const { outline } = compileText('plan: shop\nservices:\n  # from: launch.md line 332\n  api: {}\n');
  expect(outline).toEqual([
    { section: 'plan', path: 'plan.yaml', line: 1, column: 1 },
    { section: 'services', name: 'api', path: 'plan.yaml', line: 4, column: 3, origin: 'launch.md line 332' },
  ]);
});
