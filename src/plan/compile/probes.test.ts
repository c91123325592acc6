import { describe, expect, test } from 'vitest';
import { limits } from '#kernel/limits.ts';
import { compilePlan, isExecutable } from '../compile.ts';
import { formatDiagnostic } from '../diagnostic.ts';
import { windowStepMs } from '../window-step.ts';
import { staleAfterMs } from './checks.ts';

const compile = (text: string) => compilePlan([{ path: 'plan.yaml', text: `plan: shop\n${text}` }]);

test('a probe with everything, and one with nothing but its check', () => {
  const { plan, notExecuted } = compile(`phases: { day-one: T+0 .. T+1d }
services: { web: {}, db: {} }
probes:
  shop: { check: GET https://shop.example/health?full=1, every: { day-one: 10s, otherwise: 5m }, while-failing: 5s, timeout: 3s, expect: [status = 200, time < 2s, json.database = "up", size < 1MB, age(json.at) < 5m], service: web, agree: 2, headers: { Authorization: secret TOKEN, Accept: application/json }, parts: { db: json.checks.database } }
  bare: { check: "tls shop.example:443" }
`);
  expect(notExecuted).toEqual([]);
  expect(plan?.probes).toEqual([
    {
      name: 'shop',
      text: 'GET https://shop.example/health?full=1',
      check: {
        kind: 'http',
        method: 'GET',
        url: 'https://shop.example/health?full=1',
        headers: { Authorization: { secret: 'TOKEN' }, Accept: { literal: 'application/json' } },
      },
      everyMs: { otherwise: 300_000, phases: { 'day-one': 10_000 } },
      whileFailingMs: 5_000,
      timeoutMs: 3_000,
      expect: [
        { text: 'status = 200', where: { kind: 'compare', field: 'status', operator: '=', value: 200 } },
        { text: 'time < 2s', where: { kind: 'compare', field: 'time', operator: '<', value: 2_000 } },
        {
          text: 'json.database = "up"',
          where: { kind: 'compare', field: 'json.database', operator: '=', value: 'up' },
        },
        { text: 'size < 1MB', where: { kind: 'compare', field: 'size', operator: '<', value: 1_000_000 } },
        {
          text: 'age(json.at) < 5m',
          where: { kind: 'compare', field: 'age(json.at)', operator: '<', value: 300_000 },
        },
      ],
      service: 'web',
      agree: 2,
      parts: { db: 'json.checks.database' },
    },
    {
      name: 'bare',
      text: 'tls shop.example:443',
      check: { kind: 'tls', host: 'shop.example', port: 443 },
      everyMs: { otherwise: 60_000 },
      timeoutMs: 10_000,
      expect: [],
    },
  ]);
});

test.each([
  ['tcp [::1]:5432', { kind: 'tcp', host: '[::1]', port: 5432 }],
  ['dns MX shop.example', { kind: 'dns', record: 'MX', domain: 'shop.example' }],
  ['HEAD http://10.0.0.5:8080', { kind: 'http', method: 'HEAD', url: 'http://10.0.0.5:8080', headers: {} }],
  [
    'query main "select count(*) from \\"order\\""',
    { kind: 'query', database: 'main', sql: 'select count(*) from "order"' },
  ],
])('%s', (check, expected) => {
  const { plan } = compile(
    `databases: { main: { url: secret MAIN } }\nprobes: { one: { check: ${JSON.stringify(check)} } }\n`,
  );
  expect(plan?.probes?.[0]?.check).toEqual(expected);
  expect(plan?.databases).toEqual([{ name: 'main', url: { secret: 'MAIN' } }]);
});

describe('what a probe sends', () => {
  test('text, or JSON of what YAML says', () => {
    const { plan, diagnostics, notExecuted } = compile(`services: { mail: {} }
sources: { delivered: events "mail" where status = "delivered" and took < 5s with took in s }
probes:
  sms: { check: "POST https://sms.example/send?run=<run>", every: 7d, body: "To=1&Body=check <run>" }
  mail:
    check: POST https://mail.example/send
    every: 1h
    headers: { X-Run: <run> }
    body: { to: [{ email: a@shop.example }], retries: 3, zip: "0123", code: 007, html: false, then: null, key_id: <run>, token: secret MAIL_TOKEN }
    confirm: { source: delivered, field: run, within: 10m }
rules: { a: { when: sms failing or mail failing, severity: none } }
severities: { low: {} }
`);
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(notExecuted).toEqual([]);
    expect(plan?.probes?.map(({ check }) => check)).toEqual([
      {
        ...{ kind: 'http', method: 'POST', url: 'https://sms.example/send?run=<run>', headers: {} },
        body: { kind: 'text', text: { literal: 'To=1&Body=check <run>' } },
      },
      {
        ...{
          kind: 'http',
          method: 'POST',
          url: 'https://mail.example/send',
          headers: { 'X-Run': { literal: '<run>' } },
        },
        body: {
          kind: 'json',
          value: {
            object: [
              ['to', { list: [{ object: [['email', { literal: 'a@shop.example' }]] }] }],
              ['retries', { literal: 3 }],
              ['zip', { literal: '0123' }],
              ['code', { literal: '007' }],
              ['html', { literal: false }],
              ['then', { literal: null }],
              ['key_id', { literal: '<run>' }],
              ['token', { secret: 'MAIL_TOKEN' }],
            ],
          },
        },
      },
    ]);
    expect(plan?.probes?.map(({ confirm }) => confirm)).toEqual([
      undefined,
      {
        ...{ source: 'delivered', event: 'mail', field: 'run', withinMs: 600_000, units: { took: 's' } },
        where: expect.objectContaining({ kind: 'and' }),
      },
    ]);
  });

  test('the result holds for longer where it is waited for', () => {
    const { plan } = compile(
      'probes: { one: { check: POST https://a/, every: 1h, body: <run>, confirm: { event: got, field: run, within: 30m } } }\n',
    );
    const [one] = plan?.probes ?? [];
    expect(one && staleAfterMs(one)).toBe(2 * 3_600_000 + 1_800_000);
  });

  test('what is sent has a limit, and so has the number of probes that wait', () => {
    const long = Array.from({ length: limits.probeRequestCharacters / 100 }, () => `"${'x '.repeat(50)}"`);
    const codes = (text: string) =>
      compile(text).diagnostics.flatMap(({ code, severity }) => (severity === 'error' ? [code] : []));
    expect(codes(`probes: { one: { check: POST https://a/, body: [${long}] } }\n`)).toEqual(['E171']);
    const waiting = Array.from(
      { length: limits.probesConfirmed + 1 },
      (_, index) =>
        `  p${index}: { check: POST https://a/, every: 1h, body: <run>, confirm: { event: got, field: run, within: 10m } }`,
    );
    expect(codes(`probes:\n${waiting.join('\n')}\n`)).toEqual(['E171']);
  });
});

test('an age is of what an answer holds, and of nothing else', () => {
  const { diagnostics } = compile('signals: { old: count(requests where age(time) < 5m) over 5m }\n');
  expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([
    'E154 Only what the answer of a probe holds has an `age`.',
  ]);
});

test('days may be written out', () => {
  const { plan } = compile('probes: { one: { check: "tls a:443", expect: days_left > 14 days } }\n');
  expect(plan?.probes?.[0]?.expect).toEqual([
    { text: 'days_left > 14 days', where: { kind: 'compare', field: 'days_left', operator: '>', value: 14 } },
  ]);
});

test('the timeout that is not said fits the shortest interval', () => {
  const { plan } = compile('probes: { one: { check: "tcp a:1", every: 1m, while-failing: 4s } }\n');
  expect(plan?.probes?.[0]?.timeoutMs).toBe(4_000);
});

test('heartbeats, with the grace that is not said', () => {
  const { plan } = compile(`heartbeats:
  often:  { every: 5m }
  hourly: { every: 1h }
  weekly: { every: 7d, grace: 3h, longest: 30m }
  night:  { every: cron "30 2 * * mon-fri" }
`);
  expect(plan?.heartbeats).toEqual([
    { name: 'often', schedule: { kind: 'interval', everyMs: 300_000 }, graceMs: 60_000 },
    { name: 'hourly', schedule: { kind: 'interval', everyMs: 3_600_000 }, graceMs: 360_000 },
    {
      name: 'weekly',
      schedule: { kind: 'interval', everyMs: 604_800_000 },
      graceMs: 10_800_000,
      longestMs: 1_800_000,
    },
    { name: 'night', schedule: { kind: 'cron', expression: '30 2 * * mon-fri' }, graceMs: 600_000 },
  ]);
});

test('more probes than a plan may have are named', () => {
  const lines = Array.from(
    { length: limits.probesPerPlan + 1 },
    (_, index) => `  p${index}: { check: "tcp a:${index + 1}" }`,
  );
  const { diagnostics } = compile(`probes:\n${lines.join('\n')}\n`);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  expect(errors.map(({ code, line }) => `${line} ${code}`)).toEqual([`${limits.probesPerPlan + 3} E171`]);
});

const base = `people: { mia: { email: mia@shop.example } }
severities: { urgent: { notify: [mia by app] } }
probes:
  web: { check: GET https://shop.example, every: 1m, while-failing: 20s }
  tls: { check: "tls shop.example:443", every: 10m }
  slow-tls: { check: "tls shop.example:443", every: 12h }
  trip: { check: journey checkout.yaml, every: 5m }
heartbeats: { backup: { every: 1h, grace: 5m, longest: 30m } }
`;

describe('conditions', () => {
  test('of a part, and of a probe whose places have to agree', () => {
    const { plan } = compile(`services: { db: {} }
people: { mia: { email: mia@shop.example } }
severities: { urgent: { notify: [mia by app] } }
probes: { web: { check: GET https://shop.example, every: 1m, agree: 2, parts: { db: json.db } } }
rules: { a: { when: web.db fails 3 times in a row or web.db passing, severity: urgent } }
`);
    const tests = Object.values(plan?.tests ?? {}).map(({ id: _, ...meaning }) => meaning);
    const of = { kind: 'probe', probe: 'web', part: 'db', agree: 2, staleMs: 130_000 };
    expect(tests).toEqual([
      { ...of, text: 'web.db fails 3 times in a row', is: 'failing', streak: 3 },
      { ...of, text: 'web.db passing', is: 'passing' },
    ]);
  });

  test('of probes and heartbeats are tests of a kind of their own, equal where they mean the same', () => {
    const { plan } = compile(`${base}rules:
  a: { when: web failing, severity: urgent }
  b: { when: web fails 1 times in a row, severity: urgent }
  c: { when: web fails 3 times in a row, severity: urgent }
  d: { when: backup late or backup failed, severity: urgent }
  e: { when: not backup passing for 10m, severity: urgent }
`);
    const tests = Object.values(plan?.tests ?? {}).map(({ id: _, text, ...meaning }) => [text, meaning]);
    const backup = {
      kind: 'heartbeat',
      heartbeat: 'backup',
      schedule: { kind: 'interval', everyMs: 3_600_000 },
      timezone: 'UTC',
      graceMs: 300_000,
      longestMs: 1_800_000,
    };
    expect(tests).toEqual([
      ['web failing', { kind: 'probe', probe: 'web', is: 'failing', staleMs: 130_000 }],
      ['web fails 3 times in a row', { kind: 'probe', probe: 'web', is: 'failing', streak: 3, staleMs: 130_000 }],
      ['backup late', { ...backup, is: 'late' }],
      ['backup failed', { ...backup, is: 'failed' }],
      ['backup passing', { ...backup, is: 'passing' }],
    ]);
  });

  test('figures of a probe are of its fresh results', () => {
    const compilation =
      compile(`${base.replace(/ {2}trip.*\n/g, '  rare: { check: "tls shop.example:443", every: 31d }\n')}rules:
  a: { when: checks.tls.days_left < 14 days, severity: urgent }
  d: { when: min(checks.slow-tls.days_left) < 14 days, severity: urgent }
  e: { when: p95(checks.rare.time) > 2s, severity: urgent }
  b: { when: max(checks.web.time) > 2s, severity: urgent }
  c: { when: backup late, severity: urgent }
`);
    expect(compilation.diagnostics.map(formatDiagnostic)).toEqual([]);
    expect(isExecutable(compilation)).toBe(true);
    const measures = Object.values(compilation.plan?.measures ?? {});
    expect(measures.map(({ text, source, field }) => [text, source, field])).toEqual([
      ['last(checks.tls.days_left) over 20m10s', 'checks.tls', 'days_left'],
      ['min(checks.slow-tls.days_left) over 1d1m', 'checks.slow-tls', 'days_left'],
      ['p95(checks.rare.time) over 62d1m', 'checks.rare', 'duration'],
      ['max(checks.web.time) over 2m10s', 'checks.web', 'duration'],
    ]);
    for (const measure of measures) {
      const { ms } = measure.window;
      expect(ms / windowStepMs(measure)).toBeGreaterThan(measure.function === 'percentile' ? 50 : 500);
    }
    expect(compilation.plan?.sources['checks.tls']?.units).toMatchObject({ days_left: 'd' });
  });

  test('what is not executed of them is named, and mistakes are said', () => {
    const { notExecuted, diagnostics } = compile(`${base}rules:
  a: { when: min(checks.slow-tls.days_left) < 14 days, severity: urgent }
  b: { when: trip failing, severity: urgent }
  c: { when: checks.web.days_left < 14 days, severity: urgent }
  d: { when: checks.tls.days_left < 14, severity: urgent }
  e: { when: backup late, severity: urgent }
`);
    expect(notExecuted.map(({ where, what }) => `${where}: ${what}`)).toEqual([
      'probes.trip: `journey` (a check in several steps)',
      'rules.b: the probe `trip`',
    ]);
    expect(diagnostics.map(({ code, line }) => `${line} ${code}`)).toEqual(['13 E171', '14 E150']);
  });
});
