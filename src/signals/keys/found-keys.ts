import { limits } from '#kernel/limits.ts';
import { type Found, type GroupKey, UNGROUPED } from '#plan/reading.ts';
import type { FigureWindow } from '../figure-window.ts';

/** The keys that the measures of a figure count in a group; undefined when there are none. */
export function foundKeys(windows: readonly FigureWindow[], group: GroupKey): Found | undefined {
  const of = (window: FigureWindow) => window.offending?.(window.grouped ? group : UNGROUPED);
  const offending = windows.map(of).filter((one) => one !== undefined);
  if (offending.length === 0) return undefined;
  const all = offending.flatMap(({ keys }) => keys);
  const keys = all.slice(0, limits.keysShown);
  const moreKeys = offending.reduce((sum, { more }) => sum + more, all.length - keys.length);
  return { keys, ...(moreKeys > 0 && { moreKeys }) };
}
