import { useSyncExternalStore } from 'react';
import { useLive } from '../api/live.tsx';
import { formatSpan } from '../format/times.ts';
import { useNow } from '../kit/now.ts';
import { StateMark } from '../kit/state-mark.tsx';
import classes from './live-mark.module.css';

/** From this age on the figures are old enough to say so. */
const OLD_MS = 5_000;

function useOnline(): boolean {
  return useSyncExternalStore(
    (listener) => {
      window.addEventListener('online', listener);
      window.addEventListener('offline', listener);
      return () => {
        window.removeEventListener('online', listener);
        window.removeEventListener('offline', listener);
      };
    },
    () => navigator.onLine,
  );
}

/** How old the figures are, in whole seconds; undefined before the first came. */
export function useFiguresAge(): number | undefined {
  const now = useNow(1_000);
  // Rounded, so that a stream that advances every second draws nothing again.
  return useLive((snapshot) =>
    snapshot.watermark === undefined ? undefined : Math.max(0, Math.floor((now - snapshot.watermark) / 1_000) * 1_000),
  );
}

/** Whether what is shown is no longer what is. */
export function useStale(): boolean {
  const connection = useLive((snapshot) => snapshot.connection);
  const age = useFiguresAge();
  return connection === 'away' || (age !== undefined && age > OLD_MS);
}

/** Whether the page is connected, and how old its figures are when they are not of now. */
export function LiveMark() {
  const connection = useLive((snapshot) => snapshot.connection);
  const age = useFiguresAge();
  const online = useOnline();
  const old = age !== undefined && age > OLD_MS ? `, figures ${formatSpan(age)} old` : '';
  return (
    <span className={classes.mark} aria-live="polite" data-connection={connection}>
      {connection === 'live' ? (
        old === '' ? (
          <StateMark tone="good" word="live" />
        ) : (
          <StateMark tone="warning" word={`live${old}`} />
        )
      ) : connection === 'connecting' ? (
        <StateMark tone="none" word="connecting" quiet />
      ) : (
        <StateMark tone="warning" word={`${online ? 'reconnecting' : 'offline'}${old}`} />
      )}
    </span>
  );
}
