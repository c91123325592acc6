import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Availability } from '#plan/availability.ts';
import type { AvailabilityFigure } from '#plan/availability-figure.ts';
import { createLiveExecutor, type LiveExecutor } from '../live-executor.ts';
import { planOf, signalOf } from '../plan.fixture.ts';
import type { EventRecord } from '../record.ts';
import { reopened } from '../schedule.fixture.ts';
import { answerOf } from './store.fixture.ts';

const START = Date.parse('2026-03-01T00:00:00Z');
const CUT = START + 3 * 3_600_000;
const END = CUT + 1_800_000;
const STALE_MS = 130_000;
const figure: AvailabilityFigure = {
  id: 'uptime',
  text: 'availability(api) over 2h',
  targets: [{ probe: 'api', staleMs: STALE_MS }],
  window: { kind: 'sliding', ms: 7_200_000 },
};
const plan = {
  ...planOf({ signals: [signalOf('uptime', { kind: 'availability', figure: 'uptime' })] }),
  availabilities: { uptime: figure },
};

interface Told {
  readonly at: number;
  readonly location: string;
  readonly state: Availability;
}

const OUTCOMES = { up: 'passed', down: 'failed', unknown: 'unmeasured' } as const;

const results = fc
  .array(
    fc.record({
      everyMs: fc.constantFrom(10_000, 60_000, 400_000),
      count: fc.integer({ min: 1, max: 40 }),
      state: fc.constantFrom<Availability>('up', 'up', 'down', 'unknown'),
      location: fc.constantFrom('here', 'there'),
    }),
    { minLength: 1, maxLength: 20 },
  )
  .map((drawn) => {
    const told: Told[] = [];
    let at = START;
    for (const { everyMs, count, ...rest } of drawn) {
      for (let left = count; left > 0 && at < END; left--) {
        at += everyMs;
        told.push({ at, ...rest });
      }
    }
    return told.filter((one) => one.at < END);
  });

function recordOf({ at, location, state }: Told): EventRecord {
  return {
    name: 'check',
    time: at,
    id: `${location}-${at}`,
    attributes: { probe: 'api', location, outcome: OUTCOMES[state] },
  };
}

function uptime(executor: LiveExecutor): unknown {
  return executor.readings()[0]?.reading;
}

test('an executor that a store tells of the past says what one says that heard it', () => {
  fc.assert(
    fc.property(results, fc.integer({ min: 0, max: 1_799_999 }), fc.boolean(), (told, afterMs, restarts) => {
      const heard = createLiveExecutor(plan, START - 1);
      for (const one of told.filter(({ at }) => at < CUT)) heard.ingest([recordOf(one)], one.at);
      let recalled = createLiveExecutor(plan, CUT);
      recalled.awaitHistory();
      const filledAt = CUT + afterMs;
      const later = told.filter(({ at }) => at >= CUT);
      for (const one of later.filter(({ at }) => at < filledAt)) {
        heard.ingest([recordOf(one)], one.at);
        recalled.ingest([recordOf(one)], one.at);
        expect(uptime(recalled)).toMatchObject({ state: 'no data', reason: 'refilling' });
      }
      if (restarts) recalled = reopened(recalled, plan);
      recalled.advance(filledAt);
      const [wanted] = recalled.historyWanted();
      if (wanted === undefined) throw new Error('nothing is wanted');
      expect(wanted.to).toBe(CUT);
      const known = told.filter(({ at }) => at < CUT).map((one) => ({ record: recordOf(one), receivedAt: one.at }));
      recalled.fillHistory(wanted, answerOf(wanted, known), filledAt);
      for (const one of later.filter(({ at }) => at >= filledAt)) {
        heard.ingest([recordOf(one)], one.at);
        recalled.ingest([recordOf(one)], one.at);
        expect(uptime(recalled)).toEqual(uptime(heard));
      }
      // One more result makes both work out what they say at the same instant.
      const last: Told = { at: END, location: 'far', state: 'unknown' };
      for (const executor of [heard, recalled]) executor.ingest([recordOf(last)], END);
      expect(uptime(recalled)).toEqual(uptime(heard));
      expect(recalled.historyWanted()).toEqual([]);
    }),
    { numRuns: 40 },
  );
});
