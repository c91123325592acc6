import { useEffect, useRef, useState } from 'react';
import type { StoredEventAnswer } from '#contract/data.ts';
import type { LogTailMessage } from '#contract/logs.ts';
import { readLines } from '../../api/json-lines.ts';
import { type LogSearch, searchParameters } from './use-logs.ts';

/** Lines that are kept; the older ones are found by searching. */
const KEPT = 2_000;
const AGAIN_MS = 2_000;

export interface Tail {
  /** Newest first. */
  readonly lines: readonly StoredEventAnswer[];
  /** Lines that came and are not shown, because there were too many at once. */
  readonly skipped: number;
  /** Lines that wait while it is paused. */
  readonly waiting: number;
  /** Why nothing comes now. */
  readonly problem: string | undefined;
}

const nothing: Tail = { lines: [], skipped: 0, waiting: 0, problem: undefined };

/** What a search finds as it comes. While it is paused lines are kept back and counted. */
export function useTail(plan: string, search: LogSearch, on: boolean, paused: boolean): Tail {
  const [tail, setTail] = useState<Tail>(nothing);
  const heldBack = useRef<StoredEventAnswer[]>([]);
  const isPaused = useRef(paused);
  isPaused.current = paused;
  const asked = new URLSearchParams(searchParameters(search)).toString();

  useEffect(() => {
    if (paused) return;
    const held = heldBack.current;
    heldBack.current = [];
    if (held.length > 0)
      setTail((before) => ({ ...before, lines: [...held, ...before.lines].slice(0, KEPT), waiting: 0 }));
  }, [paused]);

  useEffect(() => {
    setTail(nothing);
    heldBack.current = [];
    if (!on) return undefined;
    const controller = new AbortController();
    const take = (message: LogTailMessage): void => {
      if (message.type === 'waiting') setTail((before) => ({ ...before, problem: message.message }));
      if (message.type === 'quiet')
        setTail((before) => (before.problem === undefined ? before : { ...before, problem: undefined }));
      if (message.type !== 'lines') return;
      const newest = message.lines.toReversed();
      if (isPaused.current) {
        const all = [...newest, ...heldBack.current];
        heldBack.current = all.slice(0, KEPT);
        const lost = all.length - heldBack.current.length;
        setTail((before) => ({
          ...before,
          waiting: heldBack.current.length,
          skipped: before.skipped + message.skipped + lost,
        }));
      } else {
        setTail((before) => ({
          ...before,
          lines: [...newest, ...before.lines].slice(0, KEPT),
          skipped: before.skipped + message.skipped,
          problem: undefined,
        }));
      }
    };
    void follow(`/api/plans/${encodeURIComponent(plan)}/logs/tail?${asked}`, controller.signal, take, (problem) =>
      setTail((before) => ({ ...before, problem })),
    );
    return () => controller.abort();
  }, [plan, asked, on]);
  return tail;
}

/** Reads the stream, and begins anew when it breaks. Ends when the signal does, or when the server refuses it. */
async function follow(
  url: string,
  signal: AbortSignal,
  take: (message: LogTailMessage) => void,
  onProblem: (problem: string) => void,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const response = await fetch(url, { credentials: 'same-origin', signal });
      if (!response.ok || response.body === null) {
        const failure = (await response.json().catch(() => undefined)) as { error?: { message?: string } } | undefined;
        onProblem(failure?.error?.message ?? `The server answers ${response.status}.`);
        if (response.status < 500 && response.status !== 429) return;
      } else {
        for await (const message of readLines<LogTailMessage>(response.body)) take(message);
      }
    } catch {
      if (signal.aborted) return;
      onProblem('The connection is lost; it is tried again.');
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}
