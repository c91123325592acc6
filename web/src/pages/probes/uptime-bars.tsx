import { useId } from 'react';
import type { UptimeAnswer } from '#contract/probes.ts';
import { formatMoment } from '../../format/times.ts';
import { partText, unknownText, uptimeText } from './probe-words.ts';
import classes from './probes.module.css';

interface UptimeBarsProps {
  readonly uptime: UptimeAnswer;
  /** Which time it is: "24 h". */
  readonly over: string;
  readonly height?: number;
}

const BAR = 10;
const GAP = 2;
/** Below it nobody would see that it was down for a moment. */
const SEEN = 4;

/** Uptime by equal parts of a time: up below, down above, and hatched what nobody knows. */
export function UptimeBars({ uptime, over, height = 28 }: UptimeBarsProps) {
  const hatch = useId();
  const { parts, from, to } = uptime;
  const start = Date.parse(from);
  const stepMs = (Date.parse(to) - start) / Math.max(1, parts.length);
  const unknown = unknownText(uptime);
  const label = `${over}: uptime ${uptimeText(uptime.uptime)}${unknown === undefined ? '' : `, ${unknown}`}`;
  return (
    <svg
      className={classes.bars}
      viewBox={`0 0 ${parts.length * BAR} ${height}`}
      height={height}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <defs>
        <pattern id={hatch} width="5" height="5" patternUnits="userSpaceOnUse">
          <rect className={classes.hatchGround} width="5" height="5" />
          <path className={classes.hatch} d="M0 5 5 0" />
        </pattern>
      </defs>
      {parts.map((part, index) => {
        const total = part.upMs + part.downMs + part.unknownMs;
        const down = part.downMs === 0 ? 0 : Math.max(SEEN, (part.downMs / total) * height);
        const unknownHeight = Math.min(height - down, (part.unknownMs / total) * height);
        const x = index * BAR + GAP / 2;
        const width = BAR - GAP;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place in time
          <g key={index}>
            <title>{`${formatMoment(start + index * stepMs, Date.parse(to))}: ${partText(part)}`}</title>
            <rect className={classes.down} x={x} width={width} y={0} height={down} />
            <rect fill={`url(#${hatch})`} x={x} width={width} y={down} height={unknownHeight} />
            <rect
              className={classes.up}
              x={x}
              width={width}
              y={down + unknownHeight}
              height={Math.max(0, height - down - unknownHeight)}
            />
          </g>
        );
      })}
    </svg>
  );
}

/** The bars with the figure beside them. */
export function Uptime({ uptime, over }: Pick<UptimeBarsProps, 'uptime' | 'over'>) {
  const unknown = unknownText(uptime);
  return (
    <span className={classes.uptime}>
      <span className={classes.uptimeHead}>
        <span className={classes.figure} data-uptime={over}>
          {uptimeText(uptime.uptime)}
        </span>
        <span className={classes.quiet}>
          {over}
          {unknown === undefined ? '' : `, ${unknown}`}
        </span>
      </span>
      <UptimeBars uptime={uptime} over={over} />
    </span>
  );
}
