import { useCallback, useEffect, useRef, useState } from 'react';
import type { RehearsalResult } from '#contract/rehearsals.ts';
import type { TextFile } from '../../plan-language/protocol.ts';
import { type Progress, runRehearsal } from './rehearsal-stream.ts';

export type RehearsalState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly ahead: number; readonly progress: Progress | undefined }
  | { readonly kind: 'done'; readonly scenario: TextFile; readonly result: RehearsalResult }
  | { readonly kind: 'failed'; readonly error: unknown };

/** One rehearsal at a time; a new one ends that before it, and leaving the page ends it too. */
export function useRehearsal(plan: string) {
  const [state, setState] = useState<RehearsalState>({ kind: 'idle' });
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const play = useCallback(
    async (scenario: TextFile): Promise<void> => {
      running.current?.abort();
      const own = new AbortController();
      running.current = own;
      const say = (next: RehearsalState): void => {
        if (running.current === own) setState(next);
      };
      say({ kind: 'running', ahead: 0, progress: undefined });
      try {
        const result = await runRehearsal({
          plan,
          scenario,
          signal: own.signal,
          onWaiting: (ahead) => say({ kind: 'running', ahead, progress: undefined }),
          onProgress: (progress) => say({ kind: 'running', ahead: 0, progress }),
        });
        say({ kind: 'done', scenario, result });
      } catch (error) {
        if (!own.signal.aborted) say({ kind: 'failed', error });
      }
    },
    [plan],
  );
  const stop = useCallback((): void => {
    running.current?.abort();
    running.current = undefined;
    setState({ kind: 'idle' });
  }, []);
  return { state, play, stop };
}
