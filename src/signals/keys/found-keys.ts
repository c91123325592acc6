import { limits } from '#kernel/limits.ts';
import type { Found } from '#plan/reading.ts';
import type { FigureWindow } from '../figure-window.ts';

/** The keys that the measures of a figure count; undefined when there are none. */
export function foundKeys(windows: readonly FigureWindow[]): Found | undefined {
  const offending = windows.map((window) => window.offending?.()).filter((one) => one !== undefined);
  if (offending.length === 0) return undefined;
  const all = offending.flatMap(({ keys }) => keys);
  const keys = all.slice(0, limits.keysShown);
  const moreKeys = offending.reduce((sum, { more }) => sum + more, all.length - keys.length);
  return { keys, ...(moreKeys > 0 && { moreKeys }) };
}
