import type { Page } from 'playwright-core';

/** The sum of all layout shifts of a load; from 0.1 on people notice. */
export const SHIFT_MAX = 0.05;
/** A page that has not moved for so long has found its shape. */
const STILL_MS = 700;

/** What moved: by how much, and from where to where. */
interface Shift {
  readonly value: number;
  readonly atMs: number;
  readonly moved: readonly string[];
}

/** Runs in the page, before anything of it. */
export function recordShifts(): void {
  type Box = { readonly x: number; readonly y: number };
  type Source = { readonly node: Node | null; readonly previousRect: Box; readonly currentRect: Box };
  type Entry = PerformanceEntry & {
    readonly value: number;
    readonly hadRecentInput: boolean;
    readonly sources: readonly Source[];
  };
  const shifts: Shift[] = [];
  Object.assign(globalThis, { shifts });
  const place = ({ x, y }: Box): string => `${Math.round(x)},${Math.round(y)}`;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as Entry[]) {
      if (entry.hadRecentInput) continue;
      const moved = entry.sources.map(({ node, previousRect, currentRect }) => {
        const words = node?.textContent?.trim().slice(0, 30) ?? '';
        return `${node?.nodeName.toLowerCase()} "${words}" from ${place(previousRect)} to ${place(currentRect)}`;
      });
      shifts.push({ value: entry.value, atMs: entry.startTime, moved });
    }
  }).observe({ type: 'layout-shift', buffered: true });
}

/** What moved since the page was opened, once it stands still; the sum comes with it. */
export async function shiftsOf(page: Page): Promise<{ readonly total: number; readonly shifts: readonly Shift[] }> {
  const began = await page.evaluate(() => performance.now());
  await page.waitForFunction(
    ([from, stillMs]) => {
      const { shifts } = globalThis as unknown as { readonly shifts: readonly Shift[] };
      return performance.now() - Math.max(from ?? 0, shifts.at(-1)?.atMs ?? 0) > (stillMs ?? 0);
    },
    [began, STILL_MS],
  );
  const shifts = await page.evaluate(() => (globalThis as unknown as { readonly shifts: readonly Shift[] }).shifts);
  return { total: shifts.reduce((sum, { value }) => sum + value, 0), shifts };
}
