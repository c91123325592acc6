/** The queue is full: the caller answers that it is overloaded. */
export class LaneFullError extends Error {
  override readonly name = 'LaneFullError';
}

/** Thrown by a quick run that took too long, so that it is begun anew with time. */
export class TooSlowError extends Error {
  override readonly name = 'TooSlowError';
}

interface Waiting<Session> {
  readonly run: (session: Session) => Promise<void>;
  readonly cancelled: () => boolean;
}

/** Sessions of one sort with one bounded queue. A session of the engine runs one statement at a time; this is what keeps it so. */
export class Lane<Session> {
  readonly #idle: Session[];
  readonly #waiting: Waiting<Session>[] = [];
  readonly #most: number;

  constructor(sessions: readonly Session[], mostWaiting: number) {
    this.#idle = [...sessions];
    this.#most = mostWaiting;
  }

  /** Whether work would begin at once. */
  get isIdle(): boolean {
    return this.#idle.length > 0;
  }

  /** Runs `work` when a session is free, in order of arrival. What is cancelled while it waits never begins and gives undefined. */
  run<Value>(work: (session: Session) => Promise<Value>, cancelled: () => boolean): Promise<Value | undefined> {
    if (this.#idle.length === 0 && this.#waiting.length >= this.#most) {
      return Promise.reject(new LaneFullError('Too many simultaneous queries'));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({
        cancelled: () => {
          if (cancelled()) resolve(undefined);
          return cancelled();
        },
        run: (session) => work(session).then(resolve, reject),
      });
      this.#start();
    });
  }

  #start(): void {
    while (this.#idle.length > 0) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      if (next.cancelled()) continue;
      const session = this.#idle.pop() as Session;
      void next.run(session).finally(() => {
        this.#idle.push(session);
        this.#start();
      });
    }
  }
}

/**
 * Readers: most sessions take queries as they come and let them run to their end. The last one is the quick lane: when all others are
 * busy it gives every query a short try, so that a small one is not kept waiting by large ones; what does not finish in it
 * queues for the others and begins anew, which a query that only reads may.
 */
export class ReaderLanes<Session> {
  readonly #steady: Lane<Session>;
  readonly #quick: Lane<Session>;

  constructor(sessions: readonly Session[], mostWaiting: number) {
    this.#steady = new Lane(sessions.slice(0, -1), mostWaiting);
    this.#quick = new Lane(sessions.slice(-1), mostWaiting);
  }

  /** `work` gets a session and whether it has to be quick; it throws `TooSlowError` when it was not. */
  async run<Value>(
    work: (session: Session, quick: boolean) => Promise<Value>,
    cancelled: () => boolean,
  ): Promise<Value | undefined> {
    if (!this.#steady.isIdle) {
      try {
        return await this.#quick.run((session) => work(session, true), cancelled);
      } catch (problem) {
        if (!(problem instanceof TooSlowError)) throw problem;
      }
    }
    return this.#steady.run((session) => work(session, false), cancelled);
  }
}
