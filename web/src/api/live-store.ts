import { emptyLiveState, type LiveMessage, type LiveState, reduceLive } from './live-state.ts';

/** `refused`: the session ended. `away`: no answer, or the server said that it is not ready. */
export type Connection = 'connecting' | 'live' | 'away' | 'refused';

export interface LiveSnapshot extends LiveState {
  readonly connection: Connection;
}

export interface LiveStore {
  /** What is known now; the same object until something changes. */
  readonly snapshot: () => LiveSnapshot;
  readonly subscribe: (listener: () => void) => () => void;
  /** Takes a message in; it shows with the next frame, together with all that come before it. */
  readonly receive: (message: LiveMessage) => void;
  readonly connectionIs: (connection: Connection) => void;
}

interface LiveStoreOptions {
  /** Calls back once before the next picture is drawn. */
  readonly onNextFrame: (run: () => void) => void;
  readonly now: () => number;
}

/** Holds what is live about one plan and tells its readers once a frame, however many messages came. */
export function createLiveStore({ onNextFrame, now }: LiveStoreOptions): LiveStore {
  let current: LiveSnapshot = { ...emptyLiveState, connection: 'connecting' };
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
    put({ ...reduceLive(current, messages, now()), connection: 'live' });
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
    connectionIs(connection) {
      if (current.connection !== connection) put({ ...current, connection });
    },
  };
}
