import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { StoredEventAnswer } from '#contract/data.ts';
import { LogRow } from './log-row.tsx';
import classes from './logs.module.css';
import { visibleRows } from './visible-rows.ts';

const WIDE = 32;
const NARROW = 64;
const TOUCHED = 44;

type Value = string | number | boolean;

interface LogListProps {
  readonly plan: string;
  readonly lines: readonly StoredEventAnswer[];
  readonly onFilter: (field: string, value: Value, against: boolean) => void;
  /** The end came into sight. */
  readonly onEnd?: (() => void) | undefined;
}

/** Lines in a box of their own, of which only those in sight are in the page. The arrow keys go from one to the next. */
export function LogList({ plan, lines, onFilter, onEnd }: LogListProps) {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ scrolled: 0, height: 600, width: 1_000 });
  const [current, setCurrent] = useState(0);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const [heights, setHeights] = useState<ReadonlyMap<string, number>>(new Map());
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const measure = (): void =>
      setView({ scrolled: element.scrollTop, height: element.clientHeight, width: element.clientWidth });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, []);
  const height = matchMedia('(max-width: 760px)').matches
    ? NARROW
    : matchMedia('(pointer: coarse)').matches
      ? TOUCHED
      : WIDE;
  const open = useMemo(() => {
    const found = new Map<number, number>();
    if (opened.size > 0) {
      for (const [place, { id }] of lines.entries()) if (opened.has(id)) found.set(place, heights.get(id) ?? height);
    }
    return found;
  }, [lines, opened, heights, height]);
  const { first, end, above, whole } = visibleRows({ count: lines.length, height, open }, view.scrolled, view.height);
  const measured = useCallback((id: string, own: number) => {
    setHeights((before) => (before.get(id) === own ? before : new Map(before).set(id, own)));
  }, []);
  const toggle = useCallback((id: string) => {
    setOpened((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  }, []);
  const nearEnd = lines.length > 0 && end >= lines.length;
  useEffect(() => {
    if (nearEnd) onEnd?.();
  }, [nearEnd, onEnd]);
  const go = (step: 1 | -1): void => {
    const heads = [...(box.current?.querySelectorAll<HTMLElement>('[data-line-head]') ?? [])];
    const at = heads.indexOf(document.activeElement as HTMLElement);
    const next = heads[at + step];
    next?.focus();
    // Rows that are not in sight yet come into the page as it scrolls.
    next?.scrollIntoView({ block: 'nearest' });
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the arrow keys of the buttons within come up to here
    <div
      ref={box}
      className={classes.lines}
      data-lines={lines.length}
      onFocus={(event) => {
        const place = event.target.closest('[data-line-head]')?.closest('li')?.getAttribute('aria-posinset');
        if (place !== null && place !== undefined) setCurrent(Number(place) - 1);
      }}
      onKeyDown={(event) => {
        if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
        if (!(event.target instanceof Element) || event.target.closest('[data-line-head]') === null) return;
        event.preventDefault();
        go(event.key === 'ArrowDown' ? 1 : -1);
      }}
    >
      <ol className={classes.allLines} style={{ height: whole }}>
        {lines.slice(first, end).map((line, index) => (
          <LogRow
            key={line.id}
            plan={plan}
            line={line}
            place={first + index}
            of={lines.length}
            height={height}
            top={topOf(first, index, above, height, open)}
            opened={opened.has(line.id)}
            current={first + index === Math.max(first, Math.min(current, end - 1))}
            onToggle={toggle}
            onMeasured={measured}
            onFilter={onFilter}
          />
        ))}
      </ol>
    </div>
  );
}

function topOf(first: number, index: number, above: number, height: number, open: ReadonlyMap<number, number>): number {
  let top = above + index * height;
  for (const [place, own] of open) if (place >= first && place < first + index) top += own - height;
  return top;
}
