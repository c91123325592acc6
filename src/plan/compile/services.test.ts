import { expect, test } from 'vitest';
import { compilePlan } from '../compile.ts';
import { formatDiagnostic } from '../diagnostic.ts';

const base = `plan: shop
phases: { early: T+0 .. T+1d, late: from T+1d }
people: { mia: { email: mia@tea.example } }
severities: { urgent: { notify: [mia by app] }, mute: {} }
sources: { orders: events "order" }
databases: { main: { url: secret MAIN_DATABASE } }
`;

function planOf(text: string) {
  const { plan, diagnostics } = compilePlan([{ path: 'plan.yaml', text: base + text }]);
  expect(diagnostics.filter(({ severity }) => severity === 'error').map(formatDiagnostic)).toEqual([]);
  if (plan === undefined) throw new Error('no plan');
  return plan;
}

function downOf(rules: string, services = 'api: {}', probes = ''): readonly string[] | undefined {
  const text = `services: { ${services} }
probes:
  http:  { check: GET https://shop.example, service: api, every: 10s }
  tcp:   { check: "tcp shop.example:443", service: api }
  ask:   { check: query main "select 1", service: api }
  data:  { check: query main "select 1", service: api, expect: [rows = 0] }
  tls:   { check: "tls shop.example:443", service: api }
  other: { check: GET https://other.example }
${probes}rules:
${rules}`;
  return planOf(text).services.find(({ name }) => name === 'api')?.down;
}

const rule = (name: string, when: string, more = 'service: api') =>
  `  ${name}: { when: ${when}, severity: urgent, ${more} }\n`;

test('by default a service is down by those of its rules that read only failures to reach it', () => {
  expect(downOf(rule('one', 'http failing'))).toEqual(['one']);
  expect(downOf(rule('row', 'tcp fails 2 times in a row'))).toEqual(['row']);
  expect(downOf(rule('asked', 'ask failing'))).toEqual(['asked']);
  expect(downOf(rule('lasting', 'http failing for 5m') + rule('both', 'http failing and tcp failing'))).toEqual([
    'lasting',
    'both',
  ]);
  expect(downOf(rule('phased', '{ early: http failing, late: tcp failing }'))).toEqual(['phased']);
});

test('a failing part that is the service says that it is down, wherever its probe belongs', () => {
  const probes = '  health: { check: GET https://shop.example/health, parts: { api: json.api, web: json.web } }\n';
  const services = 'api: {}, web: {}';
  expect(downOf(rule('part', 'health.api fails 2 times in a row'), services, probes)).toEqual(['part']);
  expect(downOf(rule('either', 'health.api failing or http failing'), services, probes)).toEqual(['either']);
  expect(downOf(rule('of-another', 'health.web failing'), services, probes)).toBeUndefined();
});

test.each([
  ['data', 'data failing'],
  ['a certificate', 'tls failing'],
  ['what passes', 'http passing'],
  ['what does not fail', 'not http failing'],
  ['another probe', 'other failing'],
  ['either one', 'http failing or data failing'],
  ['an event', 'http failing and count(orders) < 1 in 5m'],
  ['a phase in which it reads something else', '{ early: http failing, late: data failing }'],
])('%s does not say that a service is down', (_, when) => {
  expect(downOf(rule('not', when))).toBeUndefined();
});

test('rules of other services, and those that rest, do not say it', () => {
  expect(downOf(rule('not', 'http failing', 'runbook: https://shop.example/help'))).toBeUndefined();
  expect(downOf(rule('not', 'http failing', 'service: api, enabled: false'))).toBeUndefined();
});

test('what is written replaces the default', () => {
  const rules =
    rule('one', 'http failing') + rule('two', 'data failing') + rule('far', 'other failing', 'enabled: true');
  expect(downOf(rules, 'api: { down: two }')).toEqual(['two']);
  expect(downOf(rules, 'api: { down: [far, two, far] }')).toEqual(['far', 'two']);
  expect(downOf(rules, 'api: { down: [] }')).toBeUndefined();
});

test('a rule is kept quiet by the down rules of all that its service needs, the nearest first', () => {
  const { rules, services } = planOf(`services:
  web:      { needs: [api, cache] }
  api:      { needs: [database] }
  cache:    { needs: [machine] }
  database: { needs: [machine] }
  machine:  { down: [machine-down, shared] }
  mail:     {}
probes:
  api:      { check: "tcp api.example:443", service: api }
  database: { check: "tcp db.example:5432", service: database }
  machine:  { check: "tcp machine.example:22", service: machine }
rules:
  web-slow:      { when: count(orders) < 1 in 5m, severity: urgent, service: web }
  api-down:      { when: api failing, severity: urgent, service: api }
  database-down: { when: database failing, severity: urgent, service: database }
  machine-down:  { when: machine failing, severity: urgent, service: machine }
  shared:        { when: count(orders) < 2 in 5m, severity: urgent, service: cache }
  mail-stops:    { when: count(orders) < 3 in 5m, severity: urgent, service: mail }
  no-service:    { when: count(orders) < 4 in 5m, severity: urgent }
`);
  const needs = Object.fromEntries(rules.map((each) => [each.name, each.needs]));
  const machine = { service: 'machine', rules: ['machine-down', 'shared'] };
  const database = { service: 'database', rules: ['database-down'] };
  expect(needs['web-slow']).toEqual([{ service: 'api', rules: ['api-down'] }, database, machine]);
  expect(needs['api-down']).toEqual([database, machine]);
  expect(needs['database-down']).toEqual([machine]);
  expect(needs['machine-down']).toBeUndefined();
  // A rule does not keep itself quiet, though its own service needs what it brings down.
  expect(needs.shared).toEqual([{ service: 'machine', rules: ['machine-down'] }]);
  expect(needs['mail-stops']).toBeUndefined();
  expect(needs['no-service']).toBeUndefined();
  expect(services.find(({ name }) => name === 'cache')?.down).toBeUndefined();
});

test('rules that tell nobody in any phase keep nothing quiet', () => {
  const needs = (severity: string) =>
    planOf(`services: { web: { needs: [api] }, api: { down: [api-down] } }
rules:
  api-down: { when: count(orders) < 1 in 5m, severity: ${severity}, service: api }
  web-slow: { when: count(orders) < 2 in 5m, severity: urgent, service: web }
`).rules[1]?.needs;
  expect(needs('none')).toBeUndefined();
  expect(needs('mute')).toBeUndefined();
  expect(needs('urgent, enabled: false')).toBeUndefined();
  expect(needs('urgent, notify: []')).toBeUndefined();
  expect(needs('mute, notify: [mia by app]')).toHaveLength(1);
  expect(needs('{ early: none, late: urgent }')).toHaveLength(1);
});

test('a chain of services is read to its limit, and a long one is no burden', () => {
  const chain = (length: number) =>
    Array.from({ length }, (_, place) => `  s${place}: { needs: [s${place + 1}] }\n`).join('');
  const compile = (length: number) =>
    compilePlan([{ path: 'plan.yaml', text: `plan: chain\nservices:\n${chain(length)}  s${length}: {}\n` }])
      .diagnostics;
  expect(compile(100)).toEqual([]);
  expect(compile(101).map(({ line, code }) => `${line} ${code}`)).toEqual(['3 E107']);
  expect(compile(2_000).length).toBeGreaterThan(900);
});
