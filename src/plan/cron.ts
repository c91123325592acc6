import { type Instant, MINUTE_MS } from '#kernel/instant.ts';
import { fail, ok, type Result } from '#kernel/result.ts';

/**
 * Cron expressions of five fields (minute, hour, day of the month, month, day of the week), as `man 5 crontab` has them: `*`, numbers,
 * ranges `1-5`, steps `*\/15` and `1-30/2`, lists `1,15`, and the English names of months and days. When both days are said, either suffices.
 */
export interface Cron {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly daysOfMonth: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  /** 0 is Sunday. */
  readonly daysOfWeek: ReadonlySet<number>;
  /** Both fields of days are said, and one of them suffices. */
  readonly eitherDay: boolean;
}

interface CronField {
  readonly what: string;
  readonly low: number;
  readonly high: number;
  readonly names: readonly string[];
}

const FIELDS: readonly CronField[] = [
  { what: 'minute', low: 0, high: 59, names: [] },
  { what: 'hour', low: 0, high: 23, names: [] },
  { what: 'day of the month', low: 1, high: 31, names: [] },
  {
    what: 'month',
    low: 1,
    high: 12,
    names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  { what: 'day of the week', low: 0, high: 7, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];

/** No schedule that ever comes has a longer gap: the 29th of February around 1900 or 2100. */
const HORIZON_DAYS = 8 * 366 + 1;

/** Reads an expression; the failure says which field is wrong. */
export function readCron(text: string): Result<Cron, string> {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== FIELDS.length) {
    return fail(`\`${text}\` has ${fields.length === 1 ? 'one field' : `${fields.length} fields`} and not five.`);
  }
  const sets: ReadonlySet<number>[] = [];
  for (const [place, field] of FIELDS.entries()) {
    const read = readField(fields[place] ?? '', field);
    if (read === undefined) {
      return fail(`\`${fields[place]}\` is no ${field.what} (${field.low} to ${field.high}).`);
    }
    sets.push(read);
  }
  const [minutes, hours, daysOfMonth, months, week] = sets as [
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
  ];
  const daysOfWeek = new Set([...week].map((day) => day % 7));
  const eitherDay = !fields[2]?.startsWith('*') && !fields[4]?.startsWith('*');
  const cron: Cron = { minutes, hours, daysOfMonth, months, daysOfWeek, eitherDay };
  return comesEver(cron) ? ok(cron) : fail(`\`${text}\` names a day that no month has.`);
}

/** The first due instant after `after` (exclusive), in the zone. A local time that is skipped in spring is due when the clock has jumped over it; one that comes twice in autumn is due once. */
export function nextDue(cron: Cron, after: Instant, timeZone: string): Instant {
  return find(cron, after, timeZone, 1);
}

/** The last due instant at or before `until` (inclusive). */
export function previousDue(cron: Cron, until: Instant, timeZone: string): Instant {
  return find(cron, until, timeZone, -1);
}

function find(cron: Cron, from: Instant, timeZone: string, direction: 1 | -1): Instant {
  const start = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(timeZone).toPlainDate();
  // A skipped hour can carry an instant of one date into the next, so the search begins a day early.
  let date = start.subtract({ days: direction });
  for (let searched = 0; searched <= HORIZON_DAYS; searched += 1) {
    if (isDay(cron, date)) {
      const found = ofDay(cron, date, timeZone).filter((at) => (direction === 1 ? at > from : at <= from));
      if (found.length > 0) return direction === 1 ? Math.min(...found) : Math.max(...found);
    }
    date = date.add({ days: direction });
  }
  throw new Error('a cron expression that was read is due within eight years');
}

function isDay(cron: Cron, date: Temporal.PlainDate): boolean {
  if (!cron.months.has(date.month)) return false;
  const ofMonth = cron.daysOfMonth.has(date.day);
  const ofWeek = cron.daysOfWeek.has(date.dayOfWeek % 7);
  return cron.eitherDay ? ofMonth || ofWeek : ofMonth && ofWeek;
}

/** The days that were asked for last: on a day on which clocks change they are dear, and a minute later the same day is asked for again. */
const days = new WeakMap<Cron, Map<string, readonly Instant[]>>();
const DAYS_KEPT = 8;

function ofDay(cron: Cron, date: Temporal.PlainDate, timeZone: string): readonly Instant[] {
  const known = days.get(cron) ?? new Map<string, readonly Instant[]>();
  const key = `${date.toString()} ${timeZone}`;
  const found = known.get(key) ?? computeDay(cron, date, timeZone);
  if (known.size >= DAYS_KEPT && !known.has(key)) known.clear();
  known.set(key, found);
  days.set(cron, known);
  return found;
}

/** Its due instants whose local time is of this date. */
function computeDay(cron: Cron, date: Temporal.PlainDate, timeZone: string): readonly Instant[] {
  const midnight = date.toZonedDateTime(timeZone);
  const isPlain = midnight.hoursInDay === 24 && midnight.hour === 0;
  const instants: Instant[] = [];
  for (const hour of cron.hours) {
    for (const minute of cron.minutes) {
      const minutes = hour * 60 + minute;
      instants.push(
        isPlain
          ? midnight.epochMilliseconds + minutes * MINUTE_MS
          : dueAt(date.toPlainDateTime({ hour, minute }), timeZone),
      );
    }
  }
  return instants;
}

function dueAt(local: Temporal.PlainDateTime, timeZone: string): Instant {
  const zoned = local.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  if (zoned.toPlainDateTime().equals(local)) return zoned.epochMilliseconds;
  // Skipped: the clock jumps at the transition that follows the time which `earlier` gives.
  const jump = zoned.getTimeZoneTransition('next');
  return jump === null ? zoned.epochMilliseconds : jump.epochMilliseconds;
}

/** Whether any date satisfies it: `0 0 31 2 *` never does. */
function comesEver(cron: Cron): boolean {
  let date = Temporal.PlainDate.from('2096-01-01');
  if (cron.eitherDay) return true;
  for (let searched = 0; searched < HORIZON_DAYS; searched += 1) {
    if (isDay(cron, date)) return true;
    date = date.add({ days: 1 });
  }
  return false;
}

function readField(text: string, field: CronField): ReadonlySet<number> | undefined {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const found = /^(?:(?<all>\*)|(?<from>\w+)(?:-(?<to>\w+))?)(?:\/(?<step>\d{1,4}))?$/.exec(part)?.groups;
    if (found === undefined) return undefined;
    const step = found['step'] === undefined ? 1 : Number(found['step']);
    const from = found['all'] === '*' ? field.low : numberOf(found['from'], field);
    // `5/15` is from 5 on.
    const open = found['step'] === undefined ? from : field.high;
    const to = found['all'] === '*' ? field.high : found['to'] === undefined ? open : numberOf(found['to'], field);
    if (from === undefined || to === undefined || from > to || step < 1) return undefined;
    for (let value = from; value <= to; value += step) values.add(value);
  }
  return values;
}

function numberOf(text: string | undefined, { low, high, names }: CronField): number | undefined {
  if (text === undefined) return undefined;
  const named = names.indexOf(text.toLowerCase());
  const value = named >= 0 ? named + (low === 0 ? 0 : low) : /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  return value >= low && value <= high ? value : undefined;
}
