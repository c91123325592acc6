import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Confirmation, Probe } from '#plan/probe.ts';
import { runIdsIn } from '#plan/run-id.ts';
import { compileField, compilePredicate, type FieldReader, type Matcher } from '#signals/predicate.ts';
import type { EventRecord } from '#signals/record.ts';

/** As a snapshot keeps it. */
export type KeptRun = readonly [probe: string, run: string, heardAt: Instant];

/** An id that an event brought, and the probe that it may confirm. */
export interface FoundRun {
  readonly probe: string;
  readonly run: string;
}

interface Listening {
  /** The confirmation as JSON, to see whether it is another. */
  readonly written: string;
  readonly event: string;
  readonly matches: Matcher;
  readonly read: FieldReader;
  /** What was heard from then on is remembered. */
  since: Instant;
  /** When each id was heard, oldest first. */
  readonly runs: Map<string, Instant>;
}

/**
 * The ids of looks that events of one plan have brought, for the probes that wait for one. They are taken from what came whether or not
 * somebody has asked yet. What a sender can say is bounded: the oldest are forgotten, which is told to who asks, and never taken for silence.
 */
export class HeardRuns {
  readonly #probes = new Map<string, Listening>();
  readonly #byEvent = new Map<string, readonly (readonly [probe: string, listening: Listening])[]>();
  #kept: readonly KeptRun[] = [];

  /** Listens for what the probes of a plan wait for. Nobody listened before `now`: also not while there was no intake. */
  configure(probes: readonly Probe[], now: Instant): void {
    const wanted = new Map(
      probes.flatMap(({ name, confirm }) => (confirm === undefined ? [] : [[name, confirm] as const])),
    );
    for (const name of this.#probes.keys()) if (!wanted.has(name)) this.#probes.delete(name);
    for (const [name, confirm] of wanted) {
      const written = JSON.stringify(confirm);
      if (this.#probes.get(name)?.written !== written) this.#probes.set(name, listen(confirm, written, now));
    }
    for (const [probe, run, heardAt] of this.#kept) this.#probes.get(probe)?.runs.set(run, heardAt);
    this.#kept = [];
    this.#byEvent.clear();
    for (const [event, of] of Map.groupBy(this.#probes, ([, { event }]) => event)) this.#byEvent.set(event, of);
  }

  /** The ids that records bring; nothing is remembered of them yet. */
  find(records: readonly EventRecord[]): readonly FoundRun[] {
    if (this.#byEvent.size === 0) return NOTHING;
    let found: FoundRun[] | undefined;
    for (const record of records) {
      for (const [probe, { matches, read }] of this.#byEvent.get(record.name) ?? []) {
        const value = read(record);
        if (typeof value !== 'string' || !matches(record)) continue;
        found ??= [];
        for (const run of runIdsIn(value)) found.push({ probe, run });
      }
    }
    return found ?? NOTHING;
  }

  /** Remembers what was found, once the records that brought it are kept. */
  note(found: readonly FoundRun[], at: Instant): void {
    for (const { probe, run } of found) {
      const listening = this.#probes.get(probe);
      if (listening === undefined || listening.runs.has(run)) continue;
      listening.runs.set(run, at);
      forget(listening, at);
    }
  }

  /** What is known of an id; undefined for a probe that waits for nothing. */
  ask({ probe, run }: FoundRun): { readonly since: Instant; readonly heardAt?: Instant } | undefined {
    const listening = this.#probes.get(probe);
    if (listening === undefined) return undefined;
    const heardAt = listening.runs.get(run);
    return { since: listening.since, ...(heardAt === undefined ? {} : { heardAt }) };
  }

  get state(): readonly KeptRun[] {
    const heard = [...this.#probes].flatMap(([probe, { runs }]) =>
      [...runs].map(([run, heardAt]) => [probe, run, heardAt] as const),
    );
    return [...this.#kept, ...heard];
  }

  /** What an earlier run heard, for the probes that `configure` names. */
  restore(kept: readonly KeptRun[]): void {
    this.#kept = kept.map(([probe, run, heardAt]) => [probe, run, heardAt]);
  }
}

const NOTHING: readonly FoundRun[] = [];

function listen({ event, where, units, field }: Confirmation, written: string, since: Instant): Listening {
  const matches = where === undefined ? () => true : compilePredicate(where, units);
  return { written, event, matches, read: compileField(field), since, runs: new Map() };
}

function forget(listening: Listening, now: Instant): void {
  const { runs } = listening;
  for (const [run, heardAt] of runs) {
    if (runs.size <= limits.probeRunsHeard && heardAt >= now - limits.probeRunsHeardMs) return;
    runs.delete(run);
    listening.since = Math.max(listening.since, heardAt + 1);
  }
}
