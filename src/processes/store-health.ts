import type { DurationMs } from '#kernel/instant.ts';
import type { Clock } from '#kernel/ports.ts';

/** A store that takes longer than this to answer the simplest question does not do its work. */
const ANSWER_WITHIN_MS: DurationMs = 1_000;

export interface StoreCheck {
  /** As people know it. */
  readonly name: string;
  /** Asks the store something simple; throws when it cannot. May hang. */
  readonly ask: () => Promise<void>;
}

/**
 * Finds out which stores do not do their work: a sentence for each. However often it is called, each store is asked one thing at
 * a time, so that one that hangs collects no questions.
 */
export function watchStores(checks: readonly StoreCheck[], clock: Clock): () => Promise<readonly string[]> {
  const watched = checks.map((check) => watchOne(check, clock));
  return async () => {
    const problems = await Promise.all(watched.map((ask) => ask()));
    return problems.filter((problem) => problem !== undefined);
  };
}

function watchOne({ name, ask }: StoreCheck, clock: Clock): () => Promise<string | undefined> {
  let asked: Promise<string | undefined> | undefined;
  return () => {
    asked ??= ask()
      .then(
        () => undefined,
        () => `${name} cannot be used.`,
      )
      .finally(() => {
        asked = undefined;
      });
    return within(asked, clock, `${name} does not answer.`);
  };
}

function within<Value>(answer: Promise<Value>, clock: Clock, otherwise: Value): Promise<Value> {
  return new Promise((resolve) => {
    const cancel = clock.after(ANSWER_WITHIN_MS, () => resolve(otherwise));
    void answer.then((value) => {
      cancel();
      resolve(value);
    });
  });
}
