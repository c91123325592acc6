import { expect, test } from 'vitest';
import { limits } from '#kernel/limits.ts';
import { compilePlan } from '../compile.ts';
import { intakeSecrets } from '../intake-secrets.ts';

const compile = (text: string) => compilePlan([{ path: 'plan.yaml', text: `plan: shop\n${text}` }]);

test('a target with everything, and one with nothing but its address', () => {
  const { plan, notExecuted } = compile(`phases: { day-one: T+0 .. T+1d }
scrapes:
  api: { target: "http://10.0.0.5:9100/metrics", every: { day-one: 5s, otherwise: 1m }, timeout: 2s, labels: { zone: b, area: a }, keep: [http_*, up:*], drop: http_internal_*, token: secret METRICS_TOKEN }
  web: { target: https://tea.example/metrics?format=text }
`);
  expect(notExecuted).toEqual([]);
  expect(plan?.scrapes).toEqual([
    {
      name: 'api',
      url: 'http://10.0.0.5:9100/metrics',
      everyMs: { otherwise: 60_000, phases: { 'day-one': 5_000 } },
      timeoutMs: 2_000,
      labels: [
        ['area', 'a'],
        ['zone', 'b'],
      ],
      keep: ['http_*', 'up:*'],
      drop: ['http_internal_*'],
      tokenSecret: 'METRICS_TOKEN',
    },
    {
      name: 'web',
      url: 'https://tea.example/metrics?format=text',
      everyMs: { otherwise: 15_000 },
      timeoutMs: 10_000,
      labels: [],
      keep: [],
      drop: [],
    },
  ]);
  expect(plan === undefined ? [] : intakeSecrets(plan)).toEqual(['METRICS_TOKEN']);
});

test('the timeout that is not said fits the shortest interval', () => {
  const { plan } = compile('scrapes: { api: { target: "http://a/metrics", every: 3s } }');
  expect(plan?.scrapes?.[0]?.timeoutMs).toBe(3_000);
});

test('more targets than a plan may have are named', () => {
  const lines = Array.from(
    { length: limits.scrapesPerPlan + 1 },
    (_, index) => `  s${index}: { target: "http://a/${index}" }`,
  );
  const { diagnostics } = compile(`scrapes:\n${lines.join('\n')}\n`);
  expect(diagnostics.map(({ code, line }) => `${line} ${code}`)).toEqual([`${limits.scrapesPerPlan + 3} E168`]);
});
