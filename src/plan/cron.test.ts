import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Cron, nextDue, previousDue, readCron } from './cron.ts';

function cronOf(text: string): Cron {
  const read = readCron(text);
  if (!read.ok) throw new Error(read.failure);
  return read.value;
}

const at = (text: string): number => Date.parse(text);
const iso = (instant: number): string => new Date(instant).toISOString();

describe('reading', () => {
  test.each([
    ['*/15 * * * *', 'minutes', [0, 15, 30, 45]],
    ['5/20 * * * *', 'minutes', [5, 25, 45]],
    ['1,3-5,10-20/5 * * * *', 'minutes', [1, 3, 4, 5, 10, 15, 20]],
    ['0 9-17/4 * * *', 'hours', [9, 13, 17]],
    ['0 0 1 JAN-mar *', 'months', [1, 2, 3]],
    ['0 0 * * mon-fri', 'daysOfWeek', [1, 2, 3, 4, 5]],
    ['0 0 * * 5-7', 'daysOfWeek', [0, 5, 6]],
    ['0 0 * * sun', 'daysOfWeek', [0]],
  ] as const)('%s', (text, field, values) => {
    expect([...cronOf(text)[field]].toSorted((left, right) => left - right)).toEqual(values);
  });

  test.each([
    ['* * * *', '`* * * *` has 4 fields and not five.'],
    ['@daily', '`@daily` has one field and not five.'],
    ['60 * * * *', '`60` is no minute (0 to 59).'],
    ['0 24 * * *', '`24` is no hour (0 to 23).'],
    ['0 0 0 * *', '`0` is no day of the month (1 to 31).'],
    ['0 0 * foo *', '`foo` is no month (1 to 12).'],
    ['0 0 * * 8', '`8` is no day of the week (0 to 7).'],
    ['*/0 * * * *', '`*/0` is no minute (0 to 59).'],
    ['5-1 * * * *', '`5-1` is no minute (0 to 59).'],
    ['1,,2 * * * *', '`1,,2` is no minute (0 to 59).'],
    ['0 0 30 2 *', '`0 0 30 2 *` names a day that no month has.'],
  ])('%s is refused', (text, failure) => {
    expect(readCron(text)).toEqual({ ok: false, failure });
  });
});

describe('in Berlin', () => {
  const zone = 'Europe/Berlin';
  test.each([
    ['30 2 * * *', '2026-03-28T12:00:00Z', '2026-03-29T01:00:00.000Z', 'skipped, so due when the clock has jumped'],
    ['30 2 * * *', '2026-10-24T12:00:00Z', '2026-10-25T00:30:00.000Z', 'comes twice, due the first time'],
    ['30 2 * * *', '2026-10-25T00:30:00Z', '2026-10-26T01:30:00.000Z', 'and not a second time'],
    ['0 3 * * *', '2026-11-21T12:00:00Z', '2026-11-22T02:00:00.000Z', 'every night'],
    ['0 0 29 2 *', '2026-01-01T00:00:00Z', '2028-02-28T23:00:00.000Z', 'on the day that comes every four years'],
    ['0 12 13 * fri', '2026-11-21T12:00:00Z', '2026-11-27T11:00:00.000Z', 'on either day when both are said'],
  ])('%s after %s', (text, from, expected) => {
    expect(iso(nextDue(cronOf(text), at(from), zone))).toBe(expected);
    expect(iso(previousDue(cronOf(text), at(expected), zone))).toBe(expected);
  });
});

/** By asking each minute: whether its local time is named, and has not been on the clock before. */
function isDueAt(cron: Cron, instant: number, zone: string): boolean {
  const now = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
  const before = Temporal.Instant.fromEpochMilliseconds(instant - 60_000).toZonedDateTimeISO(zone);
  const skipped: Temporal.PlainDateTime[] = [];
  for (
    let local = before.toPlainDateTime().add({ minutes: 1 });
    Temporal.PlainDateTime.compare(local, now.toPlainDateTime()) < 0;
    local = local.add({ minutes: 1 })
  ) {
    skipped.push(local);
  }
  const local = now.toPlainDateTime();
  const first = local.toZonedDateTime(zone, { disambiguation: 'earlier' }).epochMilliseconds;
  return [...skipped, ...(first === instant ? [local] : [])].some((time) => {
    const ofMonth = cron.daysOfMonth.has(time.day);
    const ofWeek = cron.daysOfWeek.has(time.dayOfWeek % 7);
    const isDay = cron.eitherDay ? ofMonth || ofWeek : ofMonth && ofWeek;
    return cron.months.has(time.month) && isDay && cron.hours.has(time.hour) && cron.minutes.has(time.minute);
  });
}

const field = (low: number, high: number) =>
  fc.oneof(
    fc.constant('*'),
    fc.integer({ min: low, max: high }).map(String),
    fc.integer({ min: 2, max: 20 }).map((step) => `*/${step}`),
    fc
      .tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high }))
      .map(([left, right]) => `${Math.min(left, right)}-${Math.max(left, right)}`),
  );

test('next and previous are those that are found by asking minute by minute, across changes of the clocks', () => {
  fc.assert(
    fc.property(
      fc.tuple(
        field(0, 59),
        field(0, 23),
        fc.constantFrom('*', '*', '25', '1-28'),
        fc.constant('*'),
        fc.constantFrom('*', '*', 'sun', '1-5'),
      ),
      fc.constantFrom(
        ['Europe/Berlin', '2026-03-29T00:00:00Z'],
        ['Europe/Berlin', '2026-10-25T00:00:00Z'],
        ['Australia/Lord_Howe', '2026-04-04T14:00:00Z'],
        ['America/New_York', '2026-03-08T06:00:00Z'],
        ['Asia/Kolkata', '2026-05-01T00:00:00Z'],
      ),
      fc.integer({ min: -400, max: 400 }),
      (fields, [zone = '', around = ''], minutes) => {
        const cron = cronOf(fields.join(' '));
        const from = at(around) + minutes * 60_000;
        const horizon = 600;
        const next = nextDue(cron, from, zone);
        const previous = previousDue(cron, from, zone);
        const after = Array.from({ length: horizon }, (_, index) => from + (index + 1) * 60_000);
        const before = Array.from({ length: horizon }, (_, index) => from - index * 60_000);
        const naiveNext = after.find((instant) => isDueAt(cron, instant, zone));
        const naivePrevious = before.find((instant) => isDueAt(cron, instant, zone));
        expect(next <= from + horizon * 60_000 ? next : undefined).toBe(naiveNext);
        expect(previous > from - horizon * 60_000 ? previous : undefined).toBe(naivePrevious);
      },
    ),
    { numRuns: 60 },
  );
}, 30_000);
