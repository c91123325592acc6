import { Link } from '@tanstack/react-router';
import { formatMoment, formatSpan } from '../format/times.ts';
import { placeAlerts } from './alert-lanes.ts';
import { type AlertSpan, groupName } from './chart-lines.ts';
import type { Drawing } from './chart-option.ts';
import classes from './time-chart.module.css';

const LANES = 3;
const LANE_HEIGHT = 24;
/** A pointer hits nothing narrower; what is drawn is as long as the alert was. */
const TARGET_WIDTH = 24;
/** Below this many pixels a span has no room for its name. */
const NAME_WIDTH = 44;

interface AlertLaneProps {
  readonly alerts: readonly AlertSpan[];
  readonly drawing: Drawing;
  /** Pixels from the left for an instant. */
  readonly place: (at: number) => number;
  readonly address: (alert: string) => string;
  readonly current: string | undefined;
}

/** Alerts as spans above the plot, each a link to its page. One row is always there, so that the first alert moves nothing. */
export function AlertLane({ alerts, drawing, place, address, current }: AlertLaneProps) {
  const { range, now } = drawing;
  const { placed, hidden } = placeAlerts(alerts, range, now, LANES);
  const lanes = placed.reduce((most, { lane }) => Math.max(most, lane + 1), 1);
  return (
    <div className={classes.alerts} style={{ height: lanes * LANE_HEIGHT }}>
      {placed.map(({ span, lane, from, to }) => {
        const left = place(from);
        const width = Math.max(6, place(to) - left);
        // At the right edge there is room only to the left.
        const targetLeft = Math.min(left, drawing.box.width - drawing.box.right - TARGET_WIDTH);
        const open = span.to === undefined;
        const group = span.group.length === 0 ? '' : ` (${groupName(span.group, '')})`;
        const lasted = formatSpan((span.to ?? now) - span.from);
        const words = `${span.alert} ${span.rule}${group}, ${span.severity}: fired ${formatMoment(span.from, now)}, ${open ? `open for ${lasted}` : `lasted ${lasted}`}`;
        return (
          <Link
            key={span.alert}
            to={address(span.alert)}
            className={classes.alertLink}
            style={{
              left: width < TARGET_WIDTH ? targetLeft : left,
              width: Math.max(width, TARGET_WIDTH),
              top: lane * LANE_HEIGHT,
            }}
            title={words}
            aria-label={words}
          >
            <span
              className={classes.alert}
              data-open={open ? '' : undefined}
              data-current={span.alert === current ? '' : undefined}
              style={{ width, marginInlineStart: width < TARGET_WIDTH ? left - targetLeft : 0 }}
            >
              {width >= NAME_WIDTH ? `${span.alert} ${span.rule}${group}` : ''}
            </span>
          </Link>
        );
      })}
      {hidden === 0 ? null : <span className={classes.hidden}>{hidden} more alerts</span>}
    </div>
  );
}
