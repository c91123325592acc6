import type { ForgottenUserAnswer } from '#contract/users.ts';

export interface UserServices {
  /**
   * Throws `not-found` for a plan that is not there, `not-ready` while intake does not answer and `telemetry-away` without the telemetry store;
   * asking again is safe.
   */
  forget(plan: string, user: string): Promise<ForgottenUserAnswer>;
}
