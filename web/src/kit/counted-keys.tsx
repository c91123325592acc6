import type { LiveReading } from '#contract/live.ts';
import { formatCount } from '../format/numbers.ts';
import classes from './counted-keys.module.css';

/** The values that a figure counts, as they were sent: those that came twice, or lack their partner. */
export function CountedKeys({ shown, more }: NonNullable<LiveReading['keys']>) {
  return (
    <ul className={classes.keys} aria-label="Values that it counts">
      {shown.map((key) => (
        <li key={key}>
          <code>{key}</code>
        </li>
      ))}
      {more === 0 ? null : <li className={classes.more}>and {formatCount(more)} more</li>}
    </ul>
  );
}
