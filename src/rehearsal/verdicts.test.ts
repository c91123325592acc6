import { expect, test } from 'vitest';
import { runScenario } from './run-scenario.ts';

const PLAN = `plan: shop
launch: 2026-01-01 00:00
phases: { first: T+0 .. T+10h, second: T+10h .. T+20h, rest: from T+20h }
people: { mia: { email: mia@shop.example } }
severities: { urgent: { notify: [mia by app] } }
services: { database: {} }
sources: { payments: events "payment" }
signals: { failures: 'count(payments where outcome = "failed") over 5m' }
probes:
  totals: { check: GET https://shop.example/totals, every: 5m }
  health: { check: GET https://shop.example/health, every: 1m, parts: { database: json.database } }
heartbeats:
  backup: { every: 1h }
reviews:
  first-payments: { of: payments, first: 2, during: first, by: mia }
  both: { of: payments, first: 10, during: [first, second], by: mia }
comparisons:
  by-hand: { of: payments, key: id, during: first, by: mia }
  lasting: { of: payments, key: id, during: [first, second], by: mia }
rules:
  payments: { when: failures > 3, severity: urgent }
  misjudged: { when: first-payments wrong, severity: urgent }
  resting:  { when: { second: failures > 3 }, severity: urgent }
  unranked: { when: failures > 3, severity: { second: urgent } }
  off:      { when: failures > 3, severity: urgent, enabled: false }
  reader:   { when: payments firing and not resting firing, severity: urgent }
  seldom:   { when: { first: failures > 3, second: payments firing and not resting firing }, severity: urgent }
assessments:
  sound:  { of: [totals, health.database, backup] }
  shop:   { of: [payments], during: [first, second] }
  people: { of: [first-payments, by-hand], during: [first, second] }
  judged: { of: [misjudged], during: first }
  restful: { of: [resting], during: [first, second] }
  rankless: { of: [unranked], during: first }
  none:   { of: ["off"], during: first }
  read:   { of: [reader], during: [first, second] }
  well:   { of: [seldom], during: [first, second] }
  sampled: { of: [both], during: [first, second] }
  listed: { of: [lasting], during: [first, second] }
`;

function play(...steps: readonly string[]) {
  const text = ['scenario: Verdicts', 'steps:', ...steps.map((step) => `  - ${step}`)].join('\n');
  return runScenario({
    planFiles: [{ path: 'plan.yaml', text: PLAN }],
    scenario: { path: 'verdicts.scenario.yaml', text: `${text}\n` },
    readFile: () => undefined,
  });
}

const WELL = 'at T+0: [probe totals answers, probe health answers, heartbeat backup comes]';

test('a phase passes when all of it is known and nothing failed', () => {
  const { failures, state } = play(
    WELL,
    'at T+5h: expect assessment sound so far',
    'at T+10h: [expect assessment sound passed in first, expect assessment sound so far]',
    'at T+15h: probe totals is not measured',
    'at T+16h: probe totals answers',
    'at T+20h: [expect assessment sound not proved in second, expect assessment shop not begun in second]',
  );
  expect(failures.map(({ step }) => step)).toEqual(['expect assessment shop not begun in second']);
  expect(failures[0]?.instead).toEqual(['shop in second: passed']);
  expect(state).toBe('failed');
});

test('one failure of a probe, a part, a job or a rule is enough, and each is named', () => {
  const { failures } = play(
    WELL,
    'at T+1h: probe totals fails',
    'at T+1h6m: probe totals answers',
    'at T+12h: [probe health.database fails, heartbeat backup stops]',
    'at T+12h1m: [probe health.database answers, send 5 payments with outcome = "failed"]',
    'at T+19h: [expect assessment sound failed by backup in second, expect assessment shop failed by payments]',
    'at T+21h:  [expect assessment sound failed by totals in first, "expect assessment sound failed by health.database, backup in second"]',
    'at T+22h: expect assessment sound passed',
  );
  expect(failures.map(({ step }) => step)).toEqual([
    'expect assessment sound failed by backup in second',
    'expect assessment sound passed',
  ]);
  expect(failures[0]?.instead).toEqual([
    'sound in second: failed',
    'failed: health.database, first T+12:01:00.000',
    'failed: backup, first T+13:06:00.000',
  ]);
  expect(failures[1]?.instead).toEqual(['sound in rest: failed', 'failed: backup, first T+20:00:00.000']);
});

test('while intake is away no rule is known', () => {
  const { failures } = play(
    WELL,
    'at T+2h: silence intake for 1h',
    'at T+10h: [expect assessment shop passed in first, expect assessment sound passed in first]',
  );
  expect(failures.map(({ instead }) => instead)).toEqual([
    ['shop in first: not proved', 'known for 90% only: payments'],
    ['sound in first: not proved', 'known for 90% only: backup'],
  ]);
});

test('what people vouch for is of the phase that they were asked about, whenever they say it', () => {
  const send = 'at T+1h: send 2 payments with id numbered "P-"';
  const wrong = '"mia judges sample 2 of first-payments wrong: nobody paid"';
  const { failures } = play(
    send,
    'at T+2h: mia judges sample 1 of first-payments right',
    // One sample waits, and no list was brought: nothing is proved, of the rule that reads it neither.
    'at T+10h: [expect assessment people not proved in first, expect assessment judged not proved]',
    'at T+11h: [mia judges sample 2 of first-payments right, "mia compares by-hand: 2 rows, none differs"]',
    'at T+12h: [expect assessment people passed in first, expect assessment judged passed, expect assessment people so far]',
    // It was not right after all, which is of the first phase, also after its end.
    `at T+13h: ${wrong}`,
    'at T+14h: [expect assessment people failed by first-payments in first, expect assessment judged passed]',
    'at T+15h: "mia settles sample 2 of first-payments: they have paid"',
    'at T+20h: [expect assessment people failed by first-payments in first, expect assessment people not proved in second]',
  );
  expect(failures.map(({ step, instead }) => [step, ...instead])).toEqual([]);
  const taken = play(
    send,
    'at T+2h: ["mia compares by-hand: 2 rows, 1 differs", mia judges sample 1 of first-payments right]',
    `at T+3h: ${wrong}`,
    'at T+4h: [mia judges sample 2 of first-payments right, "mia compares by-hand: 2 rows, none differs"]',
    'at T+10h: expect assessment people failed by by-hand in first',
  );
  expect(taken.failures.map(({ step, instead }) => [step, ...instead])).toEqual([]);
});

test('a rule that rests, that has no rank or is switched off proves nothing, nor does one that reads it', () => {
  const { failures } = play(
    'at T+0: probe totals answers',
    'at T+10h: [expect assessment restful not proved in first, expect assessment rankless not proved]',
    'at T+10h1m: [expect assessment none not proved, expect assessment read not proved in first]',
    'at T+10h2m: [expect assessment shop passed in first, expect assessment well passed in first]',
    'at T+20h: [expect assessment restful passed in second, expect assessment read passed in second]',
  );
  expect(failures.map(({ step, instead }) => [step, ...instead])).toEqual([]);
});

test('a sample is of the phase that its event is of, and so is a list', () => {
  const send = 'send payments with outcome = "ok"';
  const { failures } = play(
    `at T+1h: [${send}, ${send}]`,
    'at T+2h: [mia judges sample 1 of both right, mia judges sample 2 of both right]',
    `at T+10h30m: [expect assessment sampled passed in first, ${send}]`,
    'at T+12h: "mia judges sample 3 of both wrong: nobody paid"',
    'at T+13h: [expect assessment sampled passed in first, expect assessment sampled failed by both in second]',
    'at T+14h: "mia settles sample 3 of both: they have paid"',
    'at T+15h: "mia judges sample 1 of both wrong: twice"',
    'at T+16h: [expect assessment sampled failed by both in first, expect assessment sampled failed by both in second]',
    // The second phase has ended; the list is of its first half.
    'at T+17h: "mia compares lasting: 3 rows, none differs"',
    'at T+20h: [expect assessment listed passed in first, expect assessment listed not proved in second]',
    'at T+21h: "mia compares lasting: 3 rows, none differs"',
    'at T+22h: expect assessment listed passed in second',
  );
  expect(failures.map(({ step, instead }) => [step, ...instead])).toEqual([]);
});

test('what cannot be meant is said with what there is', () => {
  const { diagnostics } = play(
    'at T+1h: expect assessment soud passed',
    'at T+2h: expect assessment sound right',
    'at T+3h: expect assessment sound failed by payments',
    'at T+4h: expect assessment shop passed in rest',
  );
  expect(
    diagnostics.filter(({ severity }) => severity === 'error').map(({ message, hint }) => [message, hint]),
  ).toEqual([
    ['The plan has no assessment `soud`.', 'Did you mean `sound`?'],
    [expect.stringContaining('`failed`, `passed`, `so far`, `not proved` or `not begun`'), expect.anything()],
    ['The plan has no check `payments`.', 'It has: totals, health.database, backup.'],
    ['The plan has no phase `rest`.', 'It has: first, second.'],
  ]);
});
