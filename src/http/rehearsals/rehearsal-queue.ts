import { Worker } from 'node:worker_threads';
import type { RehearsalMessage } from '#contract/rehearsals.ts';
import { type ErrorCode, errorCodes, WatchbillError } from '#kernel/error-codes.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import type { RehearsalTask, RehearsalWord } from './rehearsal-thread.ts';

/** Progress is told at most this often. */
const PROGRESS_MS = 100;

export interface QueueOptions {
  readonly clock: Clock;
  /** How long one rehearsal may take, how much memory it may use, and how many may wait. */
  readonly limits?: { readonly ms: number; readonly megabytes: number; readonly waiting: number };
}

interface Job {
  readonly task: RehearsalTask;
  readonly requestId: string;
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  /** Ends it: its thread, its timer, its place in the queue. */
  end: () => void;
  ended: boolean;
}

/**
 * Rehearsals, one at a time in a thread of its own, so that they never take more than one core from what is judged in earnest. The
 * others wait their turn.
 */
export class RehearsalQueue {
  readonly #clock: Clock;
  readonly #limits: NonNullable<QueueOptions['limits']>;
  readonly #waiting: Job[] = [];
  #running: Job | undefined;
  #threads = 0;

  constructor({ clock, limits: given }: QueueOptions) {
    this.#clock = clock;
    this.#limits = given ?? {
      ms: limits.rehearsalMs,
      megabytes: limits.rehearsalMegabytes,
      waiting: limits.rehearsalsWaiting,
    };
  }

  /** Threads that are alive. */
  get threads(): number {
    return this.#threads;
  }

  /** A line of JSON for each message. Cancelling the stream, or the signal, ends the rehearsal. Throws `overloaded`. */
  run(
    task: RehearsalTask,
    caller: { readonly signal: AbortSignal; readonly requestId: string },
  ): ReadableStream<Uint8Array> {
    if (this.#waiting.length >= this.#limits.waiting) {
      throw new WatchbillError('overloaded', `${this.#waiting.length} rehearsals are waiting already.`);
    }
    let job: Job | undefined;
    const leave = (): void => {
      if (job !== undefined) this.#finish(job);
    };
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        job = { task, requestId: caller.requestId, controller, end: () => {}, ended: false };
        caller.signal.addEventListener('abort', leave, { once: true });
        if (caller.signal.aborted) {
          job.ended = true;
          controller.close();
          return;
        }
        this.#waiting.push(job);
        const ahead = this.#waiting.length - 1 + (this.#running === undefined ? 0 : 1);
        if (ahead > 0) this.#say(job, { type: 'waiting', ahead });
        this.#next();
      },
      cancel: leave,
    });
  }

  stop(): void {
    for (const job of [...this.#waiting]) this.#fail(job, 'not-ready', 'The server is stopping.');
    if (this.#running !== undefined) this.#fail(this.#running, 'not-ready', 'The server is stopping.');
  }

  #next(): void {
    if (this.#running !== undefined) return;
    const job = this.#waiting.shift();
    if (job === undefined) return;
    this.#running = job;
    this.#play(job);
  }

  #play(job: Job): void {
    const worker = new Worker(new URL('./rehearsal-thread.ts', import.meta.url), {
      workerData: job.task,
      // It needs none of the secrets that the core was started with.
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: this.#limits.megabytes },
    });
    this.#threads += 1;
    const seconds = Math.round(this.#limits.ms / 1_000);
    const cancelTimer = this.#clock.after(this.#limits.ms, () =>
      this.#fail(job, 'rehearsal-too-long', `The rehearsal took more than ${seconds} s and was ended.`),
    );
    job.end = () => {
      cancelTimer();
      void worker.terminate();
    };
    let toldAt = Number.NEGATIVE_INFINITY;
    worker.on('message', (word: RehearsalWord) => {
      if (job.ended) return;
      if (word.type === 'result') {
        job.controller.enqueue(lineOf(word.json));
        this.#finish(job);
        return;
      }
      const now = this.#clock.monotonicMs();
      if (now - toldAt < PROGRESS_MS) return;
      toldAt = now;
      this.#say(job, word);
    });
    worker.on('error', (error: Error & { code?: string }) => {
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') {
        const message = `The rehearsal needed more than ${this.#limits.megabytes} MB and was ended.`;
        this.#fail(job, 'rehearsal-too-long', message);
      } else {
        this.#fail(job, 'internal-error', 'Something broke inside Watchbill.');
      }
    });
    worker.on('exit', () => {
      this.#threads -= 1;
      this.#fail(job, 'internal-error', 'The thread of the rehearsal ended before it was through.');
      if (this.#running === job) this.#running = undefined;
      this.#next();
    });
  }

  #fail(job: Job, code: ErrorCode, message: string): void {
    if (job.ended) return;
    const { hint } = errorCodes[code];
    this.#say(job, { type: 'failed', error: { code, message, hint, requestId: job.requestId } });
    this.#finish(job);
  }

  /** The next one begins when this one's thread has ended. */
  #finish(job: Job): void {
    if (job.ended) return;
    job.ended = true;
    const place = this.#waiting.indexOf(job);
    if (place >= 0) this.#waiting.splice(place, 1);
    job.end();
    try {
      job.controller.close();
    } catch {
      // The reader has cancelled: there is nobody to tell of the end.
    }
  }

  #say(job: Job, message: RehearsalMessage): void {
    job.controller.enqueue(new TextEncoder().encode(`${JSON.stringify(message)}\n`));
  }
}

/** `{"type":"result","result":…}` around a result that is JSON already. */
function lineOf(json: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from('{"type":"result","result":'), json, Buffer.from('}\n')]);
}
