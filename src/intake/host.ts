import type { DurationMs, Instant } from '#kernel/instant.ts';
import type { CompiledPlan, MeasureId } from '#plan/model.ts';
import type { Verdict } from '#plan/reading.ts';
import type { HistoryWanted, TargetHistory } from '#signals/availability/availability-window.ts';
import type { Executor } from '#signals/executor.ts';
import type { KeyRecall, KeysWanted } from '#signals/keys/key-recall.ts';
import type { EventRecord } from '#signals/record.ts';
import { factEventNames } from './facts.ts';
import type { PlanSnapshot } from './snapshot.ts';
import type { Block } from './spool/block.ts';
import { VerdictOutbox } from './verdict-outbox.ts';

/** An executor that can be snapshot and can go over to another version of its plan. */
export interface HostedExecutor extends Executor {
  snapshot(): Uint8Array;
  withPlan(plan: CompiledPlan): HostedExecutor;
  /**
   * Says nothing of availabilities and keys that are new, until `fillHistory` and `fillKeys` bring what a store knows of them. Keys are to be
   * told of all that was received up to `at`; what is judged later was received later, but for what comes as of `at` itself.
   */
  awaitHistory(at: Instant): void;
  historyWanted(): readonly HistoryWanted[];
  fillHistory(wanted: HistoryWanted, histories: readonly TargetHistory[], at: Instant): readonly Verdict[];
  keysWanted(): readonly KeysWanted[];
  fillKeys(measure: MeasureId, recall: KeyRecall, at: Instant): readonly Verdict[];
}

export interface ExecutorFactory {
  create(plan: CompiledPlan, at: Instant): HostedExecutor;
  /** Undefined when the bytes are of another version of the program. */
  restore(plan: CompiledPlan, snapshot: Uint8Array): HostedExecutor | undefined;
}

export interface HostOptions {
  readonly executors: ExecutorFactory;
  readonly verdictsPending: number;
  /** Time without us below this is no gap: a restart of a test's length still heard everything. */
  readonly gapMs: DurationMs;
  /** A store is asked for what was before availabilities were there. */
  readonly recalls?: boolean;
  readonly log: (message: string) => void;
}

/** One plan's executor with what it has to say. */
export interface HostedPlan {
  readonly name: string;
  version: number;
  executor: HostedExecutor;
  /** What was received up to then, a store is asked for, also what is judged only later: that is judged as of this instant, by itself. */
  askedUpTo: Instant;
  /** Whether a source of the plan is made of the core's own facts. */
  readsFacts: boolean;
  readonly outbox: VerdictOutbox;
}

/** What one block brings to one plan: what a store is asked for comes first. */
interface JudgedBatch {
  readonly asked: (readonly EventRecord[])[];
  askedAt: Instant;
  readonly records: (readonly EventRecord[])[];
  receivedAt: Instant;
}

/**
 * Drives one executor a plan. It is told of durable batches and of time, never looks at a clock, and sees to it that no
 * executor's instant goes backwards. A failing executor is a bug; it must not cost the other plans or the acknowledgement.
 */
export class WindowsHost {
  readonly #options: HostOptions;
  readonly #plans = new Map<string, HostedPlan>();
  /** Of plans that the configuration has not named yet. */
  readonly #restored = new Map<string, PlanSnapshot>();
  /** The last instant that any executor was given. */
  #at: Instant = 0;

  constructor(options: HostOptions) {
    this.#options = options;
  }

  get plans(): ReadonlyMap<string, HostedPlan> {
    return this.#plans;
  }

  get at(): Instant {
    return this.#at;
  }

  /** Puts the state of an earlier run in reserve, for plans that `configure` names. */
  restore(snapshots: readonly PlanSnapshot[], at: Instant): void {
    for (const snapshot of snapshots)
      this.#restored.set(snapshot.name, { ...snapshot, heardUntil: snapshot.heardUntil ?? at });
    this.#at = Math.max(this.#at, at);
  }

  /** A plan as the core has it now: another version than before, or another T+0. */
  configure(name: string, version: number, plan: CompiledPlan, at: Instant): void {
    const now = Math.max(at, this.#at);
    const hosted = this.#plans.get(name);
    if (hosted === undefined) {
      this.#plans.set(name, this.#start(name, version, plan, now));
      this.#at = now;
      return;
    }
    this.#guard(name, () => {
      hosted.outbox.add(hosted.executor.advance(now));
      hosted.executor = hosted.executor.withPlan(plan);
      this.#awaitHistory(hosted, now);
      hosted.version = version;
      hosted.readsFacts = readsFacts(plan);
      hosted.outbox.retain(new Set(Object.keys(plan.tests)));
      hosted.outbox.reconcile(hosted.executor.verdicts(), now);
    });
    this.#at = now;
  }

  remove(name: string): void {
    this.#plans.delete(name);
    this.#restored.delete(name);
  }

  /** Judges what became durable together: one call for each plan, at the receipt of its last block. */
  ingest(batch: readonly Block[], recordsOf: (block: Block) => readonly EventRecord[]): void {
    const judged = new Map<string, JudgedBatch>();
    let at = this.#at;
    for (const block of batch) {
      const { plan, receivedAt } = block.meta;
      at = Math.max(at, receivedAt);
      const hosted = this.#plans.get(plan);
      // Facts that nothing reads are no sign of life of the product: they must not turn *no data* into 0.
      if (hosted === undefined || (block.meta.factsUpTo !== undefined && !hosted.readsFacts)) continue;
      const entry = judged.get(plan) ?? { asked: [], askedAt: at, records: [], receivedAt: at };
      judged.set(plan, entry);
      if (receivedAt <= hosted.askedUpTo) {
        entry.asked.push(recordsOf(block));
        entry.askedAt = at;
      } else entry.records.push(recordsOf(block));
      entry.receivedAt = at;
    }
    this.#at = at;
    for (const hosted of this.#plans.values()) {
      const entry = judged.get(hosted.name);
      this.#guard(hosted.name, () => {
        // The other plans move along: one instant holds for all, so one watermark does too.
        if (entry === undefined) hosted.outbox.add(hosted.executor.advance(at));
        else {
          if (entry.asked.length > 0) hosted.outbox.add(hosted.executor.ingest(entry.asked.flat(), entry.askedAt));
          hosted.outbox.add(hosted.executor.ingest(entry.records.flat(), entry.receivedAt));
          hosted.outbox.add(hosted.executor.advance(at));
        }
      });
    }
  }

  /** Brings what a store knows of the targets of an availability, as of an instant; an earlier one than the last counts as that. */
  recall(name: string, wanted: HistoryWanted, histories: readonly TargetHistory[], at: Instant): void {
    this.#fill(name, at, (executor, now) => executor.fillHistory(wanted, histories, now));
  }

  /** Brings what a store told of the keys of a measure, in the same way. */
  recallKeys(name: string, measure: MeasureId, recall: KeyRecall, at: Instant): void {
    this.#fill(name, at, (executor, now) => executor.fillKeys(measure, recall, now));
  }

  /** Has what a plan waits for asked for up to now. */
  awaitAgain(name: string): void {
    const hosted = this.#plans.get(name);
    if (hosted !== undefined) this.#guard(name, () => this.#awaitHistory(hosted, this.#at));
  }

  /** Moves all plans to an instant. An earlier one than the last changes nothing. */
  advance(to: Instant): void {
    if (to <= this.#at) return;
    this.#at = to;
    for (const hosted of this.#plans.values()) {
      this.#guard(hosted.name, () => hosted.outbox.add(hosted.executor.advance(to)));
    }
  }

  /** Nobody listened from the last instant until now. */
  resume(at: Instant): void {
    const heardUntil = this.#at;
    if (heardUntil === 0 || !this.#isGap(heardUntil, at)) return;
    this.#at = at;
    for (const hosted of this.#plans.values()) this.#resume(hosted, heardUntil, at);
  }

  /** For the snapshot: every plan that runs, and those in reserve as they were. */
  snapshots(): readonly Omit<PlanSnapshot, 'fieldTypes' | 'factsUpTo'>[] {
    const running = [...this.#plans.values()].map(({ name, version, executor, outbox }) => ({
      name,
      version,
      executor: executor.snapshot(),
      outbox: outbox.state,
    }));
    return [...running, ...this.#restored.values()];
  }

  #fill(name: string, at: Instant, fill: (executor: HostedExecutor, now: Instant) => readonly Verdict[]): void {
    const hosted = this.#plans.get(name);
    if (hosted === undefined) return;
    const now = Math.max(at, this.#at);
    this.advance(now);
    this.#guard(name, () => hosted.outbox.add(fill(hosted.executor, now)));
  }

  #awaitHistory(hosted: HostedPlan, at: Instant): void {
    if (this.#options.recalls !== true) return;
    hosted.askedUpTo = at;
    hosted.executor.awaitHistory(at);
  }

  #isGap(heardUntil: Instant, at: Instant): boolean {
    return at - heardUntil > this.#options.gapMs;
  }

  #resume(hosted: HostedPlan, heardUntil: Instant, at: Instant): void {
    this.#guard(hosted.name, () => {
      hosted.outbox.addUnheard({ from: heardUntil + 1, until: at });
      hosted.executor.resume(at);
      // What expired in between is dated in between, so it comes first.
      hosted.outbox.add(hosted.executor.advance(at));
      hosted.outbox.reconcile(hosted.executor.verdicts(), at);
    });
  }

  #start(name: string, version: number, plan: CompiledPlan, at: Instant): HostedPlan {
    const snapshot = this.#restored.get(name);
    this.#restored.delete(name);
    let hosted: HostedPlan | undefined;
    this.#guard(name, () => {
      const restored = snapshot?.executor && this.#options.executors.restore(plan, snapshot.executor);
      if (restored !== undefined) hosted = this.#begin(name, version, plan, { executor: restored, snapshot, at });
    });
    if (hosted !== undefined) return hosted;
    if (snapshot?.executor !== undefined) this.#options.log(`The windows of plan ${name} begin empty.`);
    return this.#begin(name, version, plan, { executor: this.#options.executors.create(plan, at), at });
  }

  /** A plan whose windows are those of a snapshot, or empty. */
  #begin(
    name: string,
    version: number,
    plan: CompiledPlan,
    from: { readonly executor: HostedExecutor; readonly snapshot?: PlanSnapshot | undefined; readonly at: Instant },
  ): HostedPlan {
    const { executor, snapshot, at } = from;
    const hosted = {
      name,
      version,
      executor,
      askedUpTo: Number.NEGATIVE_INFINITY,
      readsFacts: readsFacts(plan),
      outbox: new VerdictOutbox(this.#options.verdictsPending, snapshot?.outbox),
    };
    this.#awaitHistory(hosted, at);
    hosted.outbox.retain(new Set(Object.keys(plan.tests)));
    const heardUntil = snapshot?.heardUntil;
    if (heardUntil !== undefined && this.#isGap(heardUntil, at)) this.#resume(hosted, heardUntil, at);
    else hosted.outbox.reconcile(executor.verdicts(), at);
    return hosted;
  }

  #guard(plan: string, run: () => void): void {
    try {
      run();
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#options.log(`The windows of plan ${plan} failed: ${text}`);
    }
  }
}

function readsFacts(plan: CompiledPlan): boolean {
  return Object.values(plan.sources).some(({ event, samples }) => samples !== true && factEventNames.has(event));
}
