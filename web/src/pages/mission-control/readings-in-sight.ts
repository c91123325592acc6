import { type RefObject, useEffect, useRef, useState } from 'react';
import type { LiveReading } from '#contract/live.ts';
import { useLive } from '../../api/live.tsx';
import { useNow } from '../../kit/now.ts';

/** How often a tile outside of the window takes over what is new. */
const OUT_OF_SIGHT_MS = 2_000;
/** Tiles this near to the window count as seen: they are current before they come into sight. */
const NEAR = '400px';

const watchers = new Map<Element, (seen: boolean) => void>();
let observer: IntersectionObserver | undefined;

function watch(element: Element, tell: (seen: boolean) => void): () => void {
  observer ??= new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) watchers.get(target)?.(isIntersecting);
    },
    { rootMargin: NEAR },
  );
  watchers.set(element, tell);
  observer.observe(element);
  return () => {
    watchers.delete(element);
    observer?.unobserve(element);
  };
}

const noReadings: readonly LiveReading[] = [];

/**
 * The readings of a signal: of a tile in sight at once, of one that nobody sees every other second. With hundreds of tiles it is this that
 * keeps the page calm.
 */
export function useReadingsInSight(signal: string, place: RefObject<Element | null>): readonly LiveReading[] {
  const [seen, setSeen] = useState(true);
  useEffect(() => (place.current === null ? undefined : watch(place.current, setSeen)), [place]);
  const held = useRef<{ readonly readings: readonly LiveReading[]; readonly turn: number }>({
    readings: noReadings,
    turn: 0,
  });
  const turn = useNow(OUT_OF_SIGHT_MS);
  return useLive((snapshot) => {
    if (!seen && held.current.turn === turn && held.current.readings !== noReadings) return held.current.readings;
    const readings = snapshot.signals.get(signal) ?? noReadings;
    held.current = { readings, turn };
    return readings;
  });
}
