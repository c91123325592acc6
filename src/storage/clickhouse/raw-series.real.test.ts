import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MINUTE_MS, SECOND_MS } from '#kernel/instant.ts';
import type { Formula, Measure, Predicate } from '#plan/model.ts';
import { formulaOf, measureOf, planOf, signalOf, sourceOf } from '#signals/plan.fixture.ts';
import type { EventRecord } from '#signals/record.ts';
import { ReferenceExecutor } from '#signals/reference-executor.ts';
import { clock } from '../../../test/kit/postgres.ts';
import { temporaryTelemetry } from '../../../test/kit/telemetry.ts';
import { insertEvents } from './events.ts';
import { readRawSeries } from './raw-series.ts';

const STEP = 20 * SECOND_MS;
const STEPS = 30;
/** Recent, since what is older than the retention is dropped at once; of one day, so that it is one block. */
const FROM = Math.floor((clock.now() - 30 * MINUTE_MS) / MINUTE_MS) * MINUTE_MS;
const never = new AbortController().signal;

/** Numbers from a seed, so that what fails fails again. */
const records: readonly EventRecord[] = fc
  .sample(
    fc.record({
      at: fc.integer({ min: -10 * 60_000, max: STEPS * STEP - 1 }),
      status: fc.constantFrom(200, 200, 200, 404, 500),
      route: fc.constantFrom('/a', '/b', '/c', undefined),
      tier: fc.constantFrom(1, true, 'gold'),
      duration: fc.option(fc.double({ min: 0.1, max: 5_000, noNaN: true }), { nil: undefined }),
      user: fc.constantFrom('u1', 'u2', 'u3', 'u4', undefined),
    }),
    { numRuns: 350, seed: 11 },
  )
  .map(({ at, status, route, tier, duration, user }, index) => ({
    name: 'requests',
    // Each at an instant of its own, so that the last of them is one.
    time: FROM + Math.floor(at / 1_000) * 1_000 + (index % 1_000),
    id: `r-${index}`,
    ...(user === undefined ? {} : { user }),
    ...(duration === undefined ? {} : { durationMs: duration }),
    attributes: { status, tier, ...(route === undefined ? {} : { route }) },
  }))
  .toSorted((left, right) => left.time - right.time);

let telemetry: Awaited<ReturnType<typeof temporaryTelemetry>>;
beforeAll(async () => {
  telemetry = await temporaryTelemetry();
  await insertEvents(
    telemetry.client,
    's-1',
    records.map((event) => ({ plan: 'fixture', receivedAt: event.time, event })),
  );
});
afterAll(() => telemetry?.close());

const where: fc.Arbitrary<Predicate> = fc.constantFrom(
  { kind: 'compare', field: 'status', operator: '>=', value: 500 },
  { kind: 'compare', field: 'route', operator: '=', value: '/a' },
  { kind: 'compare', field: 'route', operator: '!=', value: '/b' },
);
const measure: fc.Arbitrary<Measure> = fc
  .record({
    function: fc.constantFrom<Measure['function']>(
      'count',
      'rate',
      'share',
      'sum',
      'avg',
      'min',
      'max',
      'last',
      'unique',
      'percentile',
    ),
    // Shorter than a step, one step, several, and one that shares no divisor with the step.
    windowMs: fc.constantFrom(10_000, 20_000, 60_000, 300_000, 50_000),
    where: fc.option(where, { nil: undefined }),
    by: fc.constantFrom<readonly string[]>([], ['route'], ['route', 'tier']),
    quantile: fc.constantFrom(0.5, 0.9, 0.95),
  })
  .map(({ function: name, windowMs, where: condition, by, quantile }) =>
    measureOf(name, windowMs, {
      by,
      ...(condition === undefined ? {} : { where: condition }),
      ...(name === 'unique'
        ? { field: 'user' }
        : ['count', 'rate', 'share'].includes(name)
          ? {}
          : { field: 'duration' }),
      ...(name === 'percentile' ? { quantile } : {}),
    }),
  );

/** Percentiles are read to 7 digits; the difference of two may be near nothing, and is as exact as they are. */
function near(value: number | undefined, exact: number | undefined, percentiles: boolean): boolean {
  if (value === undefined || exact === undefined) return false;
  return Math.abs(value - exact) <= (percentiles ? 1e-3 : 1e-9) + 1e-9 * Math.abs(exact);
}

test('a signal from events has the readings that its windows would have had', async () => {
  await fc.assert(
    fc.asyncProperty(measure, measure, fc.constantFrom('one', 'ratio', 'subtract'), async (left, right, kind) => {
      const same = right.by.length === 0 ? right : { ...right, by: left.by, id: `${right.id} by ${left.by}` };
      const formula: Formula =
        kind === 'one'
          ? formulaOf(left)
          : { kind: kind as 'ratio' | 'subtract', left: formulaOf(left), right: formulaOf(same) };
      const by = [...new Set([...left.by, ...(kind === 'one' ? [] : same.by)])];
      const compiled = planOf({ sources: [sourceOf('requests')], measures: [left, same] });
      const signal = signalOf('s', formula, { by });
      const query = { plan: 'fixture', compiled, signal, from: FROM, stepMs: STEP, steps: STEPS, groups: 50 };
      const found = await readRawSeries(telemetry.client, query, never);
      if (typeof found === 'string') throw new Error(found);
      const reference = new ReferenceExecutor(compiled, FROM - 60 * MINUTE_MS);
      for (const record of records) reference.ingest([record], record.time);
      // Every few steps, since the definition is slow.
      const percentiles = [left, same].some((one) => one.function === 'percentile');
      for (const step of [0, STEPS - 1]) {
        const end = FROM + (step + 1) * STEP;
        const expected = new Map(
          [...reference.figures(formula, end, end)].filter(([, figure]) => figure.reason === undefined),
        );
        const shown = new Map(
          found.flatMap((series) => {
            const at = series.steps.indexOf(step);
            return at < 0 ? [] : [[series.group, { value: series.last[at], size: series.sampleSizes[at] }] as const];
          }),
        );
        expect([...shown.keys()].toSorted()).toEqual([...expected.keys()].toSorted());
        for (const [group, figure] of expected) {
          expect(shown.get(group)?.size).toBe(Number.isFinite(figure.sampleSize) ? figure.sampleSize : 0);
          // Sketches of percentiles are tested below.
          const isSketch = [left, same].some((one) => one.function === 'percentile' && one.window.ms > STEP);
          if (!isSketch) expect(near(shown.get(group)?.value, figure.value, percentiles)).toBe(true);
        }
      }
    }),
    { numRuns: 30 },
  );
});

test('percentiles of windows that share steps are within 1% of a value of that rank or the next', async () => {
  const values = records.filter((record) => record.durationMs !== undefined);
  for (const quantile of [0.5, 0.95]) {
    const one = measureOf('percentile', 300_000, { field: 'duration', quantile });
    const compiled = planOf({ sources: [sourceOf('requests')], measures: [one] });
    const signal = signalOf('s', formulaOf(one));
    const query = { plan: 'fixture', compiled, signal, from: FROM, stepMs: STEP, steps: STEPS, groups: 1 };
    const found = await readRawSeries(telemetry.client, query, never);
    if (typeof found === 'string') throw new Error(found);
    expect(found[0]?.steps).toHaveLength(STEPS);
    for (const [index, step] of (found[0]?.steps ?? []).entries()) {
      const end = FROM + (step + 1) * STEP;
      const sorted = values
        .filter(({ time }) => time < end && time >= end - 300_000)
        .map(({ durationMs }) => durationMs ?? 0)
        .toSorted((left, right) => left - right);
      const rank = Math.ceil(quantile * sorted.length) - 1;
      const value = found[0]?.last[index] ?? Number.NaN;
      const near = sorted.slice(Math.max(0, rank - 1), rank + 2);
      expect(near.some((exact) => Math.abs(value / exact - 1) <= 0.0101)).toBe(true);
    }
  }
});

test('uniques of windows that share steps are within 0.1%, and past 65,536 within 1%', async () => {
  const count = async (numbers: number): Promise<number> => {
    const answer = await telemetry.client.query({
      query: "select toFloat64(uniq(concat('s', toString(number)))) as value from numbers({n:UInt32})",
      query_params: { n: numbers },
      format: 'JSONEachRow',
    });
    return (await answer.json<{ value: number }>())[0]?.value ?? Number.NaN;
  };
  expect(Math.abs((await count(60_000)) / 60_000 - 1)).toBeLessThan(0.001);
  expect(Math.abs((await count(1_000_000)) / 1_000_000 - 1)).toBeLessThan(0.01);
});

test('a source that counts once per field is refused', async () => {
  const one = measureOf('count', 60_000);
  const compiled = planOf({ sources: [sourceOf('requests', { oncePer: 'user' })], measures: [one] });
  const query = {
    plan: 'fixture',
    compiled,
    signal: signalOf('s', formulaOf(one)),
    from: FROM,
    stepMs: STEP,
    steps: 1,
    groups: 1,
  };
  expect(await readRawSeries(telemetry.client, query, never)).toBe('once-per');
});
