import type { Instant } from '#kernel/instant.ts';
import type { CompiledPhase } from './model.ts';
import type { Database, Probe } from './probe.ts';

/** Where the server's own prober measures from; no other may call itself that. */
export const HOME_LOCATION = 'here';

/** What a location is called, for people. */
export const LOCATION_FORM = '1 to 40 small letters, digits, dots and hyphens, beginning with a letter or digit';

/** Whether a text can be the name of a location. */
export function isLocation(text: string): boolean {
  return /^[a-z0-9][a-z0-9.-]{0,39}$/.test(text);
}

/** The last due instant that a prober has told a result of, and whether the target had failed. */
export interface LastLook {
  readonly dueAt: Instant;
  readonly isFailing: boolean;
}

/** What a prober is to do for one plan. */
export interface PlanOrders {
  readonly plan: string;
  readonly timezone: string;
  /** T+0, when there is one. */
  readonly launch?: Instant;
  readonly phases: readonly CompiledPhase[];
  readonly probes: readonly Probe[];
  readonly databases: readonly Database[];
  /** By probe, of the location that asks. */
  readonly last: Readonly<Record<string, LastLook>>;
}

/** The answer of `GET /v1/probes`. */
export interface ProberOrders {
  /** Intake's time, which never goes back. */
  readonly now: Instant;
  /** Changes with everything but `now` and `last`. */
  readonly revision: string;
  /** Absent when the one who asks has this revision. */
  readonly plans?: readonly PlanOrders[];
}
