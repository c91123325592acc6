import { formatDayTime, formatMoment, formatSpan } from '../format/times.ts';
import { useShortcut } from '../kit/shortcuts.ts';
import classes from './range-picker.module.css';
import {
  latestRanges,
  moveStretch,
  phaseStart,
  SHORTEST_MS,
  sameRange,
  type TimeRange,
  zoomStretch,
} from './time-range.ts';
import type { PageRange } from './use-time-range.ts';

const names: Readonly<Record<string, string>> = { '15m': '15 m', '1h': '1 h', '6h': '6 h', '24h': '24 h' };

/** Which time all charts of the page show: ranges that end now, those of the plan, and a step earlier, later or out. */
export function RangePicker({ page }: { readonly page: PageRange }) {
  const { range, otherwise, stretch, now, choose, zoom, live, times } = page;
  const middle = (stretch.from + stretch.to) / 2;
  const earlier = (): void => zoom(moveStretch(stretch, -0.5, now));
  const later = (): void => {
    const moved = moveStretch(stretch, 0.5, now);
    if (moved.to < now - SHORTEST_MS / 2) zoom(moved);
    else choose(nearestLive(stretch.to - stretch.from));
  };
  const wider = (): void => zoom(zoomStretch(stretch, middle, 2, now));
  useShortcut('[', 'earlier', earlier);
  useShortcut(']', 'later', live ? undefined : later);

  const launched = times.launch !== undefined && times.launch < now - SHORTEST_MS;
  const begun = phaseStart(times);
  const choices: readonly { readonly to: TimeRange; readonly name: string; readonly title: string }[] = [
    ...(otherwise.kind === 'around'
      ? [{ to: otherwise, name: 'around it', title: 'From before it began to after it ended' }]
      : []),
    ...Object.keys(latestRanges).map((name) => ({
      to: { kind: 'latest', name: name as keyof typeof latestRanges } as const,
      name: names[name] ?? name,
      title: `The last ${names[name] ?? name}`,
    })),
    ...(launched ? [{ to: { kind: 'launch' } as const, name: 'since T+0', title: 'Everything since the launch' }] : []),
    ...(begun !== undefined && begun < now - SHORTEST_MS && begun !== times.launch
      ? [{ to: { kind: 'phase' } as const, name: times.phase ?? 'phase', title: `Since ${times.phase} began` }]
      : []),
  ];
  return (
    <fieldset className={classes.picker}>
      <legend className="wb-spoken">Time range of all charts</legend>
      {choices.map(({ to, name, title }) => (
        <button key={name} type="button" title={title} aria-pressed={sameRange(range, to)} onClick={() => choose(to)}>
          {name}
        </button>
      ))}
      <span className={classes.steps}>
        <button type="button" onClick={earlier} title="Earlier ([)" aria-label="Earlier">
          ‹
        </button>
        <button type="button" onClick={wider} title="Wider" aria-label="Wider">
          −
        </button>
        <button type="button" onClick={later} disabled={live} title="Later (])" aria-label="Later">
          ›
        </button>
      </span>
      {range.kind !== 'between' ? null : (
        <button
          type="button"
          aria-pressed="true"
          className={classes.chosen}
          title={`${formatDayTime(stretch.from)} to ${formatDayTime(stretch.to)}, ${formatSpan(stretch.to - stretch.from)}`}
          aria-label={`${formatMoment(stretch.from, now)} to ${formatMoment(stretch.to, now)}: ${otherwise.kind === 'around' ? 'back to around it' : 'back to now'}`}
          onClick={() => choose(otherwise)}
        >
          {formatMoment(stretch.from, now)} – {formatMoment(stretch.to, now)} <span aria-hidden="true">✕</span>
        </button>
      )}
    </fieldset>
  );
}

/** The range that ends now and is nearest to a length. */
function nearestLive(lengthMs: number): TimeRange {
  const entries = Object.entries(latestRanges) as [keyof typeof latestRanges, number][];
  const [name] = entries.reduce((best, one) =>
    Math.abs(one[1] - lengthMs) < Math.abs(best[1] - lengthMs) ? one : best,
  );
  return { kind: 'latest', name };
}
