import { printCondition } from './print.ts';
import { printDecimal, printDuration } from './print-quantity.ts';
import type * as timeAst from './time-ast.ts';

export function printTimeSpan(span: timeAst.TimeSpan): string {
  switch (span.kind) {
    case 'offsets':
      return span.to === undefined
        ? `from ${printOffset(span.from)}`
        : `${printOffset(span.from)} .. ${printOffset(span.to)}`;
    case 'days':
      return span.to === undefined ? `from day ${span.from}` : `days ${span.from} to ${span.to}`;
    case 'weeks':
      return `weeks ${span.from} to ${span.to}`;
    case 'instants':
      return `${printLocalInstant(span.from)} .. ${printLocalInstant(span.to)}`;
    case 'hours': {
      const days = span.days === undefined ? '' : `${printDays(span.days)} `;
      return `${days}${printClock(span.from.minutes)} .. ${printClock(span.to.minutes)}`;
    }
  }
}

export function printCadence(cadence: timeAst.Cadence): string {
  switch (cadence.kind) {
    case 'every':
      return `every ${printDuration(cadence.duration)}`;
    case 'daily':
      return `daily at ${cadence.at.map((time) => printClock(time.minutes)).join(', ')}`;
    case 'weekly':
      return `${printDays(cadence.days)} at ${printClock(cadence.at.minutes)}`;
    case 'monthly':
    case 'quarterly':
    case 'yearly':
      return `${cadence.kind} on the ${printMonthDay(cadence.on)} at ${printClock(cadence.at.minutes)}`;
    case 'at':
      return `at ${printOffset(cadence.offset)}`;
    case 'end of':
      return `at the end of ${cadence.phase.text}`;
    case 'when':
      return `when ${printCondition(cadence.condition)}`;
    case 'once':
      return 'once';
  }
}

export function printClockSla(clock: timeAst.ClockSla): string {
  switch (clock.kind) {
    case 'within':
      return printDuration(clock.duration);
    case 'business hours':
      return `${printDecimal(clock.hours)} business hours`;
    case 'after resolved':
      return `${printDuration(clock.duration)} after resolved`;
    case 'now':
      return 'now';
  }
}

export function printOffset(offset: timeAst.Offset): string {
  return offset.duration === undefined ? 'T+0' : `T+${printDuration(offset.duration)}`;
}

/** `1440` is `24:00`. */
export function printClock(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  return `${twoDigits(hours)}:${twoDigits(minutes - hours * 60)}`;
}

function printLocalInstant(instant: timeAst.LocalInstant): string {
  return `${instant.date} ${printClock(instant.minutes)}`;
}

function printDays(days: readonly timeAst.DayWord[]): string {
  return days.map((day) => `${day}s`).join(', ');
}

function printMonthDay(day: timeAst.MonthDay): string {
  if (day.kind !== 'nth') return day.kind;
  const isTeen = day.ordinal % 100 >= 11 && day.ordinal % 100 <= 13;
  const ending = isTeen ? 'th' : (['th', 'st', 'nd', 'rd'][day.ordinal % 10] ?? 'th');
  return `${day.ordinal}${ending}${day.weekday === undefined ? '' : ` ${day.weekday}`}`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
