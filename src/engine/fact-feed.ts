import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import { createBell } from './bell.ts';
import type { NumberedFact } from './fact-exporter.ts';
import { describeProblem, type Log } from './log.ts';

/** Facts of one plan, in their order and without gaps. */
export type FactListener = (facts: readonly NumberedFact[]) => void;

/** Where the feed reads what was committed. */
export interface FactSource {
  /** Facts after this number, oldest first. */
  listFacts(query: {
    readonly plan: string;
    readonly after: number;
    readonly limit: number;
  }): Promise<readonly NumberedFact[]>;
}

export interface FactFeed {
  /** Calls the listener with the facts after this number, from the first on. Returns what ends that. A listener that throws is not called again. */
  follow(listener: FactListener, after: number): () => void;
  /** There may be new facts. */
  wake(): void;
  stop(): Promise<void>;
}

/** Somebody who follows; `at` is the last fact that they have. */
interface Follower {
  readonly listener: FactListener;
  at: number;
}

/**
 * Reads new facts once for all who follow, as soon as something was committed, and nothing while nobody does. It reads them from the store
 * and not from what was written: commits and outcomes of messages come back in any order, and their numbers alone tell the right one.
 */
export function createFactFeed(plan: string, source: FactSource, clock: Clock, log: Log): FactFeed {
  const bell = createBell(clock);
  const followers = new Set<Follower>();
  let stopping = false;
  let running: Promise<void> | undefined;

  async function loop(): Promise<void> {
    while (!stopping && followers.size > 0) {
      const more = await readOnce().catch((caught: unknown) => {
        log('warning', 'new facts cannot be read', { plan, problem: describeProblem(caught) });
        return false;
      });
      // Now and then also unasked: a look may have failed, and another process may have committed.
      if (!stopping && !more) await bell.wait(limits.factFeedMs);
    }
    running = undefined;
  }

  /** Reads on from who is farthest behind. Returns whether more may be there. */
  async function readOnce(): Promise<boolean> {
    const after = Math.min(...[...followers].map(({ at }) => at));
    if (!Number.isFinite(after)) return false;
    const facts = await source.listFacts({ plan, after, limit: limits.factsPerExport });
    const last = facts.at(-1)?.sequence ?? after;
    for (const follower of followers) {
      // One that came meanwhile and is farther behind waits for the next look.
      if (follower.at < after) continue;
      const fresh = facts.filter(({ sequence }) => sequence > follower.at);
      follower.at = Math.max(follower.at, last);
      if (fresh.length > 0) tell(follower, fresh);
    }
    return facts.length === limits.factsPerExport || [...followers].some(({ at }) => at < last);
  }

  function tell(follower: Follower, facts: readonly NumberedFact[]): void {
    try {
      follower.listener(facts);
    } catch (caught) {
      followers.delete(follower);
      log('error', 'a listener of facts failed', { plan, problem: describeProblem(caught) });
    }
  }

  return {
    follow(listener, after) {
      const follower: Follower = { listener, at: after };
      followers.add(follower);
      bell.ring();
      running ??= loop();
      return () => followers.delete(follower);
    },
    wake: () => bell.ring(),
    async stop() {
      stopping = true;
      bell.ring();
      await running;
    },
  };
}
