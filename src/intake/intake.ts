import { hash, timingSafeEqual } from 'node:crypto';
import type { Failure } from '#kernel/error-codes.ts';
import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { MonotoneClock } from '#kernel/monotone-clock.ts';
import type { Result } from '#kernel/result.ts';
import { intakeSecrets } from '#plan/intake-secrets.ts';
import type { CompiledPlan } from '#plan/model.ts';
import type { EventRecord } from '#signals/record.ts';
import { madeId } from '#storage/columns/made-ids.ts';
import { Acceptance, type Submission } from './acceptance.ts';
import { recordsOfBlock } from './block-records.ts';
import { loadConfiguration } from './configuration.ts';
import { Credentials, type Grant } from './credentials.ts';
import { EventIds } from './event-ids.ts';
import { FactSpool } from './fact-spool.ts';
import { Forgotten } from './forgotten.ts';
import type { HeartbeatRegister } from './heartbeats/register.ts';
import { WindowsHost } from './host.ts';
import type { IntakeOptions } from './intake-options.ts';
import { Judging } from './judging.ts';
import { Floods } from './limiting/floods.ts';
import { RateLimits } from './limiting/rate-limits.ts';
import type { ForgottenForms, FromIntake, IntakeStatus, PlanData } from './link.ts';
import { LinkSession } from './link-session.ts';
import { Loader } from './loader.ts';
import { noteRejection, PlanRegisters } from './plan-registers.ts';
import { PlansInForce } from './plans-in-force.ts';
import { beginLook } from './probes/begin-look.ts';
import type { HeardRuns } from './probes/heard-runs.ts';
import type { LookRegister } from './probes/register.ts';
import { batchesOf, learnBlock, noteBegun, recallSegment } from './recall.ts';
import type { RequestRefusal } from './receiver.ts';
import { Recollection } from './recollection.ts';
import { RepeatedWork } from './repeated-work.ts';
import { type RememberedAnswer, RequestTokens } from './request-tokens.ts';
import type { AdmittedSamples } from './samples/admit.ts';
import type { SeriesRegister } from './samples/series-register.ts';
import { Scraper } from './scraping/scraper.ts';
import { Scrubbers } from './scrubbers.ts';
import { type SecretState, Secrets } from './secrets.ts';
import { SnapshotKeeper } from './snapshot-keeper.ts';
import type { BegunLook, Block } from './spool/block.ts';
import { Spool } from './spool/spool.ts';
import { statusOf } from './status.ts';
import { WriteQueue } from './write-queue.ts';

const SPOOL_FOLDER = 'spool';
/** Less silence of ours than this is no gap. */
const GAP_MS = 100;

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
  readonly #eventIds = new EventIds(limits.idempotencyMs, limits.eventIds);
  readonly #live = new WeakMap<Uint8Array, readonly EventRecord[]>();
  readonly #liveSamples = new WeakMap<Uint8Array, AdmittedSamples>();
  readonly #blocks = { registers: this.#registers, live: this.#live, liveSamples: this.#liveSamples };
  readonly #host: WindowsHost;
  readonly #spool: Spool;
  readonly #facts: FactSpool;
  readonly #plans: PlansInForce;
  readonly #snapshots: SnapshotKeeper;
  readonly #loader: Loader;
  readonly #recollection: Recollection;
  readonly #acceptance: Acceptance;
  readonly #floods = new Floods();
  readonly #forgotten: Forgotten;
  readonly #scrubbers = new Scrubbers((plan) => this.#plans.compiled(plan)?.scrub);
  /** What senders may send a second; the server asks before it reads a body. */
  readonly rateLimits: RateLimits;
  readonly #secrets: Secrets;
  readonly #scraper: Scraper | undefined;
  readonly #runId: string;
  readonly #startedAt: Instant;
  readonly #work: RepeatedWork;
  readonly #judging: Judging;
  #session: LinkSession | undefined;
  #counter = 0;

  constructor(options: IntakeOptions) {
    this.#options = options;
    const { disk, clock, random, log } = options;
    this.#clock = new MonotoneClock(clock);
    this.#startedAt = clock.now();
    this.#secrets = options.secrets ?? new Secrets(() => {});
    this.#runId = Buffer.from(random.bytes(8)).toString('hex');
    this.#host = new WindowsHost({
      executors: options.executors,
      verdictsPending: limits.verdictsPending,
      gapMs: GAP_MS,
      recalls: options.history !== undefined,
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
        waitMs: limits.intakeWaitMs,
        ...options.spoolLimits,
      },
      now: () => this.#clock.now(),
      onDurable: (batch) => {
        for (const block of batch) noteBegun(this.#registers, block);
        this.#judging.judge(batch);
      },
      onSealed: () => this.#loader.wake(),
      log,
    });
    this.#facts = new FactSpool({ spool: this.#spool, registers: this.#registers, live: this.#live });
    this.#forgotten = new Forgotten(disk);
    this.#loader = new Loader({
      spool: this.#spool,
      filter: (block) => this.#forgotten.apply(block),
      sink: options.events,
      disk,
      folder: SPOOL_FOLDER,
      clock,
      random,
      log,
    });
    this.#recollection = new Recollection({
      source: options.history,
      host: this.#host,
      clock,
      storedBefore: () => this.#storedBefore(),
      settle: () => this.#judging.settle(),
      now: () => this.#clock.now(),
      log,
    });
    this.#work = new RepeatedWork(clock);
    this.#judging = new Judging({
      host: this.#host,
      clock: this.#clock,
      spool: () => this.#spool,
      session: () => this.#session,
      recordsOf: (block) => recordsOfBlock(this.#blocks, block),
    });
    // One after the other: a snapshot never overtakes the configuration that its windows are of.
    const writes = new WriteQueue();
    const { compile } = options;
    this.#plans = new PlansInForce({
      disk,
      clock,
      log,
      compile,
      host: this.#host,
      credentials: this.#credentials,
      writes,
      onConfigured: () => {
        this.#secrets.want([...this.#plans.all.values()].flatMap(intakeSecrets));
        this.#scraper?.follow();
        this.#recollection.wake();
        for (const [name, plan] of this.#plans.all) {
          const { feed, looks, heardRuns } = this.#registers.of(name);
          feed.configure(plan);
          looks.keep(new Set(plan.probes?.map((probe) => probe.name)));
          heardRuns.configure(plan.probes ?? [], this.#clock.now());
        }
        options.onPlans?.(this.#plans.all);
      },
    });
    this.#scraper =
      options.transport &&
      new Scraper({
        transport: options.transport,
        clock,
        log,
        now: () => this.#clock.now(),
        plans: () => this.#plans.all,
        secret: (name) => this.secret(name),
        accept: (submission) => this.accept(submission),
      });
    this.#snapshots = new SnapshotKeeper({
      disk,
      clock: this.#clock,
      log,
      spool: this.#spool,
      loader: this.#loader,
      host: this.#host,
      registers: this.#registers,
      eventIds: this.#eventIds,
      writes,
      position: () => this.#judging.position,
    });
    this.rateLimits = new RateLimits({
      monotonicMs: () => clock.monotonicMs(),
      limitsOf: (plan) => this.#plans.compiled(plan)?.limits,
    });
    this.#acceptance = new Acceptance({
      spool: this.#spool,
      rateLimits: this.rateLimits,
      scrubbers: this.#scrubbers,
      onFlood: (plan, refused) => this.noteFlood(plan, refused),
      tokens: this.#tokens,
      eventIds: this.#eventIds,
      registers: this.#registers,
      now: () => this.#clock.now(),
      makeId: () => this.makeId(),
      live: this.#live,
      liveSamples: this.#liveSamples,
    });
  }

  /** Snapshot, then the blocks after it in their batches, then the time in which nobody listened. */
  async recover(): Promise<void> {
    const { disk, clock, random, log } = this.#options;
    await this.#scrubbers.load(disk, random);
    await this.#eventIds.load(disk, random);
    await this.#forgotten.load();
    const snapshot = await this.#snapshots.load();
    const position = snapshot?.position ?? 0;
    this.#judging.position = position;
    this.#registers.restore(snapshot?.plans ?? [], snapshot?.at ?? 0, log);
    this.#host.restore(snapshot?.plans ?? [], snapshot?.at ?? 0);
    const now = clock.now();
    const memory = { tokens: this.#tokens, eventIds: this.#eventIds, registers: this.#registers, live: this.#live };
    const tail: Block[] = [];
    await this.#spool.recover((segment, blocks) => {
      this.#clock.notBefore(segment.lastReceivedAt + 1);
      tail.push(...recallSegment(memory, segment, blocks, now, position));
    });
    this.#spool.startAfter(position);
    await this.#loader.recover();

    const cached = await loadConfiguration(disk);
    if (cached !== undefined) {
      this.#plans.restore(cached, snapshot?.at ?? tail[0]?.meta.receivedAt ?? now);
    }
    for (const block of tail) learnBlock(memory, block);
    for (const batch of batchesOf(tail)) this.#judging.judge(batch);
    this.#registers.endReplay();
    if (tail.length > 0) log(`Replayed ${tail.length} blocks after the snapshot.`);
    for (const plan of cached?.plans ?? []) this.#host.advance(Math.min(plan.watermark, now));
    this.#clock.notBefore(this.#host.at + 1);
    this.#host.resume(this.#clock.now());
    if (this.#host.at === 0) return;
    // The time in which nobody listened stands in no block: another restart from the snapshot before it would take it for silence. So
    // nothing is taken in or told that follows it until it is on disk; who starts intake tries again.
    if (!(await this.#snapshots.save()))
      throw new Error('The disk of the data folder does not take the snapshot of the windows.');
  }

  /** Begins the work that time brings. */
  start(): void {
    this.#scraper?.start();
    this.#recollection.wake();
    this.#work.every('advance', limits.advanceEveryMs, () => this.#judging.flush());
    this.#work.every('snapshot', limits.snapshotEveryMs, () => {
      // A disk that hangs must not make snapshots pile up in memory.
      if (!this.#snapshots.runs) void this.#snapshots.save();
      this.#sweepForgotten();
    });
    this.#work.every('recollection', limits.recollectionEveryMs, () => this.#recollection.wake());
    this.#work.every('readings', limits.readingsEveryMs, () => this.#writeReadings());
    this.#loader.wake();
  }

  /** Judges the head of a request, before anything is spent on its body. */
  authorize(authorization: string | undefined, scope: string): Result<Grant, Failure> {
    const now = this.#clock.now();
    const grant = this.#credentials.check(authorization, scope, now);
    if (grant.ok) this.#session?.keyUsed(grant.value.keyId, now);
    return grant;
  }

  /** A request of any protocol once its head was found good: what was accepted is on disk when this resolves. */
  accept(submission: Submission): Promise<Result<RememberedAnswer, RequestRefusal>> {
    return this.#acceptance.accept(submission);
  }

  /** Counts a whole request that was refused because too much is sent or under way. */
  noteFlood(plan: string, { code, message }: RequestRefusal): void {
    const now = this.#clock.now();
    noteRejection(this.#registers.of(plan), code, message, now);
    this.#floods.note(plan, code, message, now);
  }

  /** The compiled plan in force, for receivers that a plan configures; undefined when there is none or it does not compile. */
  plan(name: string): CompiledPlan | undefined {
    return this.#plans.compiled(name);
  }

  /** The plans in force, compiled. */
  get plans(): ReadonlyMap<string, CompiledPlan> {
    return this.#plans.all;
  }

  /** The value of a secret that a plan in force names. */
  secret(name: string): SecretState {
    return this.#secrets.look(name);
  }

  /** The telemetry store has all that was received before. */
  #storedBefore(): Instant {
    const unsealedAt = this.#spool.oldestUnsealedAt ?? Number.POSITIVE_INFINITY;
    const waitsFrom = this.#loader.waiting[0]?.firstReceivedAt ?? Number.POSITIVE_INFINITY;
    return Math.min(this.#clock.now(), unsealedAt, waitsFrom);
  }

  /** Whether events of a plan may be taken now: its windows are there, and a restart would find it again. */
  takes(plan: string): boolean {
    return this.#plans.isKept(plan);
  }

  /** Whether the core has named every plan in this run, so that one that is unknown is none. */
  get knowsAllPlans(): boolean {
    return this.#credentials.current;
  }

  webhookReceived(plan: string, name: string, duplicates: number): void {
    this.#registers.of(plan).webhooks.received(name, this.#clock.now(), duplicates);
  }

  webhookRefused(plan: string, name: string, code: string, message: string): void {
    this.#registers.of(plan).webhooks.refused(name, code, message, this.#clock.now());
  }

  /** The check-ins of a plan's jobs. */
  heartbeats(plan: string): HeartbeatRegister {
    return this.#registers.of(plan).heartbeats;
  }

  /** How far the probes of a plan have come. */
  looks(plan: string): LookRegister {
    return this.#registers.of(plan).looks;
  }

  /** A look that sends something begins: on disk when this resolves. */
  beginLook(plan: string, begun: BegunLook): Promise<Result<void, RequestRefusal>> {
    return beginLook({ spool: this.#spool, looks: this.looks(plan) }, plan, begun);
  }

  /** The ids of looks that events of a plan have brought. */
  heardRuns(plan: string): HeardRuns {
    return this.#registers.of(plan).heardRuns;
  }

  /** Whether an `Authorization` header is that of the server's own prober. */
  isOwnProber(authorization: string | undefined): boolean {
    const { proberKey } = this.#options;
    if (proberKey === undefined || authorization === undefined) return false;
    return timingSafeEqual(hash('sha256', authorization, 'buffer'), hash('sha256', `Bearer ${proberKey}`, 'buffer'));
  }

  /** The numeric series of a plan that are alive. */
  seriesOf(plan: string): SeriesRegister {
    return this.#registers.of(plan).series;
  }

  now(): Instant {
    return this.#clock.now();
  }

  /** A connection to the core; a new one ends the one before. `send` may buffer, and must not throw. */
  connect(send: (message: FromIntake) => void): LinkSession {
    this.#session?.close();
    this.#session = new LinkSession({
      send,
      instance: this.#runId,
      clock: this.#options.clock,
      host: this.#host,
      settle: () => this.#judging.settle(),
      configure: (configuration) => this.#plans.accept(configuration, this.#judging.settle()),
      storeFacts: (message) => this.#facts.store(message),
      status: () => this.status(),
      data: (plan) => this.data(plan),
      forget: (plan, user) => this.forget(plan, user),
    });
    return this.#session;
  }

  /** What is known of the data that are sent to a plan. */
  data(plan: string): PlanData {
    const scrapes = this.#scraper && { scrapes: this.#scraper.reports(plan) };
    const floods = this.#floods.now(this.#clock.now()).filter((flood) => flood.plan === plan);
    return { ...this.#registers.data(plan, this.#startedAt), floods, ...scrapes };
  }

  /**
   * Sees to it that nothing of a user that is in the spool now comes into the telemetry store, and says under which forms they may stand there
   * already. Rejects when the disk does not keep that.
   */
  async forget(plan: string, user: string): Promise<ForgottenForms> {
    const forms = this.#scrubbers.of(plan).formsOf(user);
    await this.#forgotten.add({ plan, forms, at: this.#clock.now() });
    this.#registers.of(plan).series.forget(new Set(forms));
    // What began before is in the store now, or comes again without them.
    await this.#loader.settled();
    return { forms };
  }

  /** An id that nothing else has: that of this run and a counter. */
  makeId(): string {
    this.#counter += 1;
    return madeId(this.#runId, this.#counter);
  }

  status(): IntakeStatus {
    const eventLoopDelayMs = this.#options.eventLoopDelayMs?.();
    const status = statusOf({
      credentials: this.#credentials,
      spool: this.#spool,
      spoolProblem: this.#acceptance.problem,
      loader: this.#loader,
      registers: this.#registers,
      floods: this.#floods,
      now: this.#clock.now(),
    });
    return eventLoopDelayMs === undefined ? status : { ...status, eventLoopDelayMs };
  }

  /** Lets what was taken in become durable, and leaves a snapshot. What comes later is refused. */
  async stop(): Promise<void> {
    this.#work.stop();
    this.#plans.stop();
    this.#scraper?.stop();
    this.#recollection.stop();
    await this.#spool.close();
    this.#judging.flush();
    this.#session?.close();
    await this.#snapshots.save();
    await this.#loader.stop();
  }

  #sweepForgotten(): void {
    const oldestWaitingAt = this.#loader.waiting[0]?.lastReceivedAt ?? this.#clock.now();
    this.#forgotten.sweep(oldestWaitingAt).catch((error: unknown) => {
      this.#options.log(`The list of forgotten users was not shortened: ${String(error)}`);
    });
  }

  #writeReadings(): void {
    const at = this.#judging.settle();
    for (const { name, executor } of this.#host.plans.values()) {
      this.#options.readings.write(name, at, executor.readings()).catch((error: unknown) => {
        this.#options.log(`The readings of plan ${name} were not stored: ${String(error)}`);
      });
    }
  }
}
