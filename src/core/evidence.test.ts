import { expect, it } from 'vitest';
import { compilePlan } from '#plan/compile.ts';
import { Play, verdict } from './testing.ts';

const PLAN = `plan: shop
timezone: UTC
launch: 2026-01-01 00:00
people:
  mia: { email: mia@shop.example }
severities:
  urgent: { notify: [mia by app] }
signals:
  error_rate: share(requests where status >= 500) over 5m, at least 1
  slow_share: share(requests where duration > 1s) over 5m, at least 1
  failures:   count(requests where status >= 500)
rules:
  plain:    { when: error_rate > 5%, severity: urgent }
  windowed: { when: failures > 3 in 10s, severity: urgent }
  range:    { when: error_rate between 5% and 9%, severity: urgent }
  twice:    { when: error_rate * 2 > 8%, severity: urgent }
  both:     { when: error_rate > slow_share, severity: urgent }
  nothing:  { when: no requests in 10s, severity: urgent }
`;

it('names the signals that a test reads, and how it holds the one that it reads as it is', () => {
  const { plan } = compilePlan([{ path: 'plan.yaml', text: PLAN }]);
  if (plan === undefined) throw new Error('the plan has errors');
  const play = new Play(plan);
  play.batch(
    Object.keys(plan.tests).map((test) => ({ ...verdict('a', 'true', 1_000), test })),
    1_000,
  );
  const found = [...play.alerts.values()].flatMap(({ rule, evidence }) =>
    evidence.map(({ signals, operator }) => [rule, signals, operator]),
  );
  expect(found.sort()).toEqual([
    ['both', ['error_rate', 'slow_share'], undefined],
    ['nothing', [], undefined],
    ['plain', ['error_rate'], '>'],
    ['range', ['error_rate'], undefined],
    ['twice', ['error_rate'], undefined],
    ['windowed', ['failures in 10s'], '>'],
  ]);
});
