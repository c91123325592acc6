import type { DurationMs, Instant } from '#kernel/instant.ts';

/** The share of the known time of a window in which something could be used. Its id is a hash of its meaning. */
export interface AvailabilityFigure {
  readonly id: string;
  /** As written, for people. */
  readonly text: string;
  /** It is down while one of these is; at least one. */
  readonly targets: readonly AvailabilityTarget[];
  readonly window: AvailabilityWindow;
  /** Of local days and hours; absent where there are none. */
  readonly timezone?: string;
}

/** What is looked at: a probe, or a part of what it looks at. */
export interface AvailabilityTarget {
  readonly probe: string;
  readonly part?: string;
  /** For so long after its end a result says something. */
  readonly staleMs: DurationMs;
  /** So many locations have to fail; at least half without it. */
  readonly agree?: number;
  /** Time of maintenance, which counts neither as up nor as down. */
  readonly excluded?: readonly MaintenanceSpan[];
}

export type AvailabilityWindow =
  | { readonly kind: 'sliding'; readonly ms: DurationMs }
  /** Since the local midnight. */
  | { readonly kind: 'today' }
  | { readonly kind: 'since launch' }
  /** Since the phase in force began. */
  | { readonly kind: 'this phase' };

/** What a window is called that is no length. */
export type CalendarWindow = Exclude<AvailabilityWindow['kind'], 'sliding'>;

/** When maintenance is: once, or at local hours. Hours that end at or before they begin end on the next day. */
export type MaintenanceSpan =
  | { readonly kind: 'instants'; readonly from: Instant; readonly to: Instant }
  | {
      readonly kind: 'hours';
      /** 1 is Monday, 7 Sunday; every day without it. */
      readonly days?: readonly number[];
      /** Since midnight. */
      readonly fromMinutes: number;
      readonly toMinutes: number;
    };

/** A line of the section `maintenance`. */
export interface Maintenance {
  readonly name: string;
  /** The span as written. */
  readonly text: string;
  readonly span: MaintenanceSpan;
  /** Services and probes. */
  readonly of: readonly string[];
}
