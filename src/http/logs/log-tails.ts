import type { LogTailMessage } from '#contract/logs.ts';
import { type LogScope, SearchTime } from '#insight/log-search/scope.ts';
import { LogTail } from '#insight/log-search/tail.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { formatInstant, SECOND_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import type { AskTelemetry } from '#storage/clickhouse/within.ts';
import type { Actor } from '../actor.ts';
import { viewEvent } from '../data/data-view.ts';

interface Reader {
  readonly actor: Actor;
  readonly stillAllowed: () => Promise<boolean>;
  readonly gone: AbortSignal;
}

const encoder = new TextEncoder();

/** A tail begins with what came just before: whoever asked has waited for the answer. */
const BEGINS_BEFORE_MS = 10 * SECOND_MS;

/** The open tails of this server. Each looks at the store only when its reader has taken what it said before. */
export class LogTails {
  readonly #askTelemetry: AskTelemetry;
  readonly #clock: Clock;
  readonly #open = new Map<string, number>();
  readonly #stopped = new AbortController();

  constructor(askTelemetry: AskTelemetry, clock: Clock) {
    this.#askTelemetry = askTelemetry;
    this.#clock = clock;
  }

  /** Throws `too-many-streams` at the limits. */
  open(scope: Omit<LogScope, 'from' | 'to'>, reader: Reader): ReadableStream<Uint8Array> {
    const release = this.#take(reader.actor);
    const ended = AbortSignal.any([reader.gone, this.#stopped.signal]);
    const messages = this.#messages(scope, reader, ended);
    // Whoever is gone before reading never cancels.
    if (reader.gone.aborted) release();
    else reader.gone.addEventListener('abort', release, { once: true });
    return new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const { done, value } = await messages.next();
          if (value !== undefined) controller.enqueue(encoder.encode(`${JSON.stringify(value)}\n`));
          if (done === true) {
            release();
            controller.close();
          }
        },
        async cancel() {
          release();
          await messages.return(undefined);
        },
      },
      { highWaterMark: 0 },
    );
  }

  stop(): void {
    this.#stopped.abort();
  }

  async *#messages(
    scope: Omit<LogScope, 'from' | 'to'>,
    reader: Reader,
    ended: AbortSignal,
  ): AsyncGenerator<LogTailMessage, LogTailMessage | undefined> {
    const clock = this.#clock;
    const tail = new LogTail(scope, clock.now() - BEGINS_BEFORE_MS);
    let checkedAt = clock.monotonicMs();
    let saidAt = checkedAt;
    for (;;) {
      await this.#pause(ended);
      if (this.#stopped.signal.aborted) return { type: 'end', reason: 'server-stops' };
      if (reader.gone.aborted) return undefined;
      if (clock.monotonicMs() - checkedAt >= limits.liveSessionCheckMs) {
        // That it cannot be asked now ends nothing.
        if (!(await reader.stillAllowed().catch(() => true))) return { type: 'end', reason: 'session-ended' };
        checkedAt = clock.monotonicMs();
      }
      const message = await this.#look(tail, ended);
      if (message.type === 'quiet' && clock.monotonicMs() - saidAt < limits.liveHeartbeatMs) continue;
      saidAt = clock.monotonicMs();
      yield message;
    }
  }

  async #look(tail: LogTail, ended: AbortSignal): Promise<LogTailMessage> {
    const now = this.#clock.now();
    try {
      const { events, skipped } = await this.#askTelemetry((client, signal) =>
        tail.look(client, now, new SearchTime(this.#clock), AbortSignal.any([signal, ended])),
      );
      if (events.length === 0) return { type: 'quiet', at: formatInstant(now) };
      return { type: 'lines', lines: events.map(viewEvent), skipped };
    } catch (caught) {
      if (!(caught instanceof WatchbillError)) throw caught;
      return { type: 'waiting', code: caught.code, message: caught.message };
    }
  }

  #pause(ended: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (ended.aborted) return resolve();
      const done = (): void => {
        cancel();
        ended.removeEventListener('abort', done);
        resolve();
      };
      const cancel = this.#clock.after(limits.logTailEveryMs, done);
      ended.addEventListener('abort', done, { once: true });
    });
  }

  #take(actor: Actor): () => void {
    const reader = actor.userId ?? actor.credentialId ?? actor.name;
    const own = this.#open.get(reader) ?? 0;
    const all = [...this.#open.values()].reduce((sum, count) => sum + count, 0);
    if (own >= limits.logTailsPerActor || all >= limits.logTails) {
      const what =
        own >= limits.logTailsPerActor ? `${actor.name} follows ${own} tails` : `This server has ${all} tails open`;
      throw new WatchbillError('too-many-streams', `${what} already and serves no more.`);
    }
    this.#open.set(reader, own + 1);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      const left = (this.#open.get(reader) ?? 1) - 1;
      if (left === 0) this.#open.delete(reader);
      else this.#open.set(reader, left);
    };
  }
}
