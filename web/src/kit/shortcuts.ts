import { useEffect, useRef, useSyncExternalStore } from 'react';

/** A key that does something on the page that is open, as `?` lists it. */
export interface Shortcut {
  /** As pressed: `a`, or `g` and a key with a space between. */
  readonly keys: string;
  readonly does: string;
}

interface Registered extends Shortcut {
  readonly run: () => void;
}

let registered: readonly Registered[] = [];
const listeners = new Set<() => void>();

function change(next: readonly Registered[]): void {
  registered = next;
  for (const listener of listeners) listener();
}

/** Takes a key for as long as the component is there and `run` is given; of two that take the same one the later counts. */
export function useShortcut(keys: string, does: string, run: (() => void) | undefined): void {
  const latest = useRef(run);
  latest.current = run;
  const active = run !== undefined;
  useEffect(() => {
    if (!active) return undefined;
    const entry: Registered = { keys, does, run: () => latest.current?.() };
    change([...registered, entry]);
    return () => change(registered.filter((other) => other !== entry));
  }, [keys, does, active]);
}

/** Every key that does something now. */
export function useShortcuts(): readonly Shortcut[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => registered,
  );
}

/** How long `g` waits for its second key. */
const SEQUENCE_MS = 1_500;

/** Keys are for the page unless somebody writes, or a dialog is open. */
function isForPage(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return false;
  const target = event.target instanceof Element ? event.target : undefined;
  if (
    target?.closest('input, textarea, select, [contenteditable="true"], .cm-editor') !== null &&
    target !== undefined
  ) {
    return false;
  }
  return document.querySelector('[role="dialog"]') === null;
}

/** Listens for all registered keys. Call it once. */
export function listenForShortcuts(): () => void {
  let first: { readonly key: string; readonly at: number } | undefined;
  function pressed(event: KeyboardEvent): void {
    if (!isForPage(event)) return;
    const before = first !== undefined && event.timeStamp - first.at < SEQUENCE_MS ? `${first.key} ` : '';
    first = undefined;
    const match = registered.findLast(({ keys }) => keys === `${before}${event.key}`);
    if (match !== undefined) {
      event.preventDefault();
      match.run();
    } else if (before === '' && registered.some(({ keys }) => keys.startsWith(`${event.key} `))) {
      first = { key: event.key, at: event.timeStamp };
    }
  }
  window.addEventListener('keydown', pressed);
  return () => window.removeEventListener('keydown', pressed);
}
