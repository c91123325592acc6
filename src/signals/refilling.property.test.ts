import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLiveExecutor } from './live-executor.ts';
import { formulaOf, measureOf, planOf, recordOf, signalOf } from './plan.fixture.ts';
import { windowShape } from './window/step.ts';

const START = 1_700_000_400_000;
const measures = [
  measureOf('count', 10_000),
  measureOf('count', 130_000),
  measureOf('avg', 60_000, { field: 'value' }),
  measureOf('percentile', 120_000, { field: 'value', quantile: 0.5 }),
];
const signals = measures.map((measure) => signalOf(measure.id, formulaOf(measure)));

test('what a new version of a plan brings says nothing before it says what the definition says', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 4_000 }), { minLength: 20, maxLength: 80 }),
      fc.integer({ min: 1, max: 20_000 }),
      (gaps, changeAfterMs) => {
        let live = createLiveExecutor(planOf({}), START);
        const plan = planOf({ measures, signals });
        const times: number[] = [];
        let now = START;
        let isNew = false;
        for (const gapMs of [...gaps, ...gaps, ...gaps]) {
          now += gapMs;
          if (!isNew && now >= START + changeAfterMs) {
            live.advance(START + changeAfterMs);
            live = live.withPlan(plan);
            isNew = true;
          }
          const record = recordOf(now, { value: now % 97 });
          live.ingest([record], now);
          times.push(now);
          for (const { signal, reading } of live.readings()) {
            if (reading.state === 'no data') expect(reading.reason).toBe('refilling');
            else {
              const measure = measures.find(({ id }) => id === signal);
              if (measure === undefined) throw new Error('there is no such measure');
              const { stepMs, steps } = windowShape(measure);
              const first = (Math.floor(now / stepMs) - steps) * stepMs;
              const sampleSize = times.filter((time) => time >= first).length;
              expect({ signal, sampleSize: reading.sampleSize }).toEqual({ signal, sampleSize });
            }
          }
        }
      },
    ),
    { numRuns: 40 },
  );
});
