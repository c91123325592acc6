import { expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { AvailabilityFigure } from '#plan/availability-figure.ts';
import { PhaseLine } from '#plan/phases.ts';
import { createLiveExecutor } from '../live-executor.ts';
import { planOf, signalOf } from '../plan.fixture.ts';
import type { EventRecord } from '../record.ts';
import { NumberWriter } from '../snapshot-format.ts';
import { AvailabilityWindow } from './availability-window.ts';

const START = Date.parse('2026-10-24T12:00:00Z');
const figure: AvailabilityFigure = {
  id: 'uptime',
  text: 'availability(shop) over 90d',
  targets: [{ probe: 'shop', staleMs: 2 * MINUTE_MS }],
  window: { kind: 'sliding', ms: 90 * DAY_MS },
};
const plan = {
  ...planOf({ signals: [signalOf('uptime', { kind: 'availability', figure: figure.id })] }),
  availabilities: { [figure.id]: figure },
};

function check(at: number, location: string, outcome = 'passed'): EventRecord {
  return {
    name: 'check',
    time: at,
    id: `${location} ${at}`,
    attributes: { probe: 'shop', location, outcome, due: at },
  };
}

test('a place that says nothing more is forgotten once its last result is stale', () => {
  const live = createLiveExecutor(plan, START);
  const sizes: number[] = [];
  // Each place has a name that nobody has had, as of containers.
  for (let minutes = 0; minutes < 24 * 60; minutes += 5) {
    const at = START + minutes * MINUTE_MS;
    live.ingest([check(at, `container-${minutes.toString().padStart(5, '0')}`)], at);
    sizes.push(live.snapshot().length);
  }
  const [{ reading } = {}] = live.readings();
  expect(reading).toMatchObject({ value: 1, sampleSize: 24 * 12 * 2 - 2 });
  // A step of three hours and a half is a bucket; beside these nothing grows.
  expect(sizes.at(-1)).toBeLessThan((sizes[24] ?? 0) + 500);
});

test('beyond so many places others are not listened to, until one has long said nothing', () => {
  const live = createLiveExecutor(plan, START);
  const places = Array.from({ length: limits.probeLocations + 1 }, (_, place) => `p${place}`);
  live.ingest(
    places.map((place) => check(START, place)),
    START,
  );
  const others = Array.from({ length: 1_000 }, (_, place) => check(START + 1, `other ${place}`, 'failed'));
  live.ingest(others, START + 1);
  expect(live.snapshot().length).toBeLessThan(10_000);
  live.advance(START + MINUTE_MS);
  live.ingest([check(START + MINUTE_MS, 'p0')], START + MINUTE_MS);
  expect(live.readings()[0]?.reading).toMatchObject({ value: 1, sampleSize: 1 });
  const later = START + HOUR_MS;
  live.ingest([check(later, 'other', 'failed')], later);
  live.ingest([check(later + MINUTE_MS, 'other', 'failed')], later + MINUTE_MS);
  expect(live.readings()[0]?.reading).toMatchObject({ value: 0.75, sampleSize: 4 });
});

test('of a history with more places than are known, it holds no more', () => {
  const window = new AvailabilityWindow(
    figure,
    0,
    { launch: undefined, phases: new PhaseLine(plan, undefined) },
    START,
  );
  window.awaitHistory();
  const runs = [{ from: START - HOUR_MS, last: START - MINUTE_MS, state: 'up' }] as const;
  const gone = [{ from: START - DAY_MS, last: START - HOUR_MS, state: 'down' }] as const;
  const locations = Array.from({ length: 1_000 }, (_, place) => ({
    location: place < 500 ? `gone${place}` : `p${place}`,
    runs: place < 500 ? gone : runs,
  }));
  const wanted = window.historyWanted(START + 1_000);
  if (wanted === undefined) throw new Error('nothing is wanted');
  window.fill(wanted, [{ locations }], START + 1_000);
  const out = new NumberWriter();
  window.write(out);
  expect(new TextDecoder().decode(out.bytes(1)).match(/"p\d+"/g)).toHaveLength(limits.probeLocations + 1);
  expect(window.value).toBeCloseTo(1 / 24, 2);
});
