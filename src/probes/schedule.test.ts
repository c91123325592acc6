import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, gridAtOrBefore, gridOffset, type Pace, type Progress, paceOf, phaseNow, takeUp } from './schedule.ts';

const T0 = 1_790_000_000_000;
const HOUR = 3_600_000;

describe('the grid', () => {
  it('is a function of the wall clock alone', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 86_400_000 }), fc.nat(), fc.nat(1e9), (everyMs, offset, later) => {
        const pace = { everyMs, offset };
        const at = gridAtOrBefore(pace, T0 + later);
        expect(at).toBeLessThanOrEqual(T0 + later);
        expect(at).toBeGreaterThan(T0 + later - everyMs);
        expect((at - offset) % everyMs).toBe(0);
        expect(gridAtOrBefore(pace, at)).toBe(at);
      }),
    );
  });

  it('is another for another probe, so that they do not all begin together', () => {
    const instantsOf = (probes: number): readonly number[] =>
      Array.from({ length: probes }, (_, index) => gridOffset('shop', `p${index}`, probes).shared % 1_000);
    expect(new Set(instantsOf(8_000)).size).toBeGreaterThan(950);
    // Of a thousand only few meet, and of a few none but by chance.
    const looks = Map.groupBy(instantsOf(1_000), (instant) => instant);
    expect(Math.max(...looks.values().map(({ length }) => length))).toBeLessThan(10);
    expect(new Set(instantsOf(24)).size).toBeGreaterThan(12);
  });

  it('has a few probes of a plan close together, the plans apart, and of each interval some at any time', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.string(),
        fc.integer({ min: 1, max: 32 }),
        (plan, one, other, probes) => {
          const [first, second] = [gridOffset(plan, one, probes), gridOffset(plan, other, probes)];
          const apart = Math.abs(first.shared - second.shared) % 250;
          expect(Math.min(apart, 250 - apart)).toBeLessThanOrEqual(14);
          expect(apart % 2).toBe(0);
          expect(Math.abs(first.shared - first.own)).toBeLessThan(264);
        },
      ),
    );
    const plans = new Set(Array.from({ length: 100 }, (_, index) => gridOffset(`plan${index}`, 'p', 24).shared % 250));
    expect(plans.size).toBeGreaterThan(60);
    const slow = Array.from({ length: 60 }, (_, index) => gridOffset('shop', `p${index}`, 24).shared % 60_000);
    expect(new Set(slow).size).toBeGreaterThan(30);
  });

  it('of a long interval does not change with the other probes of the plan', () => {
    const every = (everyMs: number) => ({ everyMs: { otherwise: everyMs } });
    const offsets = [1, 64, 1_000].map((probes) => gridOffset('shop', 'p', probes));
    const pacesOf = (everyMs: number) =>
      new Set(offsets.map((offset) => paceOf(every(everyMs), undefined, false, offset)?.offset));
    expect(pacesOf(300_000).size).toBe(1);
    expect(pacesOf(1_000).size).toBeGreaterThan(1);
  });
});

describe('the pace', () => {
  const probe = { everyMs: { otherwise: 300_000, phases: { early: 10_000 } }, whileFailingMs: 20_000 };
  it.each([
    [undefined, false, 300_000],
    ['early', false, 10_000],
    [undefined, true, 20_000],
    // Closer than usual, never farther apart.
    ['early', true, 10_000],
  ])('in phase %s, failing %s, is %i ms', (phase, isFailing, everyMs) => {
    expect(paceOf(probe, phase, isFailing, { own: 5, shared: 6 })).toEqual({
      everyMs,
      offset: everyMs > 60_000 ? 5 : 6,
    });
  });

  it('is none in a phase without one', () => {
    expect(paceOf({ everyMs: { phases: { early: 10_000 } } }, undefined, true, { own: 5, shared: 6 })).toBeUndefined();
  });

  it('is that before T+0 until then', () => {
    const plan = {
      timezone: 'UTC',
      phases: [{ name: 'early', span: { kind: 'offsets', fromMs: 0, toMs: HOUR } }],
    } as const;
    expect(phaseNow(plan as never, T0 + HOUR, T0)).toEqual({ phase: undefined, until: T0 + HOUR });
    expect(phaseNow(plan as never, T0, T0)).toEqual({ phase: 'early', until: T0 + HOUR });
    expect(phaseNow(plan as never, T0, T0 + HOUR)).toEqual({ phase: undefined, until: Number.POSITIVE_INFINITY });
  });
});

describe('a start', () => {
  const day: Pace = { everyMs: 24 * HOUR, offset: 0 };
  const second: Pace = { everyMs: 1_000, offset: 0 };
  const last = (dueAt: number) => ({ dueAt, isFailing: false });

  it('makes up the last instant of a long interval, unless it has a result', () => {
    const due = gridAtOrBefore(day, T0);
    expect(decide(day, takeUp(day, undefined, T0), T0)).toMatchObject({ action: 'look', dueAt: due });
    expect(decide(day, takeUp(day, last(due - 3 * 24 * HOUR), T0), T0)).toMatchObject({ action: 'look', dueAt: due });
    expect(decide(day, takeUp(day, last(due), T0), T0)).toEqual({ action: 'wait', until: due + 24 * HOUR });
  });

  it('makes up nothing of a short one, and does what is due in that very moment', () => {
    expect(decide(second, takeUp(second, last(T0 - 60_000), T0 + 1), T0 + 1)).toEqual({
      action: 'wait',
      until: T0 + 1_000,
    });
    expect(decide(second, takeUp(second, undefined, T0), T0)).toMatchObject({ action: 'look', dueAt: T0 });
    expect(decide(second, takeUp(second, last(T0), T0), T0)).toEqual({ action: 'wait', until: T0 + 1_000 });
  });
});

/** What happens to a prober, in order. */
const happenings = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 400_000 }) }),
    },
    fc.record({
      kind: fc.constant('kill' as const),
      awayMs: fc.integer({ min: 0, max: 400_000 }),
    }),
    fc.record({ kind: fc.constant('jump' as const), ms: fc.integer({ min: 1, max: 400_000 }) }),
  ),
  { maxLength: 12 },
);

describe('over kills, jumps of the clock and slow targets', () => {
  it('looks at no instant twice, at each that comes while it runs, and makes up the last of a long interval', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1_000, 10_000, 60_000, 90_000, 300_000),
        fc.nat(1_000_000),
        fc.array(fc.nat(1_200), { minLength: 1, maxLength: 20 }),
        happenings,
        (everyMs, offset, slowness, story) => {
          const pace: Pace = { everyMs, offset };
          let now = T0;
          let progress: Progress = takeUp(pace, undefined, now);
          let busyUntil = 0;
          let toldUpTo: number | undefined;
          const looked: number[] = [];
          let count = 0;
          /** Instants of the grid since which we have been running, without a look of ours in their way. */
          const missed: number[] = [];

          /** Runs the loop up to an instant, as the prober does: at each alarm, and whenever a look ends. */
          const run = (until: number): void => {
            for (;;) {
              const at = Math.max(now, busyUntil);
              if (at > until) break;
              const decision = decide(pace, progress, at);
              if (decision.action === 'wait') {
                expect(decision.until).toBeGreaterThan(at);
                if (decision.until > until) break;
                now = decision.until;
                continue;
              }
              now = at;
              expect(decision.dueAt).toBeLessThanOrEqual(now);
              if (progress.doneUpTo > 0 && looked.length > 0) {
                const before = looked.at(-1) ?? 0;
                if (decision.dueAt - before > everyMs && before > startedAt) missed.push(decision.dueAt);
              }
              looked.push(decision.dueAt);
              progress = { ...progress, doneUpTo: decision.dueAt };
              // A look ends at the latest a millisecond before the next instant.
              const longest = Math.max(1, decision.nextAt - 1 - now);
              busyUntil = now + Math.min(longest, 1 + ((slowness[count % slowness.length] ?? 0) * everyMs) / 1_000);
              toldUpTo = decision.dueAt;
              count += 1;
            }
            now = until;
          };
          let startedAt = now;
          for (const happening of story) {
            if (happening.kind === 'pass') run(now + happening.ms);
            else if (happening.kind === 'jump') {
              // Forward; backwards the monotone clock goes on instead.
              now += happening.ms;
              startedAt = now;
            } else {
              // A look that was under way has told nobody, when the kill came before its end.
              const isUntold = busyUntil > now && looked.length > 0;
              if (isUntold) {
                looked.pop();
                toldUpTo = looked.at(-1);
              }
              now += happening.awayMs;
              busyUntil = 0;
              startedAt = now;
              progress = takeUp(pace, toldUpTo === undefined ? undefined : { dueAt: toldUpTo, isFailing: false }, now);
              if (everyMs > 60_000) {
                const due = gridAtOrBefore(pace, now);
                const decision = decide(pace, progress, now);
                expect(decision.action).toBe(toldUpTo !== undefined && toldUpTo >= due ? 'wait' : 'look');
              }
            }
          }
          expect(new Set(looked).size).toBe(looked.length);
          expect(looked).toEqual(looked.toSorted((left, right) => left - right));
          for (const dueAt of looked) expect((dueAt - offset) % everyMs).toBe(0);
          expect(missed).toEqual([]);
        },
      ),
      { numRuns: 400 },
    );
  });
});
