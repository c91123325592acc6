import { useCallback, useMemo, useRef, useState } from 'react';
import type { LiveReading } from '#contract/live.ts';
import type { SignalSeriesAnswer } from '#contract/signals.ts';
import { useLive, useReadings } from '../../api/live.tsx';
import { sameGroup } from '../../api/live-state.ts';
import { trailKey } from '../../api/trails.ts';
import { appendSeen, type ChartLine, type ChartSeries, chartSeries } from '../../charts/chart-lines.ts';
import { useSignalSeries } from '../../charts/use-series.ts';
import type { PageRange } from '../../charts/use-time-range.ts';
import { chosenLines, toggleLine } from './chosen-lines.ts';

/** The lines of a signal over the page's range, with what came live since, and which of them are drawn. */
export interface ShownLines {
  /** Undefined until they came. */
  readonly series: ChartSeries | undefined;
  /** Of an availability with a target. */
  readonly budget: SignalSeriesAnswer['budget'];
  readonly lines: readonly ChartLine[];
  readonly shown: readonly ChartLine[];
  readonly toggle: (key: string) => void;
  readonly error: Error | null;
  readonly retry: () => void;
}

const none: readonly ChartLine[] = [];

export function useShownLines(plan: string, name: string, page: PageRange): ShownLines {
  const { data, error, refetch } = useSignalSeries(plan, name, page);
  const [chosen, setChosen] = useState<readonly string[]>();
  const trails = useLive((snapshot) => snapshot.trails);
  // Read when the clock goes on, a few times a minute: a line need not be drawn again for every reading.
  const latest = useReadings(name);
  const readings = useRef(latest);
  readings.current = latest;
  const stored = useMemo(() => {
    const own = data?.series.find(({ signal }) => signal === name);
    return data === undefined || own === undefined ? undefined : chartSeries(data, own);
  }, [data, name]);
  const lines = useMemo(() => {
    if (stored === undefined) return none;
    if (!page.live) return stored.lines;
    return stored.lines.map((line) => {
      const seen = trails.get(trailKey(name, line.group)) ?? [];
      return appendSeen(appendSeen(line, seen), endPoint(readings.current, line.group, page.now));
    });
  }, [stored, trails, name, page.live, page.now]);
  const shown = useMemo(() => chosenLines(lines, chosen), [lines, chosen]);
  const toggle = useCallback(
    (key: string) => setChosen((before) => toggleLine(chosenLines(lines, before), key)),
    [lines],
  );
  const budget = data?.series.find(({ signal }) => signal === name)?.budget;
  return { series: stored, budget, lines, shown, toggle, error, retry: () => void refetch() };
}

/** A live line ends with what is read now. What is not judged has no place on it. */
function endPoint(readings: readonly LiveReading[], group: readonly string[], now: number) {
  const reading = readings.find((one) => sameGroup(one.group, group));
  return reading?.value === undefined || reading.state === 'too few' ? [] : [{ at: now, value: reading.value }];
}
