import { createHash } from 'node:crypto';
import type { Instant } from '#kernel/instant.ts';
import type { Clock, Random } from '#kernel/ports.ts';
import type { CompiledPlan } from '#plan/model.ts';
import type { Verdict } from '#plan/reading.ts';
import type { EventRecord } from '#signals/record.ts';
import { receiveEvents } from './events/receive.ts';
import type { HostedExecutor } from './host.ts';
import { createIntake, type Intake } from './intake.ts';
import type { IntakeOptions } from './intake-options.ts';
import type { FromCore, FromIntake, IngestKey } from './link.ts';
import { eventsOf, type StoredEvent } from './loader.ts';
import { VolatileDisk } from './spool/volatile-disk.ts';

interface Timer {
  /** When it is due, in monotonic time. */
  readonly dueMs: () => number;
  readonly run: () => void;
}

/** Time that moves only when a test says so. Monotonic time begins as the wall clock's, and stays when that is set. */
export class VirtualClock implements Clock {
  #monotonicMs: number;
  #aheadMs = 0;
  readonly #timers = new Set<Timer>();

  constructor(now: Instant) {
    this.#monotonicMs = now;
  }

  now(): Instant {
    return this.#monotonicMs + this.#aheadMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  schedule(at: Instant, run: () => void): () => void {
    return this.#add({ dueMs: () => at - this.#aheadMs, run });
  }

  after(delayMs: number, run: () => void): () => void {
    const dueMs = this.#monotonicMs + delayMs;
    return this.#add({ dueMs: () => dueMs, run });
  }

  /** Sets the wall clock, ahead or back. */
  jump(byMs: number): void {
    this.#aheadMs += byMs;
  }

  /** Runs what becomes due on the way, in order, and lets promises settle after each. */
  async advance(durationMs: number): Promise<void> {
    const endMs = this.#monotonicMs + durationMs;
    for (;;) {
      const next = [...this.#timers].sort((left, right) => left.dueMs() - right.dueMs())[0];
      if (next === undefined || next.dueMs() > endMs) break;
      this.#timers.delete(next);
      this.#monotonicMs = Math.max(this.#monotonicMs, next.dueMs());
      next.run();
      await settle();
    }
    this.#monotonicMs = endMs;
    await settle();
  }

  #add(timer: Timer): () => void {
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }
}

/** Lets everything run that waits for nothing but promises. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export function seededRandom(seed: number): Random {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state;
  };
  return {
    bytes: (length) => Uint8Array.from({ length }, () => next() >>> 24),
    fraction: () => next() / 2 ** 32,
  };
}

/** Judges whether more than two events named `failure` were heard in all; dated by the call that made it so. */
export class CountingExecutor implements HostedExecutor {
  #count: number;
  #at: Instant;
  #truth: Verdict['truth'] = 'false';
  readonly seen: EventRecord[] = [];
  resumedAt: Instant | undefined;

  constructor(at: Instant, count = 0) {
    this.#at = at;
    this.#count = count;
  }

  get count(): number {
    return this.#count;
  }

  advance(to: Instant): readonly Verdict[] {
    this.#move(to);
    return [];
  }

  ingest(records: readonly EventRecord[], receivedAt: Instant): readonly Verdict[] {
    this.#move(receivedAt);
    const verdicts: Verdict[] = [];
    for (const record of records) {
      this.seen.push(record);
      if (record.name === 'failure') this.#count += 1;
      if (record.name === 'mended') this.#count = 0;
      const truth = this.#count > 2 ? 'true' : 'false';
      if (truth === this.#truth) continue;
      this.#truth = truth;
      verdicts.push(this.#verdict());
    }
    return verdicts;
  }

  resume(at: Instant): void {
    this.#move(at);
    this.resumedAt = at;
  }

  verdicts(): readonly Verdict[] {
    return [this.#verdict()];
  }

  readings(): ReturnType<HostedExecutor['readings']> {
    return [{ signal: 'failures', group: '[]', reading: this.#verdict().reading }];
  }

  snapshot(): Uint8Array {
    return new TextEncoder().encode(JSON.stringify([this.#at, this.#count]));
  }

  withPlan(): HostedExecutor {
    return this;
  }

  awaitHistory(): void {}

  historyWanted(): readonly [] {
    return [];
  }

  fillHistory(): readonly [] {
    return [];
  }

  keysWanted(): readonly [] {
    return [];
  }

  fillKeys(): readonly [] {
    return [];
  }

  #move(to: Instant): void {
    if (to < this.#at) throw new Error(`Time went back from ${this.#at} to ${to}.`);
    this.#at = to;
  }

  #verdict(): Verdict {
    return {
      test: 'failures',
      group: '[]',
      truth: this.#truth,
      at: this.#at,
      reading: { state: 'value', value: this.#count, sampleSize: this.#count, at: this.#at },
      against: [2],
    };
  }
}

export const testKey = `wb_ingest_${'a'.repeat(16)}_${'b'.repeat(32)}`;

export function ingestKey(changes: Partial<IngestKey> = {}): IngestKey {
  return {
    id: 'a'.repeat(16),
    plan: 'shop',
    scopes: ['events:write'],
    hash: createHash('sha256').update(testKey).digest('hex'),
    ...changes,
  };
}

/** A core that listens: what intake said, and how to answer. */
export interface TestCore {
  readonly heard: FromIntake[];
  say(message: FromCore): void;
  /** All verdicts heard, in order, with the message that brought each. */
  verdicts(): readonly { readonly truth: string; readonly complete: boolean; readonly sequence: number }[];
}

export interface TestIntake {
  readonly intake: Intake;
  readonly disk: VolatileDisk;
  readonly clock: VirtualClock;
  readonly loaded: Map<string, readonly StoredEvent[]>;
  readonly executors: CountingExecutor[];
  readonly log: string[];
  send(body: unknown, idempotencyKey?: string): ReturnType<typeof receiveEvents>;
  connect(): TestCore;
  configure(core: TestCore, watermark?: Instant): void;
}

export const T0: Instant = 1_790_000_000_000;

/** Intake over a disk in memory. `events.fail` makes the telemetry store refuse. */
export async function startIntake(
  parts: {
    readonly disk?: VolatileDisk;
    readonly clock?: VirtualClock;
    readonly loaded?: Map<string, readonly StoredEvent[]>;
    readonly storeFails?: () => boolean;
    readonly spoolLimits?: IntakeOptions['spoolLimits'];
  } = {},
): Promise<TestIntake> {
  const { disk = new VolatileDisk(), clock = new VirtualClock(T0), loaded = new Map() } = parts;
  const executors: CountingExecutor[] = [];
  const log: string[] = [];
  const keep = (executor: CountingExecutor): CountingExecutor => {
    executors.push(executor);
    return executor;
  };
  const intake = await createIntake({
    disk,
    clock,
    random: seededRandom(clock.now() + executors.length),
    log: (message) => log.push(message),
    executors: {
      create: (_plan, at) => keep(new CountingExecutor(at)),
      restore: (_plan, bytes) => {
        const [at, count] = JSON.parse(new TextDecoder().decode(bytes)) as [number, number];
        return keep(new CountingExecutor(at, count));
      },
    },
    compile: () => ({ tests: { failures: {} }, sources: {} }) as unknown as CompiledPlan,
    events: {
      insert: async (id, blocks) => {
        if (parts.storeFails?.()) throw new Error('The store is away.');
        loaded.set(id, eventsOf(blocks));
      },
    },
    readings: { write: async () => {} },
    ...(parts.spoolLimits && { spoolLimits: parts.spoolLimits }),
  });
  const connect = (): TestCore => {
    const heard: FromIntake[] = [];
    const session = intake.connect((message) => heard.push(message));
    return {
      heard,
      say: (message) => session.receive(message),
      verdicts: () =>
        heard.flatMap((message) =>
          message.type === 'verdicts'
            ? message.verdicts.map(({ truth }) => ({
                truth,
                complete: message.complete === true,
                sequence: message.sequence,
              }))
            : [],
        ),
    };
  };
  return {
    intake,
    disk,
    clock,
    loaded,
    executors,
    log,
    connect,
    configure: (core, watermark = 0) =>
      core.say({ type: 'configure', plans: [{ name: 'shop', version: 1, files: [], watermark }], keys: [ingestKey()] }),
    send: (body, idempotencyKey) =>
      receiveEvents(intake, {
        authorization: `Bearer ${testKey}`,
        body: new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)),
        ...(idempotencyKey !== undefined && { idempotencyKey }),
      }),
  };
}
