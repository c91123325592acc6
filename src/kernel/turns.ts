import { WatchbillError } from './error-codes.ts';

/** Work of one class, of which so much runs at once. */
export interface Turns {
  /** Runs when it is its turn; throws `overloaded` when too many wait already. */
  take<Value>(run: () => Promise<Value>): Promise<Value>;
}

/** At most `atOnce` run, and at most `waiting` more wait, first come first served. `tooMany` is what is said to whoever may not wait. */
export function createTurns(
  atOnce: number,
  waiting: number = Number.POSITIVE_INFINITY,
  tooMany: string = 'Too much waits already.',
): Turns {
  let running = 0;
  const queue: (() => void)[] = [];

  return {
    async take(run) {
      if (running < atOnce) running += 1;
      else {
        if (queue.length >= waiting) throw new WatchbillError('overloaded', tooMany);
        // Whoever ends hands their place on: `running` stays as it is.
        await new Promise<void>((resolve) => queue.push(resolve));
      }
      try {
        return await run();
      } finally {
        const next = queue.shift();
        if (next === undefined) running -= 1;
        else next();
      }
    },
  };
}
