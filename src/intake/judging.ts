import type { Instant } from '#kernel/instant.ts';
import type { MonotoneClock } from '#kernel/monotone-clock.ts';
import type { EventRecord } from '#signals/record.ts';
import type { WindowsHost } from './host.ts';
import type { LinkSession } from './link-session.ts';
import type { Block } from './spool/block.ts';
import type { Spool } from './spool/spool.ts';

export interface JudgingOptions {
  readonly host: WindowsHost;
  readonly clock: MonotoneClock;
  /** What is asked of the spool: since when something is on its way to the disk. */
  readonly spool: () => Pick<Spool, 'oldestInFlightAt'>;
  /** The connection to the core, while there is one. */
  readonly session: () => LinkSession | undefined;
  readonly recordsOf: (block: Block) => readonly EventRecord[];
}

/** Puts what is durable into the windows in the order of the spool, and tells the core what came of it and up to when. */
export class Judging {
  readonly #options: JudgingOptions;
  /** The last block that the windows have taken in. */
  position = 0;

  constructor(options: JudgingOptions) {
    this.#options = options;
  }

  /** A batch that became durable, or that an earlier run left. */
  judge(batch: readonly Block[]): void {
    const { host, session, recordsOf } = this.#options;
    host.ingest(batch, recordsOf);
    this.position = batch.at(-1)?.meta.sequence ?? this.position;
    const core = session();
    if (core !== undefined) core.flush(this.#watermark());
  }

  /** Lets the time up to now pass in the windows, as far as nothing can come before it any more; gives up to when that is. */
  settle(): Instant {
    const { host, clock, spool } = this.#options;
    const inFlight = spool().oldestInFlightAt;
    const now = clock.now();
    host.advance(inFlight === undefined ? now : Math.min(now, inFlight - 1));
    return this.#watermark();
  }

  /** The same, and tells the core. */
  flush(): void {
    const watermark = this.settle();
    this.#options.session()?.flush(watermark);
  }

  /** Everything at or before this has been judged; nothing at or before it can come any more. */
  #watermark(): Instant {
    const { host, clock, spool } = this.#options;
    const inFlight = spool().oldestInFlightAt;
    const watermark = inFlight === undefined ? host.at : Math.min(host.at, inFlight - 1);
    return clock.leave(watermark) ? watermark : clock.now() - 1;
  }
}
