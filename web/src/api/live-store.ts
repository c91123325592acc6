import type { FactAnswer } from '#contract/journal.ts';
import type { LiveMessage } from '#contract/live.ts';
import { emptyLiveState, type LiveState, reduceLive, takeFacts } from './live-state.ts';
import { emptyTrails, sampleTrails, type Trails } from './trails.ts';

/**
 * `away`: no answer, or the server said that it is not ready. `refused`: the session ended. `gone`: there is no such plan (any more).
 */
export type Connection = 'connecting' | 'live' | 'away' | 'refused' | 'gone';

export interface LiveSnapshot extends LiveState {
  readonly connection: Connection;
  /** When the server was last heard, on the reader's clock. */
  readonly heardAt: number | undefined;
  /** The recent course of each figure since the page was opened. */
  readonly trails: Trails;
}

export interface LiveStore {
  /** What is known now; the same object until something changes. */
  readonly snapshot: () => LiveSnapshot;
  readonly subscribe: (listener: () => void) => () => void;
  /** Takes a message in; it shows with the next frame, together with all that come before it. */
  readonly receive: (message: LiveMessage) => void;
  /** Facts of before the stream began. */
  readonly receiveFacts: (facts: readonly FactAnswer[]) => void;
  readonly connectionIs: (connection: Connection) => void;
  /** Adds every figure as it stands to its trail. */
  readonly sample: () => void;
}

interface LiveStoreOptions {
  /** Calls back once before the next picture is drawn. */
  readonly onNextFrame: (run: () => void) => void;
  readonly now: () => number;
}

/** Holds what is live about one plan and tells its readers once a frame, however many messages came. */
export function createLiveStore({ onNextFrame, now }: LiveStoreOptions): LiveStore {
  let current: LiveSnapshot = {
    ...emptyLiveState,
    connection: 'connecting',
    heardAt: undefined,
    trails: emptyTrails,
  };
  let waiting: LiveMessage[] = [];
  let scheduled = false;
  const listeners = new Set<() => void>();

  function put(next: LiveSnapshot): void {
    current = next;
    for (const listener of listeners) listener();
  }

  function flush(): void {
    scheduled = false;
    const messages = waiting;
    waiting = [];
    // The connection broke in between, and took them along.
    if (messages.length === 0) return;
    const at = now();
    put({ ...current, ...reduceLive(current, messages, at), connection: 'live', heardAt: at });
  }

  return {
    snapshot: () => current,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    receive(message) {
      waiting.push(message);
      if (scheduled) return;
      scheduled = true;
      onNextFrame(flush);
    },
    receiveFacts(facts) {
      put({ ...current, ...takeFacts(current, facts) });
    },
    connectionIs(connection) {
      // What came before the connection broke is not to be taken for a new one.
      waiting = [];
      if (current.connection !== connection) put({ ...current, connection });
    },
    sample() {
      if (current.connection === 'live')
        put({ ...current, trails: sampleTrails(current.trails, current.signals, now()) });
    },
  };
}
