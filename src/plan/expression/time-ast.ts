import type { DurationMs } from '#kernel/instant.ts';
import type { Duration, Name, Node } from './ast.ts';
import type { Condition } from './condition-ast.ts';

/** A time of day; minutes 0 to 1439, and 1440 for `24:00`. */
export interface ClockTime extends Node {
  readonly kind: 'clock';
  readonly minutes: number;
}

/** `T+24h`. */
export interface Offset extends Node {
  readonly kind: 'offset';
  /** Absent for `T+0`. */
  readonly duration?: Duration;
  readonly ms: DurationMs;
}

/** In the plan's zone: `2026-01-21 05:30`. */
export interface LocalInstant extends Node {
  readonly kind: 'local instant';
  /** `YYYY-MM-DD`, a date that exists. */
  readonly date: string;
  readonly minutes: number;
}

/** Half open, but for days and weeks, which include both ends. */
export type TimeSpan =
  | (Node & { readonly kind: 'offsets'; readonly from: Offset; readonly to?: Offset })
  | (Node & { readonly kind: 'days'; readonly from: number; readonly to?: number })
  | (Node & { readonly kind: 'weeks'; readonly from: number; readonly to: number })
  | (Node & { readonly kind: 'instants'; readonly from: LocalInstant; readonly to: LocalInstant })
  /** Recurring hours; may pass midnight. */
  | (Node & {
      readonly kind: 'hours';
      readonly days?: readonly DayWord[];
      readonly from: ClockTime;
      readonly to: ClockTime;
    });

export type Weekday = 'monday' | 'tuesday' | 'wednesday' | 'thursday' | 'friday' | 'saturday' | 'sunday';
export type DayWord = Weekday | 'workday' | 'weekend';

export type Cadence =
  | (Node & { readonly kind: 'every'; readonly duration: Duration })
  | (Node & { readonly kind: 'daily'; readonly at: readonly ClockTime[] })
  | (Node & { readonly kind: 'weekly'; readonly days: readonly DayWord[]; readonly at: ClockTime })
  | (Node & {
      readonly kind: 'monthly' | 'quarterly' | 'yearly';
      readonly on: MonthDay;
      readonly at: ClockTime;
    })
  | (Node & { readonly kind: 'at'; readonly offset: Offset })
  | (Node & { readonly kind: 'end of'; readonly phase: Name })
  | (Node & { readonly kind: 'when'; readonly condition: Condition })
  | (Node & { readonly kind: 'once' });

export type MonthDay =
  /** The 1st, or with `weekday` the 1st such weekday. */
  | (Node & { readonly kind: 'nth'; readonly ordinal: number; readonly weekday?: Weekday })
  | (Node & { readonly kind: 'last day' | 'last workday' });

/** A severity's clock. */
export type ClockSla =
  | (Node & { readonly kind: 'within'; readonly duration: Duration })
  | (Node & { readonly kind: 'business hours'; readonly hours: number })
  | (Node & { readonly kind: 'after resolved'; readonly duration: Duration })
  | (Node & { readonly kind: 'now' });
