import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS } from '#kernel/instant.ts';
import type { CompiledPhase } from './model.ts';
import { absoluteSpan, PhaseLine, phaseAt, phaseBoundaryAfter, phaseCourse, valueAt } from './phases.ts';

const berlin = (text: string) => Temporal.ZonedDateTime.from(`${text}[Europe/Berlin]`).epochMilliseconds;

describe('days across a change of the clocks', () => {
  const launch = berlin('2026-03-28T09:00');
  const day = (number: number) => absoluteSpan({ kind: 'days', from: number, to: number }, launch, 'Europe/Berlin');

  test('day 1 begins with T+0 and ends at midnight', () => {
    expect(day(1)).toEqual({ from: launch, to: berlin('2026-03-29T00:00') });
  });

  test('the day of the change has 23 hours', () => {
    const { from, to = 0 } = day(2);
    expect(to - from).toBe(23 * HOUR_MS);
  });

  test('offsets are hours, also across it', () => {
    const { from, to = 0 } = absoluteSpan({ kind: 'offsets', fromMs: 0, toMs: DAY_MS }, launch, 'Europe/Berlin');
    expect(to - from).toBe(DAY_MS);
    expect(to).toBe(berlin('2026-03-29T10:00'));
  });
});

const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu');
const launches = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2030, 0, 1) });

/** A main line without gaps: days, then offsets cannot be mixed without a launch, so each line is of one kind. */
const lines = fc
  .tuple(fc.boolean(), fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }))
  .map(([days, lengths]): readonly CompiledPhase[] => {
    let at = 0;
    return lengths.map((length, index) => {
      const from = at;
      at += length;
      const isLast = index === lengths.length - 1;
      const name = `p${index}`;
      if (days) return { name, span: { kind: 'days', from: from + 1, ...(isLast ? {} : { to: at }) } };
      return { name, span: { kind: 'offsets', fromMs: from * HOUR_MS, ...(isLast ? {} : { toMs: at * HOUR_MS }) } };
    });
  });

test('a line without gaps has a phase at every instant from T+0 on, and it changes only at boundaries', () => {
  fc.assert(
    fc.property(
      zones,
      launches,
      lines,
      fc.integer({ min: 0, max: 60 * 24 * HOUR_MS }),
      (timezone, launch, phases, after) => {
        const plan = { timezone, phases };
        const now = launch + after;
        const phase = phaseAt(plan, launch, now);
        expect(phase).toBeDefined();
        const boundary = phaseBoundaryAfter(plan, launch, now);
        if (boundary === undefined) {
          expect(phase).toBe(phases.at(-1)?.name);
        } else {
          expect(boundary).toBeGreaterThan(now);
          expect(phaseAt(plan, launch, boundary - 1)).toBe(phase);
          expect(phaseAt(plan, launch, boundary)).not.toBe(phase);
        }
      },
    ),
  );
});

const overlapping = fc
  .array(fc.tuple(fc.integer({ min: -9, max: 30 }), fc.option(fc.integer({ min: 1, max: 9 })), fc.boolean()), {
    minLength: 1,
    maxLength: 6,
  })
  .map((spans) =>
    spans.map(([from, length, days], index): CompiledPhase => {
      const name = `p${index}`;
      const to = length === null ? undefined : from + length;
      if (days) return { name, span: { kind: 'days', from: Math.max(1, from), ...(to === undefined ? {} : { to }) } };
      const fromMs = from * HOUR_MS;
      return { name, span: { kind: 'offsets', fromMs, ...(to === undefined ? {} : { toMs: to * HOUR_MS }) } };
    }),
  );

test('the course of phases is what is asked for instant by instant, also with gaps and overlaps', () => {
  fc.assert(
    fc.property(
      zones,
      launches,
      overlapping,
      fc.integer({ min: -2 * DAY_MS, max: 9 * DAY_MS }),
      (timezone, launch, phases, after) => {
        const plan = { timezone, phases };
        const from = launch + after;
        const expected: unknown[] = [];
        for (let at = from; at < Number.POSITIVE_INFINITY; ) {
          const to = phaseBoundaryAfter(plan, launch, at) ?? Number.POSITIVE_INFINITY;
          expected.push({ phase: phaseAt(plan, launch, at), from: at, to });
          at = to;
        }
        expect(phaseCourse(plan, launch, from)).toEqual(expected);
      },
    ),
  );
});

test('before T+0 and without a launch no phase is in force', () => {
  const plan = { timezone: 'UTC', phases: [{ name: 'a', span: { kind: 'offsets', fromMs: 0 } }] } as const;
  expect(phaseAt(plan, undefined, 5)).toBeUndefined();
  expect(phaseBoundaryAfter(plan, undefined, 5)).toBeUndefined();
  expect(phaseCourse(plan, undefined, 5)).toEqual([{ phase: undefined, from: 5, to: Number.POSITIVE_INFINITY }]);
  expect(phaseAt(plan, 10, 9)).toBeUndefined();
  expect(phaseBoundaryAfter(plan, 10, 9)).toBe(10);
  expect(phaseAt(plan, 10, 10)).toBe('a');
});

test('a value is the phase’s own, else the one for all others, else asleep', () => {
  const byPhase = { otherwise: 1, phases: { first: 2 } };
  expect(valueAt(byPhase, 'first')).toBe(2);
  expect(valueAt(byPhase, 'other')).toBe(1);
  expect(valueAt(byPhase, undefined)).toBe(1);
  expect(valueAt({ phases: { first: 2 } }, 'constructor')).toBeUndefined();
});

test('a line of phases says at each instant what its calendar says', () => {
  fc.assert(
    fc.property(
      zones,
      launches,
      lines,
      fc.integer({ min: -3 * DAY_MS, max: 60 * 24 * HOUR_MS }),
      fc.boolean(),
      (timezone, launch, phases, after, hasGap) => {
        const plan = { timezone, phases: hasGap ? phases.filter((_, index) => index !== 1) : phases };
        const line = new PhaseLine(plan, launch);
        const now = launch + after;
        const phase = phaseAt(plan, launch, now);
        expect(line.phaseAt(now)).toBe(phase);
        expect(phaseAt(plan, launch, line.changeAfter(now) - 1)).toBe(phase);
        const begin = line.beginAt(now);
        if (phase === undefined) expect(begin).toBe(Number.POSITIVE_INFINITY);
        else {
          expect(phaseAt(plan, launch, begin)).toBe(phase);
          expect(phaseAt(plan, launch, begin - 1)).not.toBe(phase);
        }
        expect(new PhaseLine(plan, undefined).phaseAt(now)).toBeUndefined();
      },
    ),
  );
});
