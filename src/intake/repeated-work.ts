import type { DurationMs } from '#kernel/instant.ts';
import type { Clock } from '#kernel/ports.ts';

/** Work that time brings again and again: each waits anew once it has run, until all is stopped. */
export class RepeatedWork {
  readonly #clock: Pick<Clock, 'after'>;
  readonly #cancels = new Map<string, () => void>();
  #stopped = false;

  constructor(clock: Pick<Clock, 'after'>) {
    this.#clock = clock;
  }

  every(name: string, everyMs: DurationMs, run: () => void): void {
    if (this.#stopped) return;
    const again = (): void => {
      run();
      this.every(name, everyMs, run);
    };
    this.#cancels.set(name, this.#clock.after(everyMs, again));
  }

  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#cancels.values()) cancel();
  }
}
