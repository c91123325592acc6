import type { HealthAnswer } from '#contract/health.ts';
import { Sparkline } from '../../kit/sparkline.tsx';
import classes from './health.module.css';

type History = HealthAnswer['history'];
export type CourseName = Exclude<keyof History, 'stepMs' | 'until'>;

/** A server that has just started shows what it has, not an hour of nothing. */
const SHORTEST_MS = 600_000;

/** The last hour of a figure; a time in which it was not known is a gap. */
export function Course({
  history,
  of,
  label,
}: {
  readonly history: History;
  readonly of: CourseName;
  readonly label: string;
}) {
  const until = Date.parse(history.until);
  const values = history[of];
  const points = values.map((value, index) => ({
    at: until - (values.length - 1 - index) * history.stepMs,
    value: value ?? undefined,
  }));
  return (
    <span className={classes.course}>
      <Sparkline
        points={points}
        from={until - Math.max(SHORTEST_MS, (values.length - 1) * history.stepMs)}
        to={until}
        label={label}
        width={160}
      />
    </span>
  );
}
