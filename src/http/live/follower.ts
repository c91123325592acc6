import type { Clock } from '#kernel/ports.ts';

export type EndReason = 'session-ended' | 'too-slow' | 'server-stops' | 'plan-gone';

export interface FollowerOptions {
  readonly clock: Clock;
  /** How much may wait for a reader that does not take it. */
  readonly limits: { readonly messages: number; readonly bytes: number; readonly endMs: number };
  /** The reader is gone, or was ended. Called once. */
  readonly onClosed: () => void;
}

/** Cannot be caught as anything: the connection breaks off, and the reader connects again. */
class TooSlow extends Error {
  constructor() {
    super('A reader of the live stream took nothing for too long; its connection was ended.');
    // The server's adapter writes the stack to the log; whoever reads slowly is no bug of ours.
    this.stack = this.message;
  }
}

/** One reader of the stream: what is sent waits in a bounded buffer until it is taken. */
export class Follower {
  readonly stream: ReadableStream<Uint8Array>;
  readonly #options: FollowerOptions;
  readonly #queue: Uint8Array[] = [];
  #bytes = 0;
  #wake: (() => void) | undefined;
  #state: 'open' | 'ending' | 'closed' = 'open';
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #cancelEnd = (): void => {};
  #drained = Promise.withResolvers<void>();

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#drained.resolve();
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: (controller) => this.#pull(controller),
        cancel: () => this.#close(),
      },
      { highWaterMark: 0 },
    );
  }

  get closed(): boolean {
    return this.#state !== 'open';
  }

  /** Messages that wait to be taken. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Resolves when nothing waits any more, also because the reader is gone. */
  get drained(): Promise<void> {
    return this.#drained.promise;
  }

  send(message: Uint8Array): void {
    if (this.#state !== 'open') return;
    const { messages, bytes } = this.#options.limits;
    if (this.#queue.length >= messages || (this.#queue.length > 0 && this.#bytes + message.length > bytes)) {
      this.#breakOff();
      return;
    }
    this.#push(message);
  }

  /** The last message, and then the end; a reader that does not take it in time is cut off. */
  end(message: Uint8Array): void {
    if (this.#state !== 'open') return;
    this.#push(message);
    this.#state = 'ending';
    this.#cancelEnd = this.#options.clock.after(this.#options.limits.endMs, () => this.#breakOff());
    this.#options.onClosed();
  }

  #push(message: Uint8Array): void {
    if (this.#queue.length === 0) this.#drained = Promise.withResolvers<void>();
    this.#queue.push(message);
    this.#bytes += message.length;
    this.#wake?.();
  }

  async #pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    while (this.#queue.length === 0 && this.#state === 'open') {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const message = this.#queue.shift();
    if (message !== undefined) {
      this.#bytes -= message.length;
      controller.enqueue(message);
    }
    if (this.#queue.length > 0) return;
    this.#drained.resolve();
    if (this.#state !== 'ending') return;
    this.#state = 'closed';
    this.#cancelEnd();
    controller.close();
  }

  #breakOff(): void {
    if (this.#state === 'closed') return;
    this.#controller?.error(new TooSlow());
    this.#close();
  }

  #close(): void {
    const wasOpen = this.#state === 'open';
    this.#state = 'closed';
    this.#queue.length = 0;
    this.#bytes = 0;
    this.#cancelEnd();
    this.#drained.resolve();
    this.#wake?.();
    if (wasOpen) this.#options.onClosed();
  }
}
