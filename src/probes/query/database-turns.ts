import { createTurns, type Turns } from '#kernel/turns.ts';
import type { ProbeContext, Problem } from '../kind.ts';

/** Connections to one database at the same time: a server has a hundred for everybody, and they are not there for us. */
const CONNECTIONS = 4;

const turns = new Map<string, Turns>();

/**
 * Runs when one of the few connections to `place` is free, with the time that is then left. Whoever waits for all of its time has measured
 * nothing: the database was not asked.
 */
export async function whenFree<Value>(
  place: string,
  context: ProbeContext,
  run: (context: ProbeContext) => Promise<Value>,
): Promise<Value | Problem> {
  const { clock, signal, timeoutMs } = context;
  const startedMs = clock.monotonicMs();
  const ours = turns.get(place) ?? createTurns(CONNECTIONS);
  turns.set(place, ours);
  const over = Promise.withResolvers<Problem>();
  let given = false;
  const giveUp = (): void => {
    if (!given) over.resolve(LATE);
  };
  const cancel = clock.after(timeoutMs, giveUp);
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    const turn = ours.take(async () => {
      const leftMs = timeoutMs - (clock.monotonicMs() - startedMs);
      if (leftMs <= 0 || signal.aborted) return LATE;
      given = true;
      return run({ ...context, timeoutMs: leftMs });
    });
    return await Promise.race([turn, over.promise]);
  } finally {
    cancel();
    signal.removeEventListener('abort', giveUp);
  }
}

const LATE: Problem = {
  outcome: 'unmeasured',
  reason: 'started-late',
  message: `Our other ${CONNECTIONS} checks of this database took all of the time.`,
};
