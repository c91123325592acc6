import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AvailabilityFigure, AvailabilityTarget, MaintenanceSpan } from '#plan/availability-figure.ts';
import type { ByPhase, ComparisonTest, CompiledPhase, Formula } from '#plan/model.ts';
import { absoluteSpan } from '#plan/phases.ts';
import type { Verdict } from '#plan/reading.ts';
import type { LiveExecutor } from '../live-executor.ts';
import { planOf, signalOf, testOf } from '../plan.fixture.ts';
import type { ReferenceExecutor } from '../reference-executor.ts';
import { type Change, changeOf, expectedChanges, inOrder, runSchedule, scheduleOf } from '../schedule.fixture.ts';
import type { Arrival } from '../watch/reference-watch.ts';
import { answerOf } from './store.fixture.ts';

/** A quarter to midnight in Berlin, before the night in which the clocks go back. */
const START = Date.parse('2026-10-24T21:45:00Z');

const excluded = fc.constantFrom<readonly MaintenanceSpan[]>(
  [],
  [],
  [{ kind: 'hours', days: [7], fromMinutes: 0, toMinutes: 12 }],
  [{ kind: 'instants', from: START + 100_000, to: START + 260_500 }],
);

const target: fc.Arbitrary<AvailabilityTarget> = fc
  .record({
    probe: fc.constantFrom('shop', 'api'),
    part: fc.constantFrom(undefined, undefined, 'database'),
    staleMs: fc.constantFrom(5_000, 70_000, 200_000),
    agree: fc.constantFrom(undefined, undefined, 1, 2),
    excluded,
  })
  .map(({ part, agree, ...rest }) => ({
    ...rest,
    ...(part === undefined ? {} : { part }),
    ...(agree === undefined ? {} : { agree }),
  }));

const figure = fc
  .record({
    targets: fc.array(target, { minLength: 1, maxLength: 2 }),
    window: fc.constantFrom<AvailabilityFigure['window']>(
      { kind: 'sliding', ms: 60_000 },
      { kind: 'sliding', ms: 700_000 },
      { kind: 'sliding', ms: 1_500_000 },
      { kind: 'sliding', ms: 2_592_000_000 },
      { kind: 'today' },
      { kind: 'since launch' },
      { kind: 'this phase' },
      { kind: 'this phase' },
    ),
  })
  .map((rest): AvailabilityFigure => ({ ...rest, id: JSON.stringify(rest), text: '', timezone: 'Europe/Berlin' }));

/** The launch is within a step of all windows, and so are the ends of phases; between the second and the third is a gap. */
const LAUNCH = START + 30_250;
const phases: readonly CompiledPhase[] = [
  { name: 'first', span: { kind: 'offsets', fromMs: 0, toMs: 200_500 } },
  { name: 'second', span: { kind: 'offsets', fromMs: 200_500, toMs: 700_000 } },
  { name: 'third', span: { kind: 'offsets', fromMs: 760_125 } },
];

const byPhase = fc.constantFrom<ByPhase<number | 'none'>>(
  { otherwise: 0.2, phases: { first: 0.9, second: 'none' } },
  { phases: { second: 0.5, third: 1 } },
);

const plan = fc
  .array(fc.tuple(figure, fc.oneof(fc.constantFrom(0.2, 0.5, 0.9, 1), byPhase), fc.constantFrom(0, 0, 2)), {
    minLength: 1,
    maxLength: 3,
  })
  .map((drawn) => {
    const tests = drawn.map(([{ id }, value, atLeast], index): ComparisonTest => {
      const right: Formula =
        typeof value === 'number' ? { kind: 'constant', value } : { kind: 'by-phase', values: value };
      const one = testOf(`t${index}`, { kind: 'availability', figure: id }, '<', 0, { atLeast });
      return { ...one, comparison: { operator: '<', right } };
    });
    const availabilities = Object.fromEntries(drawn.map(([one]) => [one.id, one]));
    const signals = Object.keys(availabilities).map((id) => signalOf(id, { kind: 'availability', figure: id }));
    return { ...planOf({ tests, signals, launch: LAUNCH }), phases, availabilities };
  });

const record = fc
  .record({
    agoMs: fc.constantFrom(0, 0, 0, 1, 1_000, 70_000, 299_999, 300_001, 400_000, 700_000, 2_000_000, -500),
    probe: fc.constantFrom('shop', 'api', 'other'),
    location: fc.constantFrom('here', 'there', 'far'),
    outcome: fc.constantFrom('passed', 'passed', 'failed', 'unmeasured'),
    part: fc.constantFrom(undefined, undefined, 'database'),
  })
  .map(({ agoMs, part, ...rest }) => ({ agoMs, attributes: part === undefined ? rest : { ...rest, part } }));

const schedule = scheduleOf({
  start: START,
  afterMs: fc.oneof(fc.constantFrom(1, 100, 5_000, 60_000, 600_000), fc.integer({ min: 1, max: 200_000 })),
  drawn: record,
  recordOf: ({ agoMs, attributes }, now) => ({ name: 'check', time: now - agoMs, attributes }),
  maxRecords: 3,
  maxSteps: 10,
});

const END_MS = 300_000;

function compareReadings(live: LiveExecutor, reference: ReferenceExecutor): void {
  const { instant } = live;
  for (const { signal, reading } of live.readings()) {
    const { value, reason, sampleSize } = reference.availability(signal).read(instant, instant + 1);
    expect({ signal, ...reading }).toMatchObject(reason === undefined ? { value, sampleSize } : { reason });
  }
}

test('availability is judged as the definition says, under any schedule of calls and restarts', () => {
  fc.assert(
    fc.property(plan, schedule, (drawn, steps) => {
      const changes: Change[] = [];
      const said: Arrival[] = [];
      const take = (verdicts: readonly Verdict[]): void => {
        for (const one of verdicts) {
          expect(one.reading.at).toBe(one.at);
          changes.push(changeOf(one));
        }
      };
      // A store that has everything at once answers at once; what is said in between is passed over.
      const answer = (live: LiveExecutor, now: number): readonly Verdict[] => {
        for (const wanted of live.historyWanted()) {
          const verdicts = live.fillHistory(wanted, answerOf(wanted, said), now);
          return [...verdicts, ...answer(live, now)];
        }
        return [];
      };
      const { live, reference } = runSchedule(drawn, START, steps, END_MS, {
        said: take,
        hear: (now, { records, now: at }) => {
          take(now.advance(at));
          const before = new Map(now.verdicts().map((one) => [one.test, one.truth]));
          said.push(...records.map((one) => ({ record: one, receivedAt: at })));
          const heard = [...now.ingest(records, at), ...answer(now, at)];
          return [...Map.groupBy(heard, (one) => one.test).values()]
            .flatMap((all) => all.slice(-1))
            .filter((one) => one.truth !== before.get(one.test));
        },
        stepped: compareReadings,
      });
      compareReadings(live, reference);

      const end = live.instant;
      const own = Object.keys(drawn.availabilities).flatMap((id) => reference.availability(id).instants(end));
      const boundaries = phases.flatMap(({ span }) => {
        const { from, to } = absoluteSpan(span, LAUNCH, 'UTC');
        return [from, to ?? from];
      });
      const range = { from: START, to: end };
      const expected = expectedChanges(drawn, reference, steps, range, [...own, ...boundaries]);
      expect(changes.toSorted(inOrder)).toEqual(expected.map(({ before: _, ...change }) => change));
    }),
    { numRuns: 30 },
  );
});
