import { createContext, type ReactNode, use, useState, useSyncExternalStore } from 'react';

/** The instant that is pointed at, shared by everything with a time axis on the page. */
interface CursorStore {
  readonly get: () => number | undefined;
  readonly set: (at: number | undefined) => void;
  readonly subscribe: (listener: () => void) => () => void;
}

function createCursorStore(): CursorStore {
  let current: number | undefined;
  const listeners = new Set<() => void>();
  return {
    get: () => current,
    set(at) {
      if (at === current) return;
      current = at;
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

const CursorContext = createContext<CursorStore>(createCursorStore());

/** Links the cursors of all charts and sparklines inside: pointing at one points at all. */
export function LinkedCursors({ children }: { readonly children: ReactNode }) {
  const [store] = useState(createCursorStore);
  return <CursorContext value={store}>{children}</CursorContext>;
}

/** The instant that is pointed at, in epoch milliseconds. */
export function useCursor(): number | undefined {
  const store = use(CursorContext);
  return useSyncExternalStore(store.subscribe, store.get);
}

/** Points at an instant, or at none. Does not draw its user again when the cursor moves. */
export function useSetCursor(): (at: number | undefined) => void {
  return use(CursorContext).set;
}
