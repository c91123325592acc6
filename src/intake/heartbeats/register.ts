import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { EventRecord } from '#signals/record.ts';
import type { HeartbeatData } from '../link.ts';

interface Known {
  readonly data: HeartbeatData;
  /** Runs that began and did not end, oldest first: when, by what the job calls them. */
  readonly runs: Map<string, Instant>;
}

/** What is known of one heartbeat, as a snapshot keeps it. */
export interface KeptHeartbeat {
  readonly data: HeartbeatData;
  readonly runs: readonly (readonly [run: string, startedAt: Instant])[];
}

/** The last check-ins of the heartbeats of one plan, and the runs that are under way. Only names that the plan has are noted. */
export class HeartbeatRegister {
  readonly #heartbeats = new Map<string, Known>();

  /** When the run began, as far as that was said. */
  startedAt(heartbeat: string, run: string): Instant | undefined {
    return this.#heartbeats.get(heartbeat)?.runs.get(run);
  }

  /** Takes note of an event `heartbeat`, also of those that a restart finds in the spool; others are passed over. */
  note(record: EventRecord): void {
    const { heartbeat, run } = record.attributes;
    if (record.name !== 'heartbeat' || typeof heartbeat !== 'string') return;
    const known = this.#heartbeats.get(heartbeat);
    const data = dataOf(heartbeat, record, known?.data);
    if (data === undefined) return;
    const runs = known?.runs ?? new Map<string, Instant>();
    const runName = typeof run === 'string' ? run : '';
    runs.delete(runName);
    if (data.lastState === 'started') {
      runs.set(runName, record.time);
      for (const oldest of runs.keys()) {
        if (runs.size <= limits.heartbeatRunsOpen) break;
        runs.delete(oldest);
      }
    }
    this.#heartbeats.set(heartbeat, { data, runs });
  }

  /** Of those that ever checked in. */
  get data(): readonly HeartbeatData[] {
    return [...this.#heartbeats.values()].map(({ data, runs }) =>
      runs.size === 0 ? data : { ...data, openSince: Math.min(...runs.values()) },
    );
  }

  get state(): readonly KeptHeartbeat[] {
    return [...this.#heartbeats.values()].map(({ data, runs }) => ({ data, runs: [...runs] }));
  }

  restore(kept: readonly KeptHeartbeat[]): void {
    for (const { data, runs } of kept) this.#heartbeats.set(data.name, { data, runs: new Map(runs) });
  }
}

function dataOf(name: string, record: EventRecord, before: HeartbeatData | undefined): HeartbeatData | undefined {
  const { time, durationMs, attributes } = record;
  const { state, exit_code: exitCode, message } = attributes;
  if (state === 'started') return { ...before, name, lastAt: time, lastState: state, startedAt: time };
  if (state !== 'succeeded' && state !== 'failed') return undefined;
  // What an earlier run said is not said of this one.
  const { durationMs: _duration, exitCode: _exitCode, message: _message, ...lasting } = before ?? {};
  return {
    ...lasting,
    name,
    lastAt: time,
    lastState: state,
    ...(state === 'succeeded' ? { succeededAt: time } : { failedAt: time }),
    endedAt: time,
    ...(durationMs !== undefined && { durationMs }),
    ...(typeof exitCode === 'number' && { exitCode }),
    ...(typeof message === 'string' && { message: message.slice(-limits.exampleCharacters) }),
  };
}
