import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { CompiledPhase } from '#plan/model.ts';
import { phaseCourse } from '#plan/phases.ts';
import { nextLook } from './next-look.ts';
import { decide, gridAtOrBefore, paceOf, phaseNow } from './schedule.ts';

const T0 = 1_790_000_000_000;
const phases: readonly CompiledPhase[] = [
  { name: 'early', span: { kind: 'offsets', fromMs: 0, toMs: 60_000 } },
  { name: 'later', span: { kind: 'offsets', fromMs: 60_000, toMs: 300_000 } },
];
const calendar = { plan: { timezone: 'UTC', phases }, launch: T0 };

it('is what the prober does, across the boundaries of phases', () => {
  const pace = fc.integer({ min: 1_000, max: 200_000 });
  fc.assert(
    fc.property(
      fc.record({ early: fc.option(pace), later: fc.option(pace), otherwise: fc.option(pace) }),
      fc.option(pace),
      fc.boolean(),
      fc.record({ own: fc.nat(1e6), shared: fc.nat(1e6) }),
      fc.integer({ min: -100_000, max: 400_000 }),
      ({ early, later, otherwise }, closer, isFailing, offset, start) => {
        const probe = {
          everyMs: {
            ...(otherwise === null ? {} : { otherwise }),
            phases: { ...(early === null ? {} : { early }), ...(later === null ? {} : { later }) },
          },
          ...(closer === null ? {} : { whileFailingMs: closer }),
        };
        const now = T0 + start;
        // What a prober does that has looked at all that was due until now.
        const first = paceOf(probe, phaseNow(calendar.plan, T0, now).phase, isFailing, offset);
        let doneUpTo = first === undefined ? Number.NEGATIVE_INFINITY : gridAtOrBefore(first, now);
        let at = now;
        let expected: number | undefined;
        while (at < Number.POSITIVE_INFINITY) {
          const { phase, until } = phaseNow(calendar.plan, T0, at);
          const current = paceOf(probe, phase, isFailing, offset);
          if (current === undefined) {
            at = until;
            continue;
          }
          const decision = decide(current, { doneUpTo, isFailing }, at);
          if (decision.action === 'look') {
            expected = at;
            break;
          }
          doneUpTo = Math.max(doneUpTo, gridAtOrBefore(current, at));
          at = Math.min(decision.until, until);
        }
        // The course may be one that was asked for earlier.
        for (const from of [now, now - 150_000]) {
          const course = phaseCourse(calendar.plan, T0, from);
          expect(nextLook(probe, course, { offset, isFailing }, now)).toBe(expected);
        }
      },
    ),
  );
});

it('waits for the phase that has a pace, and for nothing when none comes', () => {
  const later = { everyMs: { phases: { later: 120_000 } } };
  const course = phaseCourse(calendar.plan, T0, T0);
  expect(nextLook(later, course, { offset: { own: 0, shared: 0 }, isFailing: false }, T0)).toBe(T0 + 60_000);
  expect(nextLook(later, course, { offset: { own: 0, shared: 0 }, isFailing: false }, T0 + 400_000)).toBeUndefined();
});
