import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { FieldType } from './decoding.ts';
import { HeartbeatRegister } from './heartbeats/register.ts';
import type { PlanData } from './link.ts';
import { mayBeOwnField } from './own-events.ts';
import { HeardRuns } from './probes/heard-runs.ts';
import { LookRegister } from './probes/register.ts';
import { SampleFeed } from './samples/feed.ts';
import { SeriesRegister } from './samples/series-register.ts';
import { SenderClocks } from './sender-clocks.ts';
import type { PlanSnapshot } from './snapshot.ts';
import { ServiceVersions } from './versions.ts';
import { WebhookRegister } from './webhooks/register.ts';

/** What intake remembers of a plan whether or not its windows run. */
export interface PlanRegister {
  /** The type of each field: that of its first use. */
  readonly fieldTypes: Map<string, FieldType>;
  readonly versions: ServiceVersions;
  /** Numeric series that are alive. */
  readonly series: SeriesRegister;
  /** Makes records of the points that the plan reads. */
  readonly feed: SampleFeed;
  readonly webhooks: WebhookRegister;
  readonly heartbeats: HeartbeatRegister;
  /** How far its probes have come. */
  readonly looks: LookRegister;
  readonly heardRuns: HeardRuns;
  /** The last fact of the core that is in the spool. */
  factsUpTo: number;
  accepted: number;
  /** By code, since the start. */
  readonly rejected: Map<string, Rejected>;
  /** How the clocks of its senders stand. */
  readonly clocks: SenderClocks;
  /** What the scrub list took out, by field, since the start. */
  readonly scrubbed: Map<string, { count: number; lastAt: Instant }>;
}

/** What was refused for one reason. */
interface Rejected {
  count: number;
  lastAt: Instant;
  /** What the last sender was told. */
  example: string;
}

/** Counts a refusal. As many reasons are told apart as there are codes. */
export function noteRejection(register: PlanRegister, code: string, message: string, at: Instant, times = 1): void {
  const count = (register.rejected.get(code)?.count ?? 0) + times;
  register.rejected.set(code, { count, lastAt: at, example: message.slice(0, limits.exampleCharacters) });
}

/** Counts what the scrub list took out of which fields; fields beyond the limit are counted as one. */
export function noteScrubbed(register: PlanRegister, scrubbed: ReadonlyMap<string, number>, at: Instant): void {
  for (const [field, times] of scrubbed) {
    const isKnown = register.scrubbed.has(field) || register.scrubbed.size < limits.scrubbedFieldsShown;
    const name = isKnown ? field : 'other fields';
    const count = (register.scrubbed.get(name)?.count ?? 0) + times;
    register.scrubbed.set(name, { count, lastAt: at });
  }
}

/** One register a plan, made when the plan is first heard of. */
export class PlanRegisters {
  readonly #plans = new Map<string, PlanRegister>();

  of(plan: string): PlanRegister {
    let register = this.#plans.get(plan);
    if (register === undefined) {
      const series = new SeriesRegister();
      register = {
        fieldTypes: new Map(),
        versions: new ServiceVersions(),
        series,
        feed: new SampleFeed(series),
        webhooks: new WebhookRegister(),
        heartbeats: new HeartbeatRegister(),
        looks: new LookRegister(),
        heardRuns: new HeardRuns(),
        factsUpTo: 0,
        accepted: 0,
        rejected: new Map(),
        clocks: new SenderClocks(),
        scrubbed: new Map(),
      };
      this.#plans.set(plan, register);
    }
    return register;
  }

  /** Takes over what an earlier run knew; what cannot be read of it is said, and begins empty. */
  restore(snapshots: readonly PlanSnapshot[], at: Instant, log: (message: string) => void): void {
    for (const snapshot of snapshots) {
      const { name, fieldTypes, typesAreSent, versions, series, heartbeats, looks, heardRuns, factsUpTo } = snapshot;
      const register = this.of(name);
      if (Number.isSafeInteger(factsUpTo)) register.factsUpTo = Math.max(register.factsUpTo, factsUpTo);
      const parts = {
        fields: () => {
          for (const [field, type] of fieldTypes) {
            if (typesAreSent || !mayBeOwnField(field)) register.fieldTypes.set(field, type);
          }
        },
        versions: () => register.versions.restore(versions ?? []),
        series: () => register.feed.restore(series ?? [], at),
        heartbeats: () => register.heartbeats.restore(heartbeats ?? []),
        looks: () => register.looks.restore(looks ?? []),
        'ids of looks': () => register.heardRuns.restore(heardRuns ?? []),
      };
      for (const [part, restore] of Object.entries(parts)) {
        try {
          restore();
        } catch (problem) {
          log(`The snapshot of the ${part} of plan ${name} cannot be read: ${String(problem)}`);
        }
      }
    }
  }

  get names(): readonly string[] {
    return [...this.#plans.keys()];
  }

  get accepted(): number {
    let sum = 0;
    for (const register of this.#plans.values()) sum += register.accepted;
    return sum;
  }

  /** By plan, then code. */
  get rejected(): Readonly<Record<string, Readonly<Record<string, number>>>> {
    return Object.fromEntries(
      [...this.#plans].map(([name, { rejected }]) => [
        name,
        Object.fromEntries([...rejected].map(([code, { count }]) => [code, count])),
      ]),
    );
  }

  /** The blocks of an earlier run are judged. */
  endReplay(): void {
    for (const { feed } of this.#plans.values()) feed.endReplay();
  }

  /** What is known of one plan's data; `since` is when counting began. */
  data(plan: string, since: Instant): PlanData {
    const register = this.#plans.get(plan);
    return {
      since,
      accepted: register?.accepted ?? 0,
      rejections: [...(register?.rejected ?? [])].map(([code, rejected]) => ({ code, ...rejected })),
      samples: { accepted: register?.series.accepted ?? 0, series: register?.series.size ?? 0 },
      wrongClocks: register?.clocks.wrong() ?? [],
      scrubbed: [...(register?.scrubbed ?? [])].map(([field, { count, lastAt }]) => ({ field, count, lastAt })),
      fieldTypes: [...(register?.fieldTypes ?? [])],
      webhooks: register?.webhooks.state ?? [],
      heartbeats: register?.heartbeats.data ?? [],
    };
  }
}
