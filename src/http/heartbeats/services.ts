import type { HeartbeatsAnswer } from '#contract/heartbeats.ts';

/** Throws `not-found` for a plan that is not there. Without intake nothing is known of what came. */
export interface HeartbeatServices {
  heartbeats(plan: string): Promise<HeartbeatsAnswer>;
}
