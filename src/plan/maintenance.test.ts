import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOUR_MS } from '#kernel/instant.ts';
import type { Availability, Segment } from './availability.ts';
import { combinedCourse } from './availability.ts';
import { maintenanceOf, stretchesOf, withoutStretches } from './maintenance.ts';

const at = (text: string): number => Date.parse(text);
const range = { from: at('2026-10-23T00:00Z'), to: at('2026-10-27T00:00Z') };

describe('when maintenance is', () => {
  test('sundays, also on the night in which the clocks go back', () => {
    const span = { kind: 'hours', days: [7], fromMinutes: 60, toMinutes: 240 } as const;
    expect(stretchesOf([span], 'Europe/Berlin', range)).toEqual([
      // From 1 to 4 o'clock are four hours of it.
      { from: at('2026-10-24T23:00Z'), to: at('2026-10-25T03:00Z') },
    ]);
  });

  test('hours over midnight, cut to the range and merged', () => {
    const nightly = { kind: 'hours', fromMinutes: 23 * 60, toMinutes: 60 } as const;
    const once = { kind: 'instants', from: at('2026-10-24T00:30Z'), to: at('2026-10-24T02:00Z') } as const;
    const found = stretchesOf([once, nightly], 'UTC', { from: range.from, to: at('2026-10-24T23:30Z') });
    expect(found).toEqual([
      { from: range.from, to: at('2026-10-23T01:00Z') },
      { from: at('2026-10-23T23:00Z'), to: at('2026-10-24T02:00Z') },
      { from: at('2026-10-24T23:00Z'), to: at('2026-10-24T23:30Z') },
    ]);
  });

  test('of whom: the probe, its service, and of a part the service that it is', () => {
    const span = { kind: 'hours', fromMinutes: 0, toMinutes: 60 } as const;
    const maintenance = [
      { name: 'a', text: '', span, of: ['web'] },
      { name: 'b', text: '', span: { ...span, toMinutes: 90 }, of: ['database', 'other'] },
    ];
    const health = { name: 'health', service: 'web' };
    expect(maintenanceOf(maintenance, health)).toHaveLength(1);
    expect(maintenanceOf(maintenance, health, 'database')).toEqual([{ ...span, toMinutes: 90 }]);
    expect(maintenanceOf(undefined, health)).toEqual([]);
  });
});

const course = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 99 }), fc.constantFrom<Availability>('up', 'down', 'unknown')), {
    maxLength: 8,
  })
  .map((drawn) => {
    const edges = [...new Map(drawn).entries()].toSorted(([left], [right]) => left - right);
    const segments: Segment[] = [];
    let from = 0;
    for (const [to, state] of [...edges, [100, 'up'] as const]) {
      segments.push({ from, to, state });
      from = to;
    }
    return segments;
  });
const stateAt = (segments: readonly Segment[], instant: number): Availability | undefined =>
  segments.find(({ from, to }) => instant >= from && instant < to)?.state;

test('taken out, time is unknown, and the rest is as it was', () => {
  fc.assert(
    fc.property(course, fc.integer({ min: 0, max: 99 }), fc.integer({ min: 1, max: 60 }), (segments, from, length) => {
      const cut = withoutStretches(segments, [{ from, to: Math.min(100, from + length) }]);
      for (let instant = 0; instant < 100; instant++) {
        const isOut = instant >= from && instant < from + length;
        expect(stateAt(cut, instant)).toBe(isOut ? 'unknown' : stateAt(segments, instant));
      }
    }),
  );
});

test('together down while one is, up while one is and none is down', () => {
  fc.assert(
    fc.property(fc.array(course, { minLength: 1, maxLength: 3 }), (courses) => {
      const together = combinedCourse(courses, { from: 0, to: 100 });
      for (let instant = 0; instant < 100; instant++) {
        const states = courses.map((one) => stateAt(one, instant));
        const expected = states.includes('down') ? 'down' : states.includes('up') ? 'up' : 'unknown';
        expect(stateAt(together, instant)).toBe(expected);
      }
    }),
  );
});

test('an hour is an hour', () => {
  const span = { kind: 'hours', fromMinutes: 0, toMinutes: 1_440 } as const;
  const [day] = stretchesOf([span], 'Europe/Berlin', { from: at('2026-10-24T22:00Z'), to: at('2026-10-25T23:00Z') });
  expect((day?.to ?? 0) - (day?.from ?? 0)).toBe(25 * HOUR_MS);
});
