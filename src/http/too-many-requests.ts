import { WatchbillError } from '#kernel/error-codes.ts';

/** A refusal that is over after a while, which Retry-After says. */
export class TooManyRequests extends WatchbillError {
  readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs: number) {
    super('too-many-requests', message);
    this.retryAfterMs = retryAfterMs;
  }
}
