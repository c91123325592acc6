import { useSyncExternalStore } from 'react';

type Listener = () => void;

const listeners = new Set<Listener>();
let timer: ReturnType<typeof setInterval> | undefined;
let second = Math.floor(Date.now() / 1_000);

function subscribe(listener: Listener): () => void {
  listeners.add(listener);
  // One timer for the whole page, and none while nobody looks at a clock.
  timer ??= setInterval(tick, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

function tick(): void {
  second = Math.floor(Date.now() / 1_000);
  for (const listener of listeners) listener();
}

/**
 * The time rounded down to `everyMs` (a multiple of a second). A component that uses it draws itself again only when that changes, so
 * an age in minutes costs nothing each second.
 */
export function useNow(everyMs: number): number {
  return useSyncExternalStore(subscribe, () => Math.floor((second * 1_000) / everyMs) * everyMs);
}
