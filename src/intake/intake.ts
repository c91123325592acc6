import type { Failure } from '#kernel/error-codes.ts';
import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock, Disk, Random } from '#kernel/ports.ts';
import type { Result } from '#kernel/result.ts';
import type { CompiledPlan } from '#plan/model.ts';
import type { EventRecord } from '#signals/record.ts';
import { type Answer, refusal } from './answer.ts';
import { type Configuration, loadConfiguration, saveConfiguration } from './configuration.ts';
import { Credentials, type Grant } from './credentials.ts';
import { EventIds } from './event-ids.ts';
import { EventsReceiver } from './events/receive.ts';
import { type FactMessage, recordOfFact } from './facts.ts';
import { type ExecutorFactory, WindowsHost } from './host.ts';
import type { ConfiguredPlan, FromIntake, IntakeStatus, SignalReading } from './link.ts';
import { LinkSession } from './link-session.ts';
import { type EventSink, Loader } from './loader.ts';
import { MonotoneClock } from './monotone-clock.ts';
import { decodePayload, encodePayload } from './payload.ts';
import { PlanRegisters } from './plan-registers.ts';
import { batchesOf, learnBlock, recallSegment } from './recall.ts';
import { RequestTokens } from './request-tokens.ts';
import { sweepSpool } from './retention.ts';
import { type IntakeSnapshot, SnapshotStore } from './snapshot.ts';
import type { Block } from './spool/block.ts';
import { Spool, type SpoolOptions } from './spool/spool.ts';
import { statusOf } from './status.ts';

/** Readings for charts, every `limits.readingsEveryMs`. A failure costs points of a curve, nothing else. */
export interface ReadingSink {
  write(plan: string, at: Instant, readings: readonly SignalReading[]): Promise<void>;
}

export interface IntakeOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: (message: string) => void;
  readonly executors: ExecutorFactory;
  /** Compiles a plan's files; undefined when they do not compile, and the plan then has no windows. */
  readonly compile: (plan: ConfiguredPlan) => CompiledPlan | undefined;
  readonly events: EventSink;
  readonly readings: ReadingSink;
  /** How late this process does what is due; undefined while it is not known. */
  readonly eventLoopDelayMs?: () => number | undefined;
  /** Other limits than the catalogue's, for tests that reach them. */
  readonly spoolLimits?: Partial<SpoolOptions['limits']>;
}

/** A request for `POST /v1/events` with its body unpacked, as the simulation sends it. */
export interface WholeRequest {
  readonly authorization?: string;
  readonly idempotencyKey?: string;
  readonly body: Uint8Array;
  readonly lines?: boolean;
}

export const EVENTS_SCOPE = 'events:write';
const SPOOL_FOLDER = 'spool';
const SNAPSHOT_FOLDER = 'windows';
/** Less silence of ours than this is no gap. */
const GAP_MS = 100;
/** After how long a configuration that the disk refused is written again. */
const KEEP_AGAIN_MS = 1_000;

/**
 * Starts intake on a disk: what an earlier run left is there when it resolves, to the last acknowledged record. Rejects when the disk does
 * not let it begin; another try begins from the same state.
 */
export async function createIntake(options: IntakeOptions): Promise<Intake> {
  const intake = new Intake(options);
  await intake.recover();
  intake.start();
  return intake;
}

/** Intake without HTTP and sockets: the spool, the windows and the promises about repeated requests. */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #clock: MonotoneClock;
  readonly #credentials = new Credentials();
  readonly #registers = new PlanRegisters();
  readonly #tokens = new RequestTokens(limits.idempotencyMs, limits.idempotencyKeys);
  readonly #eventIds = new EventIds(limits.idempotencyMs, limits.idempotencyKeys);
  readonly #live = new WeakMap<Uint8Array, readonly EventRecord[]>();
  readonly #host: WindowsHost;
  readonly #spool: Spool;
  readonly #snapshots: SnapshotStore;
  readonly #loader: Loader;
  readonly #receiver: EventsReceiver;
  readonly #runId: string;
  readonly #startedAt: Instant;
  readonly #cancels = new Map<string, () => void>();
  #session: LinkSession | undefined;
  #configuration: Configuration | undefined;
  /** Plans that the configuration on disk names. */
  #keptPlans: ReadonlySet<string> = new Set();
  #saving: Promise<void> = Promise.resolve();
  #facts: Promise<unknown> = Promise.resolve();
  #position = 0;
  #counter = 0;
  #spoolProblem: string | undefined;
  #snapshotRuns = false;
  #stopped = false;

  constructor(options: IntakeOptions) {
    this.#options = options;
    const { disk, clock, random, log } = options;
    this.#clock = new MonotoneClock(clock);
    this.#startedAt = clock.now();
    this.#runId = Buffer.from(random.bytes(8)).toString('hex');
    this.#host = new WindowsHost({
      executors: options.executors,
      verdictsPending: limits.verdictsPending,
      gapMs: GAP_MS,
      log,
    });
    this.#spool = new Spool({
      disk,
      clock,
      random,
      folder: SPOOL_FOLDER,
      limits: {
        segmentBytes: limits.spoolSegmentBytes,
        segmentMs: limits.spoolSegmentMs,
        totalBytes: limits.spoolBytes,
        reservedBytes: limits.spoolReservedBytes,
        batchBytes: limits.spoolBatchBytes,
        ...options.spoolLimits,
      },
      now: () => this.#clock.now(),
      onDurable: (batch) => this.#judge(batch),
      onSealed: () => this.#loader.wake(),
      log,
    });
    this.#snapshots = new SnapshotStore(disk, SNAPSHOT_FOLDER);
    this.#loader = new Loader({
      spool: this.#spool,
      sink: options.events,
      disk,
      folder: SPOOL_FOLDER,
      clock,
      random,
      log,
    });
    this.#receiver = new EventsReceiver({
      spool: this.#spool,
      tokens: this.#tokens,
      eventIds: this.#eventIds,
      registers: this.#registers,
      now: () => this.#clock.now(),
      makeId: () => this.makeId(),
      live: this.#live,
    });
  }

  /** Snapshot, then the blocks after it in their batches, then the time in which nobody listened. */
  async recover(): Promise<void> {
    const { disk, clock, log } = this.#options;
    const snapshot = await this.#snapshots.load();
    this.#position = snapshot?.position ?? 0;
    this.#registers.restore(snapshot?.plans ?? []);
    this.#host.restore(snapshot?.plans ?? [], snapshot?.at ?? 0);
    const now = clock.now();
    const memory = { tokens: this.#tokens, eventIds: this.#eventIds, registers: this.#registers, live: this.#live };
    const tail: Block[] = [];
    await this.#spool.recover((segment, blocks) => {
      this.#clock.notBefore(segment.lastReceivedAt + 1);
      tail.push(...recallSegment(memory, segment, blocks, now, this.#position));
    });
    this.#spool.startAfter(this.#position);
    await this.#loader.recover();

    const cached = await loadConfiguration(disk);
    if (cached !== undefined) {
      this.#configure(cached, snapshot?.at ?? tail[0]?.meta.receivedAt ?? now);
      this.#keptPlans = namesOf(cached);
      this.#useKeys(cached, false);
    }
    for (const block of tail) learnBlock(memory, block);
    for (const batch of batchesOf(tail)) this.#judge(batch);
    if (tail.length > 0) log(`Replayed ${tail.length} blocks after the snapshot.`);
    for (const plan of cached?.plans ?? []) this.#host.advance(Math.min(plan.watermark, now));
    this.#clock.notBefore(this.#host.at + 1);
    this.#host.resume(this.#clock.now());
    if (this.#host.at === 0) return;
    // The time in which nobody listened stands in no block: another restart from the snapshot before it would take it for silence. So
    // nothing is taken in or told that follows it until it is on disk; who starts intake tries again.
    if (!(await this.#save()))
      throw new Error('The disk of the data folder does not take the snapshot of the windows.');
  }

  /** Begins the work that time brings. */
  start(): void {
    this.#every('advance', limits.advanceEveryMs, () => this.#flush());
    this.#every('snapshot', limits.snapshotEveryMs, () => {
      // A disk that hangs must not make snapshots pile up in memory.
      if (!this.#snapshotRuns) void this.#save();
    });
    this.#every('readings', limits.readingsEveryMs, () => this.#writeReadings());
    this.#loader.wake();
  }

  /** Judges the head of a request, before anything is spent on its body. */
  authorize(authorization: string | undefined, scope: string): Result<Grant, Failure> {
    const now = this.#clock.now();
    const grant = this.#credentials.check(authorization, scope, now);
    if (grant.ok) this.#session?.keyUsed(grant.value.keyId, now);
    return grant;
  }

  /** `POST /v1/events` once its head was found good. */
  async receiveEvents(
    grant: Grant,
    request: { readonly body: Uint8Array; readonly lines: boolean; readonly idempotencyKey?: string },
    requestId: string,
  ): Promise<Answer> {
    const answer = await this.#receiver.receive({ ...request, grant, requestId });
    this.#spoolProblem = answer.status === 503 ? JSON.stringify(answer.body.error) : undefined;
    return answer;
  }

  /** The two above in one, for callers without HTTP. */
  async receive(request: WholeRequest): Promise<Answer> {
    const requestId = this.makeId();
    const grant = this.authorize(request.authorization, EVENTS_SCOPE);
    if (!grant.ok) return refusal(grant.failure.code, grant.failure.message, requestId);
    const { body, lines = false, idempotencyKey } = request;
    return await this.receiveEvents(
      grant.value,
      { body, lines, ...(idempotencyKey !== undefined && { idempotencyKey }) },
      requestId,
    );
  }

  /** A connection to the core; a new one ends the one before. `send` may buffer, and must not throw. */
  connect(send: (message: FromIntake) => void): LinkSession {
    this.#session?.close();
    this.#session = new LinkSession({
      send,
      instance: this.#runId,
      clock: this.#options.clock,
      host: this.#host,
      settle: () => this.#settle(),
      configure: (configuration) => this.#accept(configuration),
      storeFacts: (message) => this.#storeFacts(message),
      status: () => this.status(),
      data: (plan) => this.#registers.data(plan, this.#startedAt),
    });
    return this.#session;
  }

  /** An id that nothing else has: that of this run and a counter. */
  makeId(): string {
    this.#counter += 1;
    return `${this.#runId}-${this.#counter.toString(36)}`;
  }

  status(): IntakeStatus {
    const eventLoopDelayMs = this.#options.eventLoopDelayMs?.();
    const status = statusOf({
      credentials: this.#credentials,
      spool: this.#spool,
      spoolProblem: this.#spoolProblem,
      loader: this.#loader,
      registers: this.#registers,
      now: this.#clock.now(),
    });
    return eventLoopDelayMs === undefined ? status : { ...status, eventLoopDelayMs };
  }

  /** Lets what was taken in become durable, and leaves a snapshot. What comes later is refused. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const cancel of this.#cancels.values()) cancel();
    await this.#spool.close();
    this.#flush();
    this.#session?.close();
    await this.#save();
    await this.#loader.stop();
  }

  #every(name: string, everyMs: number, run: () => void): void {
    const { clock } = this.#options;
    const next = (): void => {
      if (this.#stopped) return;
      this.#cancels.set(
        name,
        clock.after(everyMs, () => {
          run();
          next();
        }),
      );
    };
    next();
  }

  #judge(batch: readonly Block[]): void {
    this.#host.ingest(batch, (block) => this.#live.get(block.payload) ?? decodePayload(block.payload));
    this.#position = batch.at(-1)?.meta.sequence ?? this.#position;
    if (this.#session !== undefined) this.#flushAt(this.#watermark());
  }

  /** Everything at or before this has been judged; nothing at or before it can come any more. */
  #watermark(): Instant {
    const inFlight = this.#spool.oldestInFlightAt;
    const watermark = inFlight === undefined ? this.#host.at : Math.min(this.#host.at, inFlight - 1);
    return this.#clock.leave(watermark) ? watermark : this.#clock.now() - 1;
  }

  #settle(): Instant {
    const inFlight = this.#spool.oldestInFlightAt;
    const now = this.#clock.now();
    this.#host.advance(inFlight === undefined ? now : Math.min(now, inFlight - 1));
    return this.#watermark();
  }

  #flush(): void {
    this.#flushAt(this.#settle());
  }

  #flushAt(watermark: Instant): void {
    this.#session?.flush(watermark);
  }

  #accept(configuration: Configuration): ReadonlySet<string> {
    const held = this.#configuration?.plans ?? [];
    const { unavailable = [], ...named } = configuration;
    const plans = [...named.plans, ...held.filter(({ name }) => unavailable.includes(name))];
    const names = namesOf({ ...named, plans });
    // Data of a plan that is known here not at all would be seen by no window, also after a restart: its senders are told to wait.
    const whole = { ...named, plans, keys: named.keys.filter(({ plan }) => names.has(plan)) };
    const isCurrent = unavailable.every((name) => names.has(name));
    const changed = this.#configure(whole, this.#settle());
    this.#useKeys(whole, isCurrent);
    this.#keep(whole, isCurrent);
    return changed;
  }

  /** Writes the configuration down, trying until it is on disk or another one is in force. */
  #keep(configuration: Configuration, isCurrent: boolean): void {
    this.#saving = this.#saving.then(async () => {
      if (this.#configuration !== configuration) return;
      try {
        await saveConfiguration(this.#options.disk, configuration);
        this.#keptPlans = namesOf(configuration);
      } catch (error) {
        this.#options.log(`The configuration could not be kept: ${String(error)}`);
        if (this.#stopped) return;
        const again = (): void => this.#keep(configuration, isCurrent);
        this.#cancels.set('configuration', this.#options.clock.after(KEEP_AGAIN_MS, again));
        return;
      }
      if (this.#configuration === configuration) this.#useKeys(configuration, isCurrent);
    });
  }

  /**
   * Keys of a plan count once the plan is on disk: a restart before that would find events in the spool that no window sees any more. Their
   * senders are told to wait.
   */
  #useKeys(configuration: Configuration, isCurrent: boolean): void {
    const keys = configuration.keys.filter(({ plan }) => this.#keptPlans.has(plan));
    this.#credentials.replace(keys, isCurrent && keys.length === configuration.keys.length);
  }

  #configure(configuration: Configuration, at: Instant): ReadonlySet<string> {
    const before = new Map((this.#configuration?.plans ?? []).map((plan) => [plan.name, plan]));
    this.#configuration = configuration;
    const changed = new Set<string>();
    for (const plan of configuration.plans) {
      const last = before.get(plan.name);
      // A launch by command makes another plan of the same text.
      if (last?.version === plan.version && last.launchedAt === plan.launchedAt) continue;
      changed.add(plan.name);
      const compiled = this.#options.compile(plan);
      if (compiled !== undefined) this.#host.configure(plan.name, plan.version, compiled, at);
      else this.#options.log(`Plan ${plan.name} version ${plan.version} does not compile; its data are only stored.`);
    }
    const named = new Set(configuration.plans.map((plan) => plan.name));
    for (const name of [...this.#host.plans.keys()]) if (!named.has(name)) this.#host.remove(name);
    return changed;
  }

  /**
   * Facts that the spool has already are passed over, so the core may send them as often as it likes; those on their way to the disk are
   * waited for first, since a new connection sends them again.
   */
  #storeFacts(message: FactMessage): Promise<boolean> {
    const stored = this.#facts.then(() => this.#appendFacts(message));
    this.#facts = stored.catch(() => false);
    return stored;
  }

  async #appendFacts(message: FactMessage): Promise<boolean> {
    const register = this.#registers.of(message.plan);
    const fresh = message.facts.filter((fact) => fact.sequence > register.factsUpTo);
    if (fresh.length === 0) return true;
    const records = fresh.map((fact) => recordOfFact(message.plan, fact, register.fieldTypes));
    const payload = encodePayload(records);
    this.#live.set(payload, records);
    const outcome = await this.#spool.append(
      {
        plan: message.plan,
        accepted: records.length,
        duplicates: 0,
        rejected: [],
        hasEventIds: false,
        factsUpTo: message.last,
        payload,
      },
      'facts',
    );
    if (outcome.ok) register.factsUpTo = Math.max(register.factsUpTo, message.last);
    return outcome.ok;
  }

  /** Taken now, written in the background; then the spool is swept. Resolves with whether it was written, and never rejects. */
  #save(): Promise<boolean> {
    const snapshot = this.#snapshot();
    this.#snapshotRuns = true;
    const saved = this.#saving.then(async () => {
      let isWritten = false;
      try {
        await this.#snapshots.save(snapshot);
        isWritten = true;
        await sweepSpool({
          spool: this.#spool,
          loader: this.#loader,
          safePosition: this.#snapshots.safePosition,
          now: this.#clock.now(),
          idempotencyMs: limits.idempotencyMs,
        });
      } catch (error) {
        this.#options.log(`The snapshot of the windows failed: ${String(error)}`);
      } finally {
        this.#snapshotRuns = false;
      }
      return isWritten;
    });
    this.#saving = saved.then(() => {});
    return saved;
  }

  #snapshot(): IntakeSnapshot {
    const windows = new Map(this.#host.snapshots().map((plan) => [plan.name, plan]));
    const names = new Set([...windows.keys(), ...this.#registers.names]);
    return {
      position: this.#position,
      at: this.#host.at,
      plans: [...names].map((name) => {
        const { fieldTypes, factsUpTo } = this.#registers.of(name);
        return { ...windows.get(name), name, fieldTypes: [...fieldTypes], factsUpTo };
      }),
    };
  }

  #writeReadings(): void {
    const at = this.#settle();
    for (const { name, executor } of this.#host.plans.values()) {
      this.#options.readings.write(name, at, executor.readings()).catch((error: unknown) => {
        this.#options.log(`The readings of plan ${name} were not stored: ${String(error)}`);
      });
    }
  }
}

function namesOf({ plans }: Configuration): ReadonlySet<string> {
  return new Set(plans.map(({ name }) => name));
}
