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

/** How many queries are remembered as slow. */
const MOST_REMEMBERED = 1_000;

/**
 * Readers: most sessions take queries as they come and let them run to their end. The last one is the quick lane: when all others are
 * busy it gives a query a short try, so that a small one is not kept waiting by large ones; what does not finish in it
 * queues for the others and begins anew, which a query that only reads may. Its text is remembered, so that it is not tried again.
 */
export class ReaderLanes<Session> {
  readonly #steady: Lane<Session>;
  readonly #quick: Lane<Session>;
  readonly #slow = new Set<string>();

  constructor(sessions: readonly Session[], mostWaiting: number) {
    this.#steady = new Lane(sessions.slice(0, -1), mostWaiting);
    this.#quick = new Lane(sessions.slice(-1), mostWaiting);
  }

  /** `work` gets a session and whether it has to be quick; it throws `TooSlowError` when it was not. `text` is the query before its values. */
  async run<Value>(
    text: string,
    work: (session: Session, quick: boolean) => Promise<Value>,
    cancelled: () => boolean,
    wasQuick: (value: Value | undefined) => boolean = () => false,
  ): Promise<Value | undefined> {
    if (!this.#steady.isIdle && !this.#slow.has(text)) {
      try {
        return await this.#quick.run((session) => work(session, true), cancelled);
      } catch (problem) {
        if (!(problem instanceof TooSlowError)) throw problem;
        this.#remember(text);
      }
    }
    const value = await this.runSlow((session) => work(session, false), cancelled);
    // It may have been slow because the machine was: one that is quick by itself gets its chance back.
    if (wasQuick(value)) this.#slow.delete(text);
    return value;
  }

  /** For what is known to take its time. */
  runSlow<Value>(work: (session: Session) => Promise<Value>, cancelled: () => boolean): Promise<Value | undefined> {
    return this.#steady.run(work, cancelled);
  }

  #remember(text: string): void {
    // The oldest is forgotten first, and gets another chance then.
    if (this.#slow.size >= MOST_REMEMBERED) this.#slow.delete(this.#slow.values().next().value ?? '');
    this.#slow.add(text);
  }
}
