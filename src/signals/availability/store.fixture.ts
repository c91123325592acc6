import type { Availability, Run } from '#plan/availability.ts';
import type { EventRecord } from '../record.ts';
import type { Arrival } from '../watch/reference-watch.ts';
import type { HistoryWanted, TargetHistory } from './availability-window.ts';

const STATES: Readonly<Record<string, Availability>> = { passed: 'up', failed: 'down' };

/** What a store that has these results answers, for the tests of this folder only. */
export function answerOf(
  { figure, from, to }: Pick<HistoryWanted, 'figure' | 'from' | 'to'>,
  arrivals: readonly Arrival[],
): readonly TargetHistory[] {
  return figure.targets.map(({ probe, part, staleMs }) => {
    const own = arrivals
      .filter(({ record: { attributes } }) => attributes['probe'] === probe && attributes['part'] === part)
      .map(({ record, receivedAt }) => ({ record, at: Math.min(record.time, receivedAt) }))
      .filter(({ at }) => at >= from && at < to)
      .sort((left, right) => left.at - right.at);
    const byLocation = Map.groupBy(own, ({ record }) => String(record.attributes['location']));
    return { locations: [...byLocation].map(([location, told]) => ({ location, runs: runsOf(told, staleMs) })) };
  });
}

function runsOf(
  told: readonly { readonly record: EventRecord; readonly at: number }[],
  staleMs: number,
): readonly Run[] {
  const runs: Run[] = [];
  for (const { record, at } of told) {
    const state = STATES[String(record.attributes['outcome'])] ?? 'unknown';
    const last = runs.at(-1);
    if (last?.state === state && at - last.last <= staleMs) runs[runs.length - 1] = { ...last, last: at };
    else runs.push({ from: at, last: at, state });
  }
  return runs;
}
