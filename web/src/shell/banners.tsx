import { useLive } from '../api/live.tsx';
import { formatSpan, formatTimeExact } from '../format/times.ts';
import { useNow } from '../kit/now.ts';
import { StateMark } from '../kit/state-mark.tsx';
import classes from './banners.module.css';

/** Shorter breaks are mended before anybody has read about them. */
const PATIENCE_MS = 3_000;

/** What Watchbill says of itself. It comes and goes, so it stands at the foot of what is seen: nothing that is read moves for it. */
export function Notices() {
  const notices = useLive((snapshot) => snapshot.plan?.notices);
  if (notices === undefined || notices.length === 0) return null;
  return (
    <div className={classes.foot}>
      <div className={classes.banner} data-tone="warning" role="status">
        <StateMark tone="warning" word="Watchbill" />
        <ul className={classes.notices}>
          {notices.map((notice) => (
            <li key={notice}>{notice}</li>
          ))}
        </ul>
      </div>
    </div>
  );
}

/** What people have to know before they believe a figure: that it is old. */
export function Disconnected() {
  const now = useNow(1_000);
  const connection = useLive((snapshot) => snapshot.connection);
  const heardAt = useLive((snapshot) => snapshot.heardAt);
  if (connection !== 'away' || (heardAt !== undefined && now - heardAt < PATIENCE_MS)) return null;
  return (
    <div className={classes.over}>
      <div className={classes.banner} data-tone="warning" role="alert">
        <StateMark tone="warning" word="Not connected" />
        <span>
          {heardAt === undefined
            ? 'The server does not answer; trying again.'
            : `What you see is of ${formatTimeExact(heardAt)}, ${formatSpan(now - heardAt)} ago. Trying again.`}
        </span>
      </div>
    </div>
  );
}
