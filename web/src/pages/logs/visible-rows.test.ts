import fc from 'fast-check';
import { expect, test } from 'vitest';
import { visibleRows } from './visible-rows.ts';

test('every row that is in sight is in the window, and what is above has its height', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 300 }),
      fc.integer({ min: 20, max: 60 }),
      fc.array(fc.tuple(fc.nat(299), fc.integer({ min: 60, max: 900 })), { maxLength: 4 }),
      fc.nat(20_000),
      fc.integer({ min: 1, max: 900 }),
      fc.nat(12),
      (count, height, opened, scrolled, viewport, around) => {
        const open = new Map(opened.filter(([row]) => row < count));
        const { first, end, above, whole } = visibleRows({ count, height, open }, scrolled, viewport, around);
        let top = 0;
        const heightOf = (row: number): number => open.get(row) ?? height;
        for (let row = 0; row < count; row += 1) {
          if (row === first) expect(above).toBe(top);
          const inSight = top < scrolled + viewport && top + heightOf(row) > scrolled;
          if (inSight) expect(row >= first && row < end).toBe(true);
          top += heightOf(row);
        }
        expect(whole).toBe(top);
        expect(first).toBeGreaterThanOrEqual(0);
        expect(end).toBeLessThanOrEqual(count);
        expect(end - first).toBeLessThanOrEqual(viewport / height + 2 + 2 * around);
      },
    ),
  );
});
