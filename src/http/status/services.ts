import type { StatusAnswer } from '#contract/status.ts';

/** Throws `not-found` for a plan that is named and not there. */
export interface StatusServices {
  readiness(): Promise<{ readonly ready: boolean; readonly reasons: readonly string[] }>;
  /** Of the plans that are wanted. */
  status(wanted: (plan: string) => boolean, named?: string): Promise<StatusAnswer>;
}
