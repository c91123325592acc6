import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { LastLook } from '#plan/prober-orders.ts';
import type { EventRecord } from '#signals/record.ts';
import { isOwnId } from '../own-events.ts';

/** What a result says of how far its probe has come. */
export interface Look {
  readonly probe: string;
  readonly location: string;
  readonly dueAt: Instant;
  readonly outcome: string;
}

/** As a snapshot keeps it. */
export type KnownLook = readonly [probe: string, location: string, dueAt: Instant, isFailing: boolean];

/** How far the probes of one plan have come at each location, for probers that start. */
export class LookRegister {
  /** By location, then probe. */
  readonly #last = new Map<string, Map<string, LastLook>>();

  /** Whether it would be known after `note` and is not before. Beyond the limits a prober that starts anew only begins anew. */
  isNew({ probe, location, dueAt, outcome }: Look): boolean {
    const looks = this.#last.get(location);
    if (looks === undefined) return this.#last.size <= limits.probeLocations;
    const known = looks.get(probe);
    if (known === undefined) return looks.size < limits.probesPerPlan;
    // What has been begun has a result later.
    return dueAt > known.dueAt || (dueAt === known.dueAt && outcome !== 'unmeasured');
  }

  note(look: Look): void {
    if (!this.isNew(look)) return;
    const { probe, location, dueAt, outcome } = look;
    const looks = this.#last.get(location) ?? new Map<string, LastLook>();
    this.#last.set(location, looks);
    const isFailing = outcome === 'unmeasured' ? looks.get(probe)?.isFailing === true : outcome === 'failed';
    looks.set(probe, { dueAt, isFailing });
  }

  /** Of events `check`, also those that a restart finds in the spool; others are left alone. */
  noteAll(records: readonly EventRecord[]): void {
    for (const { name, id, attributes } of records) {
      if (name !== 'check' || !isOwnId(id) || attributes['part'] !== undefined) continue;
      const { probe, location, due, outcome } = attributes;
      if (typeof probe !== 'string' || typeof location !== 'string' || typeof due !== 'number') continue;
      this.note({ probe, location, dueAt: due, outcome: String(outcome) });
    }
  }

  of(location: string): Readonly<Record<string, LastLook>> {
    return Object.fromEntries(this.#last.get(location) ?? []);
  }

  /** Forgets probes that the plan has no more, and locations that have none then. */
  keep(probes: ReadonlySet<string>): void {
    for (const [location, looks] of this.#last) {
      for (const probe of looks.keys()) if (!probes.has(probe)) looks.delete(probe);
      if (looks.size === 0) this.#last.delete(location);
    }
  }

  get state(): readonly KnownLook[] {
    return [...this.#last].flatMap(([location, looks]) =>
      [...looks].map(([probe, { dueAt, isFailing }]) => [probe, location, dueAt, isFailing] as const),
    );
  }

  restore(state: readonly KnownLook[]): void {
    for (const [probe, location, dueAt, isFailing] of state) {
      this.note({ probe, location, dueAt, outcome: isFailing ? 'failed' : 'passed' });
    }
  }
}
