import { createContext, type ReactNode, use, useEffect, useRef, useSyncExternalStore } from 'react';
import type { LiveReading } from '#contract/live.ts';
import { openLiveConnection } from './live-connection.ts';
import { createLiveStore, type LiveSnapshot, type LiveStore } from './live-store.ts';

export const LiveContext = createContext<LiveStore | undefined>(undefined);

const makeStore = (): LiveStore => createLiveStore({ onNextFrame: whenDrawn, now: () => Date.now() });

/** More often than this nobody reads a figure, however often it comes. */
const DRAWN_EVERY_MS = 100;
/** In a tab that is not looked at no frames come; a slow timer then keeps the figures current. */
const HIDDEN_EVERY_MS = 1_000;
let drawnAt = 0;

function whenDrawn(run: () => void): void {
  if (document.visibilityState !== 'visible') {
    setTimeout(run, HIDDEN_EVERY_MS);
    return;
  }
  const draw = (): void => {
    requestAnimationFrame(() => {
      drawnAt = performance.now();
      run();
    });
  };
  const waitMs = drawnAt + DRAWN_EVERY_MS - performance.now();
  if (waitMs > 0) setTimeout(draw, waitMs);
  else draw();
}

/** Keeps the stream of one plan open for everything inside. Give it the plan as its key. */
export function LiveProvider({ plan, children }: { readonly plan: string; readonly children: ReactNode }) {
  const held = useRef<LiveStore>(undefined);
  held.current ??= makeStore();
  const store = held.current;
  useEffect(() => openLiveConnection(plan, store), [plan, store]);
  return <LiveContext value={store}>{children}</LiveContext>;
}

/**
 * A part of what is live. `select` has to give the same object as long as its part has not changed: pick, do not build; only then does a
 * component draw itself when its own part changes.
 */
export function useLive<Part>(select: (snapshot: LiveSnapshot) => Part): Part {
  const store = use(LiveContext);
  if (store === undefined) throw new Error('useLive needs a LiveProvider around it.');
  return useSyncExternalStore(store.subscribe, () => select(store.snapshot()));
}

/** Whether the stream has told how all stands, or cannot now. Until then a page keeps places free, so that it fills them once. */
export function useSettled(): boolean {
  return useLive((snapshot) => snapshot.plan !== undefined || snapshot.connection === 'away');
}

const noReadings: readonly LiveReading[] = [];

/** The readings of one signal, one a group. */
export function useReadings(signal: string): readonly LiveReading[] {
  return useLive((snapshot) => snapshot.signals.get(signal) ?? noReadings);
}
