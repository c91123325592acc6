import type { RehearsalRequest, ScenariosAnswer } from '#contract/rehearsals.ts';

/** Throws `WatchbillError` for what a client did wrong or has to wait for. */
export interface RehearsalServices {
  /** The scenarios of the version in force. */
  scenarios(plan: string): Promise<ScenariosAnswer>;
  /**
   * Plays a scenario in a thread of its own, when those before it are through. The stream has a JSON message a line; it ends with a
   * result or a failure. An aborted `signal`, or a reader that cancels, ends it at once. Throws `overloaded` when too many wait.
   */
  run(
    plan: string,
    request: RehearsalRequest,
    caller: { readonly signal: AbortSignal; readonly requestId: string },
  ): Promise<ReadableStream<Uint8Array>>;
  /** Ends what runs and what waits. */
  stop(): Promise<void>;
}
