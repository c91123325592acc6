import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PhaseLine } from '#plan/phases.ts';
import { availabilityShape } from './shape.ts';
import { type KnownTimes, TimeSteps } from './time-steps.ts';

const shape = availabilityShape(
  { id: 'a', text: '', targets: [], window: { kind: 'sliding', ms: 12_000 } },
  { launch: undefined, phases: new PhaseLine({ phases: [], timezone: 'UTC' }, undefined) },
);

const known = fc.record({ upMs: fc.integer({ min: 0, max: 1_000 }), downMs: fc.integer({ min: 0, max: 1_000 }) });

/** Steps are counted back from the latest. */
const change = fc.oneof(
  fc.record({ kind: fc.constant('later' as const), by: fc.constantFrom(0, 1, 2, 40, 5_000), known }),
  fc.record({ kind: fc.constant('late' as const), ago: fc.nat(30), known }),
  fc.record({ kind: fc.constant('empty' as const), ago: fc.nat(30) }),
  fc.record({ kind: fc.constant('ask' as const), ago: fc.integer({ min: -2, max: shape.capacity - 1 }) }),
);

test('the time since a step is that of all steps after it, whatever was added and taken away before', () => {
  fc.assert(
    fc.property(fc.nat(3_000), fc.array(change, { maxLength: 60 }), (start, changes) => {
      const steps = new TimeSteps(shape);
      const naive = new Map<number, KnownTimes>();
      let newest = start;
      const add = (bucket: number, { upMs, downMs }: KnownTimes): void => {
        const held = naive.get(bucket) ?? { upMs: 0, downMs: 0 };
        naive.set(bucket, { upMs: held.upMs + upMs, downMs: held.downMs + downMs });
        steps.addTo(bucket, { upMs, downMs });
      };
      add(newest, { upMs: 1, downMs: 0 });
      for (const one of changes) {
        if (one.kind === 'later') {
          newest += one.by;
          add(newest, one.known);
          continue;
        }
        const bucket = Math.max(0, newest - one.ago);
        if (one.kind === 'late') add(bucket, one.known);
        else if (one.kind === 'empty') {
          naive.delete(bucket);
          steps.empty(bucket);
        } else {
          const expected = { upMs: 0, downMs: 0 };
          for (const [at, { upMs, downMs }] of naive) {
            if (at < bucket) continue;
            expected.upMs += upMs;
            expected.downMs += downMs;
          }
          expect(steps.since(bucket)).toEqual(expected);
        }
      }
    }),
  );
});
