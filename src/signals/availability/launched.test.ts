import { expect, test } from 'vitest';
import { HOUR_MS, type Instant, MINUTE_MS } from '#kernel/instant.ts';
import type { AvailabilityFigure } from '#plan/availability-figure.ts';
import type { CompiledPlan } from '#plan/model.ts';
import { createLiveExecutor, type LiveExecutor } from '../live-executor.ts';
import { planOf, signalOf } from '../plan.fixture.ts';
import { answerOf } from './store.fixture.ts';

const START = Date.parse('2026-10-24T12:00:00Z');
const figures = (['this phase', 'since launch'] as const).map(
  (kind): AvailabilityFigure => ({
    id: kind,
    text: `availability(shop) ${kind}`,
    targets: [{ probe: 'shop', staleMs: 11 * MINUTE_MS }],
    window: { kind },
  }),
);

function planAt(launch: Instant | 'on command'): CompiledPlan {
  return {
    ...planOf({ signals: figures.map(({ id }) => signalOf(id, { kind: 'availability', figure: id })), launch }),
    phases: [
      { name: 'day', span: { kind: 'offsets', fromMs: 0, toMs: HOUR_MS } },
      { name: 'after', span: { kind: 'offsets', fromMs: HOUR_MS } },
    ],
    availabilities: Object.fromEntries(figures.map((figure) => [figure.id, figure])),
  };
}

function check(at: Instant, outcome = 'passed') {
  return { name: 'check', time: at, id: `${at}`, attributes: { probe: 'shop', location: 'here', outcome } };
}

function readings(live: LiveExecutor) {
  return Object.fromEntries(live.readings().map(({ signal, reading }) => [signal, reading]));
}

test('before T+0 there is no data; launched by command it goes on with what is known of the probe', () => {
  let live = createLiveExecutor(planAt('on command'), START);
  live.awaitHistory();
  const earlier = [{ record: check(START - MINUTE_MS), receivedAt: START - MINUTE_MS }];
  for (const wanted of live.historyWanted()) live.fillHistory(wanted, answerOf(wanted, earlier), START + 1_000);
  live.advance(START + 2 * MINUTE_MS);
  expect(readings(live)['this phase']).toMatchObject({ state: 'no data', reason: 'not-measured' });
  // Launched between two minutes. Nothing has come since the executor was made.
  const launch = START + 2 * MINUTE_MS + 12_345;
  live.advance(launch);
  live = live.withPlan(planAt(launch));
  live.awaitHistory();
  expect(live.historyWanted()).toEqual([]);
  live.advance(launch + 4 * MINUTE_MS);
  for (const reading of Object.values(readings(live))) {
    // As of the last whole minute.
    expect(reading).toMatchObject({ state: 'value', value: 1, sampleSize: 3, knownMs: 4 * MINUTE_MS - 12_345 });
  }
  live.ingest([check(launch + 5 * MINUTE_MS, 'failed')], launch + 5 * MINUTE_MS);
  live.advance(launch + 10 * MINUTE_MS);
  live.ingest([check(launch + 10 * MINUTE_MS)], launch + 10 * MINUTE_MS);
  for (const reading of Object.values(readings(live))) expect(reading).toMatchObject({ value: 0.5, sampleSize: 10 });
  // The next phase begins with what was found last, and with nothing of before.
  live.advance(launch + 20 * MINUTE_MS);
  live.ingest([check(launch + 59 * MINUTE_MS, 'failed')], launch + 59 * MINUTE_MS);
  live.advance(launch + HOUR_MS);
  expect(readings(live)['this phase']).toMatchObject({ state: 'no data', reason: 'not-measured' });
  expect(readings(live)['since launch']).toMatchObject({ state: 'value' });
  live.ingest([check(launch + 65 * MINUTE_MS)], launch + 65 * MINUTE_MS);
  expect(readings(live)['this phase']).toMatchObject({ value: 0, sampleSize: 5 });
});

test('a plan that is given an earlier T+0, or other phases, asks the store anew', () => {
  const first = createLiveExecutor(planAt(START), START);
  first.ingest([check(START)], START);
  const moved = first.withPlan(planAt(START - HOUR_MS));
  moved.awaitHistory();
  expect(moved.historyWanted().map(({ isFirst }) => isFirst)).toEqual([true, true]);
  expect(readings(moved)['this phase']).toMatchObject({ state: 'no data', reason: 'refilling' });
  const other = createLiveExecutor(planAt(START), START).withPlan({
    ...planAt(START),
    phases: [{ name: 'all', span: { kind: 'offsets', fromMs: 0 } }],
  });
  other.awaitHistory();
  expect(other.historyWanted().map(({ figure }) => figure.id)).toContain('this phase');
});
