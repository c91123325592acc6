import { readerLocale, readerZone } from './locale.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatWith(
  locale: string,
  zone: string,
  name: string,
  options: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat {
  const key = `${locale} ${zone} ${name}`;
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(locale, { ...options, timeZone: zone });
    formats.set(key, format);
  }
  return format;
}

/** Time of day, `13:52`. */
export function formatTime(at: number, locale: string = readerLocale, zone: string = readerZone): string {
  return formatWith(locale, zone, 'time', { hour: '2-digit', minute: '2-digit' }).format(at);
}

/** Time of day with seconds. */
export function formatTimeExact(at: number, locale: string = readerLocale, zone: string = readerZone): string {
  return formatWith(locale, zone, 'exact', { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(at);
}

/** Time of day with milliseconds, where the reader's language has them: `13:52:07.042`, `01:52:07.042 PM`. */
export function formatTimeMs(at: number, locale: string = readerLocale, zone: string = readerZone): string {
  const options = { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 } as const;
  return formatWith(locale, zone, 'ms', options).format(at);
}

/** Day and time, `3 Mar, 13:52`. */
export function formatDayTime(at: number, locale: string = readerLocale, zone: string = readerZone): string {
  const options = { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' } as const;
  return formatWith(locale, zone, 'day-time', options).format(at);
}

/** Everything, with the zone: for the hover of a shorter form. */
export function formatInstantFull(at: number, locale: string = readerLocale, zone: string = readerZone): string {
  return formatWith(locale, zone, 'full', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  }).format(at);
}

/** The time alone today, with its day otherwise. */
export function formatMoment(
  at: number,
  now: number,
  locale: string = readerLocale,
  zone: string = readerZone,
): string {
  const day = formatWith(locale, zone, 'day', { year: 'numeric', month: 'numeric', day: 'numeric' });
  return day.format(at) === day.format(now) ? formatTime(at, locale, zone) : formatDayTime(at, locale, zone);
}

/** As `formatMoment`, to the second. */
export function formatMomentExact(
  at: number,
  now: number,
  locale: string = readerLocale,
  zone: string = readerZone,
): string {
  const day = formatWith(locale, zone, 'day', { year: 'numeric', month: 'numeric', day: 'numeric' });
  if (day.format(at) === day.format(now)) return formatTimeExact(at, locale, zone);
  return `${formatWith(locale, zone, 'short-day', { day: 'numeric', month: 'short' }).format(at)}, ${formatTimeExact(at, locale, zone)}`;
}

/** How long, in its two largest parts: `3 min 10 s`, `2 h 5 min`, `12 s`. */
export function formatSpan(durationMs: number): string {
  const seconds = Math.max(0, Math.round(durationMs / SECOND));
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  if (first === -1) return '0 s';
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

/** How long ago: `12 s ago`, `in 5 min`; its largest part only. */
export function formatAge(ageMs: number): string {
  const size = Math.abs(ageMs);
  const text =
    size < 1_000
      ? undefined
      : size < MINUTE
        ? `${Math.floor(size / SECOND)} s`
        : size < HOUR
          ? `${Math.floor(size / MINUTE)} min`
          : size < DAY
            ? `${Math.floor(size / HOUR)} h`
            : `${Math.floor(size / DAY)} d`;
  if (text === undefined) return 'now';
  return ageMs < 0 ? `in ${text}` : `${text} ago`;
}

/** The launch clock: `T+ 1d 03:12:45`, `T− 00:04:10` before it. */
export function formatLaunchClock(now: number, launch: number): string {
  const before = now < launch;
  // Before the launch it counts down to zero, so that it says 00:00:01 in the last second.
  const seconds = before ? Math.ceil((launch - now) / SECOND) : Math.floor((now - launch) / SECOND);
  const days = Math.floor(seconds / 86_400);
  const two = (value: number): string => String(value).padStart(2, '0');
  const clock = `${two(Math.floor(seconds / 3_600) % 24)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return `T${before ? '−' : '+'} ${days > 0 ? `${days}d ` : ''}${clock}`;
}

/** An offset from T+0 in words for scales: `T+48h`, `T+30d`. */
export function formatLaunchOffset(at: number, launch: number): string {
  const offset = at - launch;
  const sign = offset < 0 ? '−' : '+';
  const size = Math.abs(offset);
  if (size === 0) return 'T+0';
  if (size % DAY === 0 && size >= 3 * DAY) return `T${sign}${size / DAY}d`;
  if (size % HOUR === 0) return `T${sign}${size / HOUR}h`;
  if (size < HOUR) return `T${sign}${Math.round(size / MINUTE)}m`;
  return size >= 3 * DAY ? `T${sign}${(size / DAY).toFixed(1)}d` : `T${sign}${(size / HOUR).toFixed(1)}h`;
}
