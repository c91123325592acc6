import { describe, expect, test } from 'vitest';
import { limits } from '#kernel/limits.ts';
import { compilePlan } from '#plan/compile.ts';
import type { HeartbeatTest, ProbeTest } from '#plan/model.ts';
import type { Verdict } from '#plan/reading.ts';
import { createLiveExecutor, restoreLiveExecutor } from '../live-executor.ts';
import { planOf } from '../plan.fixture.ts';
import type { EventRecord } from '../record.ts';

const MINUTE = 60_000;
const failing: ProbeTest = {
  kind: 'probe',
  id: 'p',
  text: 'shop failing',
  probe: 'shop',
  is: 'failing',
  staleMs: 5 * MINUTE,
};
const late: HeartbeatTest = {
  kind: 'heartbeat',
  id: 'h',
  text: 'backup late',
  heartbeat: 'backup',
  is: 'late',
  schedule: { kind: 'interval', everyMs: 10 * MINUTE },
  timezone: 'UTC',
  graceMs: MINUTE,
};

let made = 0;
function check(at: number, outcome: 'passed' | 'failed' | 'unmeasured', location = 'here', message = ''): EventRecord {
  made += 1;
  const attributes = { probe: 'shop', location, outcome, due: at, ...(message === '' ? {} : { message }) };
  return { name: 'check', time: at, id: `c${made}`, attributes };
}

function checkIn(at: number, state: string, rest: Record<string, number> = {}): EventRecord {
  made += 1;
  return { name: 'heartbeat', time: at, id: `b${made}`, attributes: { heartbeat: 'backup', state, ...rest } };
}

const truths = (verdicts: readonly Verdict[]) => verdicts.map(({ at, truth }) => [at, truth]);

describe('a probe', () => {
  test('says what was found, how often, since when, and when it last passed', () => {
    const live = createLiveExecutor(planOf({ tests: [{ ...failing, streak: 2 }] }), 0);
    live.ingest([check(1_000, 'passed')], 1_000);
    live.ingest([check(2_000, 'failed', 'here', 'status 500')], 2_000);
    const [verdict] = live.ingest([check(3_000, 'failed', 'here', 'status 503')], 3_000);
    expect(verdict).toMatchObject({
      truth: 'true',
      at: 3_000,
      reading: { state: 'value', value: 2, sampleSize: 1 },
      against: [2],
      found: { message: 'status 503', since: 2_000, streak: 2, passedAt: 1_000 },
    });
  });

  test('is said again when it fails in another way, though not for another figure, and not more often than each minute', () => {
    const live = createLiveExecutor(planOf({ tests: [failing] }), 0);
    const fails = (at: number, message: string) => live.ingest([check(at, 'failed', 'here', message)], at);
    expect(fails(1_000, 'status 500 after 12.5 ms')).toHaveLength(1);
    expect(fails(2_000, 'connection refused')).toEqual([]);
    expect(fails(MINUTE, 'status 503 after 7 ms')).toEqual([]);
    expect(fails(2 * MINUTE, 'connection refused')).toMatchObject([
      { truth: 'true', at: 2 * MINUTE, found: { message: 'connection refused', since: 1_000, streak: 4 } },
    ]);
    expect(fails(2 * MINUTE + 1, 'status 500')).toEqual([]);
    expect(live.verdicts()[0]?.found).toMatchObject({ message: 'connection refused' });
  });

  test('fails when half of the places that look fail', () => {
    const live = createLiveExecutor(planOf({ tests: [failing] }), 0);
    expect(truths(live.ingest([check(1_000, 'passed', 'a'), check(1_000, 'passed', 'b')], 1_000))).toEqual([
      [1_000, 'false'],
    ]);
    expect(live.ingest([check(1_000, 'passed', 'c'), check(2_000, 'failed', 'a')], 2_000)).toEqual([]);
    expect(truths(live.ingest([check(3_000, 'failed', 'b')], 3_000))).toEqual([[3_000, 'true']]);
  });

  test('fails when as many places agree as have to, and of too few who all fail nobody can tell', () => {
    const live = createLiveExecutor(planOf({ tests: [{ ...failing, agree: 2 }] }), 0);
    expect(live.ingest([check(1_000, 'failed', 'a')], 1_000)).toEqual([]);
    expect(live.verdicts()[0]).toMatchObject({ truth: 'unknown', reading: { reason: 'too-few-places' } });
    expect(truths(live.ingest([check(2_000, 'passed', 'b'), check(2_000, 'passed', 'c')], 2_000))).toEqual([
      [2_000, 'false'],
    ]);
    expect(truths(live.ingest([check(3_000, 'failed', 'c')], 3_000))).toEqual([[3_000, 'true']]);
    // The others have long said nothing: one place alone cannot tell.
    expect(truths(live.ingest([check(MINUTE, 'failed', 'a')], 4 * MINUTE))).toEqual([]);
    expect(truths(live.advance(5 * MINUTE + 5_000))).toEqual([[5 * MINUTE + 3_000, 'unknown']]);
  });

  test('answers for each of its parts by itself', () => {
    const part: ProbeTest = { ...failing, id: 'part', part: 'database' };
    const live = createLiveExecutor(planOf({ tests: [failing, part] }), 0);
    const ofPart = (at: number, outcome: 'passed' | 'failed') => {
      const record = check(at, outcome);
      return { ...record, attributes: { ...record.attributes, part: 'database' } };
    };
    const said = live.ingest([check(1_000, 'passed'), ofPart(1_000, 'failed')], 1_000);
    expect(said.map(({ test: id, truth }) => [id, truth])).toEqual([
      ['p', 'false'],
      ['part', 'true'],
    ]);
    // What the answer says of others is nothing of this one.
    const other = ofPart(2_000, 'passed');
    expect(live.ingest([{ ...other, attributes: { ...other.attributes, part: 'mail' } }], 2_000)).toEqual([]);
  });

  test('knows so many places, and gives the room of one that has long said nothing to another', () => {
    const plan = planOf({ tests: [failing] });
    const live = createLiveExecutor(plan, 0);
    const places = Array.from({ length: limits.probeLocations + 1 }, (_, place) => `p${place}`);
    live.ingest(
      places.map((place, index) => check(1_000 + index, 'failed', place)),
      2_000,
    );
    const full = live.snapshot().length;
    live.ingest(
      Array.from({ length: 1_000 }, (_, place) => check(MINUTE, 'passed', `more ${place}`)),
      MINUTE,
    );
    expect(live.verdicts()[0]).toMatchObject({ truth: 'true', reading: { sampleSize: places.length } });
    // The first of them is stale by now, the others are not.
    const later = 5 * MINUTE + 1_000;
    live.ingest([check(later, 'failed', 'late'), check(later, 'failed', 'too late')], later);
    expect(live.verdicts()[0]).toMatchObject({ truth: 'true', reading: { sampleSize: places.length } });
    // Names that come and go leave nothing behind.
    for (let round = 2; round < 40; round++) {
      const at = round * 6 * MINUTE;
      live.ingest([check(at, 'passed', `round ${round}`)], at);
      expect(live.verdicts()[0]).toMatchObject({ truth: 'false', reading: { sampleSize: 1 } });
    }
    expect(live.snapshot().length).toBeLessThan(full * 1.2);
  });

  test('what could not be measured changes nothing, until nothing fresh is known', () => {
    const live = createLiveExecutor(planOf({ tests: [failing] }), 0);
    live.ingest([check(0, 'failed')], 0);
    expect(live.ingest([check(MINUTE, 'unmeasured')], MINUTE)).toEqual([]);
    expect(truths(live.advance(20 * MINUTE))).toEqual([[5 * MINUTE, 'unknown']]);
    expect(live.verdicts()[0]?.reading).toMatchObject({ state: 'no data', reason: 'not-measured' });
  });
});

test('a figure of a rare probe holds until its result is stale, also in a plan that is new', () => {
  const { plan } = compilePlan([
    {
      path: 'plan.yaml',
      text: `plan: shop
people: { mia: { email: mia@shop.example } }
severities: { urgent: { notify: [mia by app] } }
probes: { tls: { check: "tls shop.example:443", every: 12h } }
rules: { a: { when: min(checks.tls.days_left) < 14 days, severity: urgent } }
`,
    },
  ]);
  if (plan === undefined) throw new Error('the plan has errors');
  const HOUR = 60 * MINUTE;
  const began = createLiveExecutor(planOf({}), 0);
  began.ingest([checkIn(HOUR, 'succeeded')], HOUR);
  // Something came just before the rule did: of other windows the past would be missing.
  const live = began.withPlan(plan);
  const seen = (at: number, days: number): EventRecord => {
    const record = check(at, 'passed');
    return { ...record, attributes: { ...record.attributes, probe: 'tls', days_left: days } };
  };
  expect(truths(live.ingest([seen(2 * HOUR, 10)], 2 * HOUR))).toEqual([[2 * HOUR, 'true']]);
  expect(live.ingest([seen(14 * HOUR, 90)], 14 * HOUR)).toEqual([]);
  const [fresh] = live.advance(30 * HOUR);
  expect(fresh).toMatchObject({ truth: 'false', reading: { value: 90 * 24 * HOUR, sampleSize: 1 } });
  expect((fresh?.at ?? 0) - 26 * HOUR).toBeLessThanOrEqual(5 * MINUTE);
  const [stale] = live.advance(50 * HOUR);
  expect(stale).toMatchObject({ truth: 'unknown', reading: { reason: 'no-events' } });
  expect((stale?.at ?? 0) - 38 * HOUR).toBeLessThanOrEqual(5 * MINUTE);
});

describe('a heartbeat', () => {
  test('that never comes is late from when it began to be watched', () => {
    const live = createLiveExecutor(planOf({ tests: [late] }), 0);
    const [verdict] = live.advance(60 * MINUTE);
    expect(verdict).toMatchObject({ truth: 'true', at: 11 * MINUTE, found: { expectedBy: 11 * MINUTE } });
  });

  test('is not late for the time in which nobody listened', () => {
    const live = createLiveExecutor(planOf({ tests: [late] }), 0);
    live.ingest([checkIn(MINUTE, 'succeeded')], MINUTE);
    live.advance(5 * MINUTE);
    live.resume(65 * MINUTE);
    expect(truths(live.advance(200 * MINUTE))).toEqual([[72 * MINUTE, 'true']]);
  });

  test('of a cron schedule is excused what was due while nobody listened', () => {
    const nightly: HeartbeatTest = { ...late, schedule: { kind: 'cron', expression: '0 3 * * *' } };
    const live = createLiveExecutor(planOf({ tests: [nightly] }), 0);
    const [night, next] = [3 * 60 * MINUTE, 27 * 60 * MINUTE];
    live.advance(night - MINUTE);
    live.resume(night + MINUTE / 2);
    expect(truths(live.advance(next + 10 * MINUTE))).toEqual([[next + MINUTE, 'true']]);
  });

  test('has failed by its exit code, or when its run goes on for too long', () => {
    const failed: HeartbeatTest = { ...late, is: 'failed', longestMs: 2 * MINUTE };
    const live = createLiveExecutor(planOf({ tests: [failed] }), 0);
    const [byCode] = live.ingest([checkIn(1_000, 'failed', { exit_code: 3 })], 1_000);
    expect(byCode).toMatchObject({ truth: 'true', found: { message: 'exit code 3', since: 1_000 } });
    expect(truths(live.ingest([checkIn(2_000, 'succeeded')], 2_000))).toEqual([[2_000, 'false']]);
    live.ingest([checkIn(MINUTE, 'started')], MINUTE);
    const [overrun] = live.advance(10 * MINUTE);
    expect(overrun).toMatchObject({ truth: 'true', at: 3 * MINUTE, found: { message: 'the run has not ended' } });
    expect(truths(live.ingest([checkIn(11 * MINUTE, 'succeeded')], 11 * MINUTE))).toEqual([[11 * MINUTE, 'false']]);
  });
});

test('a new version of a plan goes on where a test means the same, and begins anew where it does not', () => {
  const plan = planOf({ tests: [failing, late] });
  const live = createLiveExecutor(plan, 0);
  live.ingest([check(1_000, 'failed'), checkIn(1_000, 'succeeded')], 1_000);
  const next = restoreLiveExecutor(
    planOf({ tests: [failing, { ...late, id: 'other', graceMs: 5 * MINUTE }] }),
    live.snapshot(),
  );
  if (!next.ok) throw new Error(next.failure.message);
  const said = Object.fromEntries(next.value.verdicts().map(({ test: id, truth }) => [id, truth]));
  expect(said).toEqual({ p: 'true', other: 'unknown' });
});
