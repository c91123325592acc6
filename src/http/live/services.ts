import type { Actor } from '../actor.ts';

export interface LiveServices {
  /**
   * The plan's stream for one reader. Throws `not-found` for a plan that is not there, `too-many-streams` at the limits, and `not-ready`
   * while the plan cannot be looked at.
   */
  follow(
    plan: string,
    reader: {
      readonly actor: Actor;
      /** The last fact that the reader has; absent for one who begins. */
      readonly resumeAfter?: number;
      /** Whether the reader may still read, asked anew. */
      readonly stillAllowed: () => Promise<boolean>;
      /** Aborted when the reader is gone. */
      readonly signal: AbortSignal;
    },
  ): Promise<ReadableStream<Uint8Array>>;
  /** How many follow a plan. */
  followers(plan: string): number;
  /** Ends every stream; readers connect again to whoever runs then. */
  stop(): void;
}
