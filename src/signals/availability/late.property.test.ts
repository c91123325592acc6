import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '#kernel/instant.ts';
import type { AvailabilityFigure } from '#plan/availability-figure.ts';
import { createLiveExecutor } from '../live-executor.ts';
import { planOf, signalOf } from '../plan.fixture.ts';
import { ReferenceExecutor } from '../reference-executor.ts';
import { reopened } from '../schedule.fixture.ts';
import type { Arrival } from '../watch/reference-watch.ts';
import type { HistoryWanted } from './availability-window.ts';
import { answerOf } from './store.fixture.ts';

const START = Date.parse('2026-03-01T00:00:00Z');
const windows: readonly AvailabilityFigure['window'][] = [
  { kind: 'sliding', ms: 2 * HOUR_MS },
  { kind: 'sliding', ms: 86_400_000 },
  { kind: 'since launch' },
  { kind: 'this phase' },
  { kind: 'today' },
];
const figures = windows.map(
  (window): AvailabilityFigure => ({
    id: JSON.stringify(window),
    text: '',
    targets: [{ probe: 'api', staleMs: 130_000 }],
    window,
  }),
);
const plan = {
  ...planOf({
    signals: figures.map(({ id }) => signalOf(id, { kind: 'availability', figure: id })),
    launch: START + 20 * MINUTE_MS,
  }),
  phases: [
    { name: 'first', span: { kind: 'offsets', fromMs: 0, toMs: 2 * HOUR_MS } },
    { name: 'second', span: { kind: 'offsets', fromMs: 2 * HOUR_MS } },
  ] as const,
  availabilities: Object.fromEntries(figures.map((figure) => [figure.id, figure])),
};

/** Results come in bunches, as from a place whose line was cut; in between the store answers what it was asked a while ago. */
const bunches = fc.array(
  fc.record({
    afterMs: fc.constantFrom(1_000, 60_000, 240_000, 900_000),
    lateMs: fc.constantFrom(0, 0, 310_000, 1_000_000, 2 * HOUR_MS),
    count: fc.integer({ min: 1, max: 12 }),
    outcome: fc.constantFrom('passed', 'passed', 'failed', 'unmeasured'),
    location: fc.constantFrom('here', 'there'),
    asks: fc.boolean(),
    answers: fc.boolean(),
    restarts: fc.boolean(),
  }),
  { minLength: 1, maxLength: 25 },
);

test('however late results come and whenever the store answers, in the end all of them count', () => {
  fc.assert(
    fc.property(bunches, fc.boolean(), (drawn, recalls) => {
      let live = createLiveExecutor(plan, START);
      if (recalls) live.awaitHistory();
      const reference = new ReferenceExecutor(plan, START);
      const arrivals: Arrival[] = [];
      let asked: readonly { readonly wanted: HistoryWanted; readonly known: readonly Arrival[] }[] = [];
      let now = START;
      const ask = (): void => {
        // A store has what was received by then, and no more.
        asked = live.historyWanted().map((wanted) => ({ wanted, known: [...arrivals] }));
      };
      const answer = (): void => {
        for (const { wanted, known } of asked) live.fillHistory(wanted, answerOf(wanted, known), now);
        asked = [];
      };
      for (const { afterMs, lateMs, count, outcome, location, asks, answers, restarts } of drawn) {
        now += afterMs;
        const records = Array.from({ length: count }, (_, index) => {
          const time = now - lateMs - (count - index) * 20_000 + 1 + arrivals.length + index;
          return { name: 'check', time, id: `${now} ${index}`, attributes: { probe: 'api', location, outcome } };
        });
        if (asks) ask();
        live.ingest(records, now);
        reference.ingest(records, now);
        arrivals.push(...records.map((record) => ({ record, receivedAt: now })));
        if (answers) answer();
        if (restarts) live = reopened(live, plan);
      }
      for (let left = 12; left > 0; left--) {
        now += MINUTE_MS * 2;
        // A result is what makes it work out what it says.
        const record = {
          name: 'check',
          time: now,
          id: `${now}`,
          attributes: { probe: 'api', location: 'far', outcome: 'unmeasured' },
        };
        live.ingest([record], now);
        reference.ingest([record], now);
        arrivals.push({ record, receivedAt: now });
        ask();
        answer();
      }
      expect(live.historyWanted()).toEqual([]);
      for (const { signal, reading } of live.readings()) {
        const { value, reason, sampleSize } = reference.availability(signal).read(now, now + 1);
        expect({ signal, ...reading }).toMatchObject(reason === undefined ? { value, sampleSize } : { reason });
      }
    }),
    { numRuns: 40 },
  );
});

test('what is not settled yet does not keep the store from being asked for what is', () => {
  const live = createLiveExecutor(plan, START);
  live.awaitHistory();
  const [first] = live.historyWanted();
  if (first === undefined) throw new Error('nothing is wanted');
  live.fillHistory(first, answerOf(first, []), START + 1_000);
  const at = (time: number) => {
    return { name: 'check', time, id: `${time}`, attributes: { probe: 'api', location: 'here', outcome: 'failed' } };
  };
  const asked = () => live.historyWanted().filter(({ figure, isFirst }) => figure.id === first.figure.id && !isFirst);
  // On its way while the store was asked: known from runs by then, so that it is read again, once it is settled.
  live.ingest([at(START - 500)], START + 2_000);
  expect(asked()).toEqual([]);
  const late = START - HOUR_MS;
  live.ingest([at(late)], START + 3_000);
  expect(asked()).toMatchObject([{ heldAt: START + 3_001 }]);
  const [piece] = asked();
  expect(piece?.from).toBeLessThanOrEqual(late);
  if (piece === undefined) throw new Error('nothing is asked');
  live.fillHistory(piece, answerOf(piece, [{ record: at(late), receivedAt: START + 3_000 }]), START + 4_000);
  expect(asked()).toEqual([]);
  live.advance(START + 20 * MINUTE_MS);
  live.ingest([at(START + 20 * MINUTE_MS)], START + 20 * MINUTE_MS);
  expect(asked()).toHaveLength(1);
});
