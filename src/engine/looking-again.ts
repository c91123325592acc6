import { type DurationMs, SECOND_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import type { HostedPlan } from './hosted-plan.ts';
import { describeProblem, type Log } from './log.ts';

/** Looks at something again and again, this long after each look has ended. Returns what ends it. */
export function lookAgain(
  what: string,
  everyMs: DurationMs,
  look: () => Promise<void>,
  clock: Clock,
  log: Log,
): () => void {
  let ended = false;
  let cancel = (): void => {};
  const wait = (): void => {
    cancel = clock.after(everyMs, () => {
      look()
        .catch((caught: unknown) => log('warning', `${what} cannot be listed`, { problem: describeProblem(caught) }))
        .finally(() => {
          if (!ended) wait();
        });
    });
  };
  wait();
  return () => {
    ended = true;
    cancel();
  };
}

/** People are told of a lag in the status from 2 s on; from 10 s on it is an error of the log, once for each time. Returns what ends it. */
export function watchLag(plans: ReadonlyMap<string, HostedPlan>, clock: Clock, log: Log): () => void {
  let cancel = (): void => {};
  const reported = new Set<string>();
  const watch = (): void => {
    for (const { name, runner } of plans.values()) {
      const lagMs = runner.lagMs();
      if (lagMs <= limits.coreLagReportMs) reported.delete(name);
      else if (!reported.has(name)) {
        reported.add(name);
        log('error', 'the core is behind', { plan: name, lagMs: Math.round(lagMs) });
      }
    }
    cancel = clock.after(SECOND_MS, watch);
  };
  watch();
  return () => cancel();
}
