import { usePlanZone } from '../api/plan-zone.ts';
import { readerZone } from '../format/locale.ts';
import { formatAge, formatDayTime, formatInstantFull, formatMoment } from '../format/times.ts';
import { useNow } from './now.ts';

interface TimeTextProps {
  /** ISO text or epoch milliseconds. */
  readonly at: string | number;
  /** `moment` is the time, with its day unless that is today; `day` always has both; `age` is how long ago and counts on. */
  readonly show?: 'moment' | 'day' | 'age';
}

/** A time in the reader's zone; hovering it shows all of it, and in the plan's zone where that is another. */
export function TimeText({ at, show = 'moment' }: TimeTextProps) {
  return show === 'age' ? <Age at={toInstant(at)} /> : <Moment at={toInstant(at)} withDay={show === 'day'} />;
}

function Moment({ at, withDay }: { readonly at: number; readonly withDay: boolean }) {
  const now = useNow(60_000);
  const title = useTitle(at);
  return (
    <time dateTime={new Date(at).toISOString()} title={title}>
      {withDay ? formatDayTime(at) : formatMoment(at, now)}
    </time>
  );
}

function Age({ at }: { readonly at: number }) {
  const now = useNow(1_000);
  const title = useTitle(at);
  return (
    <time dateTime={new Date(at).toISOString()} title={title}>
      {formatAge(now - at)}
    </time>
  );
}

function useTitle(at: number): string {
  const zone = usePlanZone();
  const own = formatInstantFull(at);
  return zone === undefined || zone === readerZone ? own : `${own}\n${formatInstantFull(at, undefined, zone)}`;
}

function toInstant(at: string | number): number {
  return typeof at === 'number' ? at : Date.parse(at);
}
