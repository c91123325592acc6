import type { Dialler } from '#egress/dialler.ts';
import { formatDuration, type Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock, Random } from '#kernel/ports.ts';
import type { Database, Probe } from '#plan/probe.ts';
import type { PlanOrders } from '#plan/prober-orders.ts';
import { secretsOfBody } from '#plan/request-body.ts';
import type { IntakeLink, OrdersFailure } from './intake-link.ts';
import type { SecretLook } from './kind.ts';
import { look } from './look.ts';
import { Outbox } from './outbox.ts';
import { ProberTime } from './prober-time.ts';
import {
  decide,
  type GridOffset,
  gridOffset,
  type PhaseNow,
  type Progress,
  paceOf,
  phaseNow,
  takeUp,
} from './schedule.ts';

export interface ProberOptions {
  readonly location: string;
  readonly intake: Pick<IntakeLink, 'orders' | 'tell' | 'heard'>;
  /** What targets of a plan are measured by. */
  readonly dialler: (plan: string) => Dialler;
  readonly clock: Clock;
  readonly random: Pick<Random, 'bytes'>;
  readonly secret: (name: string) => SecretLook;
  /** Told of the secrets that the probes of all plans name, whenever there are others. */
  readonly wantSecrets: (names: readonly string[]) => void;
  readonly log: (message: string) => void;
  /** Intake does not know the key, or not for this. Told once each time that it begins. */
  readonly onRefused?: (failure: OrdersFailure) => void;
}

/** How soon a plan that was applied is looked at. */
const ORDERS_EVERY_MS = 1_000;
const ORDERS_AGAIN_LONGEST_MS = 5_000;
/** Longer than intake is waited for: an answer that took so long by the wall clock waited while this machine was suspended, and its time is over. */
const TIME_IS_OVER_MS = 15_000;
/** A jump of the wall clock is noticed within this. */
const WAKE_AT_LEAST_MS = 1_000;
/** When as many are under way as may be, what is due waits so long for a place. */
const FULL_MS = 10;
const STOP_WITHIN_MS = 3_000;
/** Timers are a little late by themselves. */
const HELD_UP_ABOVE_MS = 20;
/** The last word on a secret comes within milliseconds of the question. */
const SECRETS_WITHIN_MS = 2_000;

/** A probe of a plan, as this prober has it. */
interface Task {
  readonly plan: PlanState;
  probe: Probe;
  /** As JSON, to see whether it is another. */
  written: string;
  progress: Progress;
  offset: GridOffset;
  isRunning: boolean;
  /** When it has to be decided on. */
  at: Instant;
}

interface PlanState {
  orders: PlanOrders;
  phase: PhaseNow;
  databases: ReadonlyMap<string, Database>;
  readonly tasks: Map<string, Task>;
}

/** Looks at what the plans name, when they say so, and tells intake what it saw. The same on the server and elsewhere. */
export class Prober {
  readonly #options: ProberOptions;
  readonly #time: ProberTime;
  readonly #outbox: Outbox;
  readonly #plans = new Map<string, PlanState>();
  readonly #stop = new AbortController();
  #revision: string | undefined;
  #ordersFailure: string | undefined;
  #isRefused = false;
  #secretsAskedMs = 0;
  #running = 0;
  #cancelWake = (): void => {};
  #wakesAt = Number.POSITIVE_INFINITY;
  /** By how much alarms have come late, in all: a machine that has no time for us has none for what targets answer either. */
  #heldUpMs = 0;
  #cancelOrders = (): void => {};

  constructor(options: ProberOptions) {
    this.#options = options;
    this.#time = new ProberTime(options.clock);
    this.#outbox = new Outbox({
      clock: options.clock,
      deliver: (plan, results) => options.intake.tell(plan, results),
      log: options.log,
    });
  }

  start(): void {
    void this.#askOrders(ORDERS_EVERY_MS);
  }

  /** Looks no more, and tells what it has seen. Resolves within seconds, also when intake is away. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#cancelWake();
    this.#cancelOrders();
    await this.#outbox.stop(STOP_WITHIN_MS);
  }

  /** How many probes there are, and how many results wait for intake. */
  get state(): { readonly probes: number; readonly waiting: number } {
    let probes = 0;
    for (const { tasks } of this.#plans.values()) probes += tasks.size;
    return { probes, waiting: this.#outbox.waiting };
  }

  async #askOrders(nextMs: number): Promise<void> {
    const { clock, intake } = this.#options;
    const askedAt = clock.now();
    const answer = await intake.orders(this.#revision);
    if (this.#stop.signal.aborted) return;
    let againMs = ORDERS_EVERY_MS;
    if (answer.ok) {
      this.#ordersFailure = undefined;
      this.#isRefused = false;
      const { now, revision, plans } = answer.value;
      if (clock.now() - askedAt <= TIME_IS_OVER_MS) this.#followTime(now);
      if (plans !== undefined) this.#follow(plans);
      this.#revision = revision;
    } else {
      const { failure } = answer;
      if (failure.message !== this.#ordersFailure) this.#options.log(`Intake gives no orders: ${failure.message}`);
      this.#ordersFailure = failure.message;
      if (failure.isFinal && !this.#isRefused) this.#options.onRefused?.(failure);
      this.#isRefused = failure.isFinal;
      againMs = Math.min(ORDERS_AGAIN_LONGEST_MS, nextMs * 1.5);
    }
    if (this.#stop.signal.aborted) return;
    this.#cancelOrders = clock.after(againMs, () => void this.#askOrders(againMs));
  }

  #followTime(now: Instant): void {
    const backMs = this.#time.follow(now);
    if (backMs === 0) return;
    this.#options.log(
      `The clock of this machine is ${formatDuration(backMs)} ahead of the server's, which is followed.`,
    );
    // What was looked at ahead of time was refused, and is due when it comes.
    for (const { tasks } of this.#plans.values()) {
      for (const task of tasks.values()) {
        task.progress = { ...task.progress, doneUpTo: Math.min(task.progress.doneUpTo, now) };
        task.at = now;
      }
    }
    this.#wake();
  }

  #follow(plans: readonly PlanOrders[]): void {
    const now = this.#time.now();
    const names = new Set(plans.map(({ plan }) => plan));
    for (const name of this.#plans.keys()) if (!names.has(name)) this.#plans.delete(name);
    for (const orders of plans) this.#followPlan(orders, now);
    this.#askSecrets();
    this.#wake();
  }

  #followPlan(orders: PlanOrders, now: Instant): void {
    const phase = phaseNow(orders, orders.launch, now);
    const databases = new Map(orders.databases.map((database) => [database.name, database]));
    const plan = this.#plans.get(orders.plan) ?? { orders, phase, databases, tasks: new Map<string, Task>() };
    this.#plans.set(orders.plan, plan);
    plan.orders = orders;
    plan.phase = phase;
    plan.databases = databases;
    const names = new Set(orders.probes.map(({ name }) => name));
    for (const name of plan.tasks.keys()) if (!names.has(name)) plan.tasks.delete(name);
    for (const probe of orders.probes) {
      const written = JSON.stringify(probe);
      const offset = gridOffset(orders.plan, probe.name, orders.probes.length);
      const known = plan.tasks.get(probe.name);
      if (known !== undefined) {
        // The same object, so that what was compiled for it stays.
        if (known.written !== written) Object.assign(known, { probe, written });
        known.offset = offset;
        known.at = now;
        continue;
      }
      const last = Object.hasOwn(orders.last, probe.name) ? orders.last[probe.name] : undefined;
      const pace = paceOf(probe, phase.phase, last?.isFailing ?? false, offset);
      const progress = takeUp(pace, last, now);
      plan.tasks.set(probe.name, { plan, probe, written, progress, offset, isRunning: false, at: now });
    }
  }

  #askSecrets(): void {
    const names = new Set<string>();
    for (const { orders } of this.#plans.values()) for (const name of secretsOf(orders)) names.add(name);
    this.#secretsAskedMs = this.#options.clock.monotonicMs();
    this.#options.wantSecrets([...names]);
  }

  /** Does what is due, and sets the alarm for what comes next. */
  #wake(): void {
    if (this.#stop.signal.aborted) return;
    const now = this.#time.now();
    let next = Number.POSITIVE_INFINITY;
    for (const plan of this.#plans.values()) {
      if (now >= plan.phase.until) {
        plan.phase = phaseNow(plan.orders, plan.orders.launch, now);
        for (const task of plan.tasks.values()) task.at = now;
      }
      next = Math.min(next, plan.phase.until);
      for (const task of plan.tasks.values()) {
        if (task.isRunning) continue;
        if (task.at <= now) this.#consider(task, now);
        if (!task.isRunning) next = Math.min(next, task.at);
      }
    }
    this.#setAlarm(next, now);
  }

  #setAlarm(at: Instant, now: Instant): void {
    const until = Math.min(at, now + WAKE_AT_LEAST_MS);
    this.#cancelWake();
    this.#wakesAt = until;
    const { clock } = this.#options;
    const dueMs = clock.monotonicMs() + (until - now);
    this.#cancelWake = clock.after(until - now, () => {
      const lateMs = clock.monotonicMs() - dueMs;
      if (lateMs > HELD_UP_ABOVE_MS) this.#heldUpMs += lateMs;
      this.#wake();
    });
  }

  #consider(task: Task, now: Instant): void {
    const { plan, probe, progress, offset } = task;
    const pace = paceOf(probe, plan.phase.phase, progress.isFailing, offset);
    if (pace === undefined) {
      // It rests; the boundary of the phase looks at it again.
      task.at = Number.POSITIVE_INFINITY;
      return;
    }
    const decision = decide(pace, progress, now);
    if (decision.action === 'wait') {
      task.at = decision.until;
      return;
    }
    if (this.#running >= limits.probesAtOnce || this.#awaitsSecrets(task)) {
      task.at = now + FULL_MS;
      return;
    }
    task.isRunning = true;
    task.progress = { ...progress, doneUpTo: decision.dueAt };
    this.#running += 1;
    // The last millisecond is for telling: what is due next begins on time.
    const timeoutMs = Math.max(1, Math.min(probe.timeoutMs, decision.nextAt - 1 - now));
    void this.#look(task, decision.dueAt, timeoutMs).finally(() => {
      this.#running -= 1;
      task.isRunning = false;
      this.#reconsider(task);
    });
  }

  async #look(task: Task, dueAt: Instant, timeoutMs: number): Promise<void> {
    const { plan, probe } = task;
    const { location, clock, random, dialler, secret, intake } = this.#options;
    const result = await look(
      probe,
      { dueAt, location, timeoutMs },
      {
        dialler: dialler(plan.orders.plan),
        clock,
        random,
        heard: (question) => intake.heard(plan.orders.plan, question),
        now: () => this.#time.now(),
        signal: this.#stop.signal,
        secret,
        heldUpMs: () => this.#heldUpMs,
        database: (name) => plan.databases.get(name),
      },
    );
    if (this.#stop.signal.aborted) return;
    const wasFailing = task.progress.isFailing;
    const isFailing = result.outcome === 'unmeasured' ? wasFailing : result.outcome === 'failed';
    task.progress = { ...task.progress, isFailing };
    const isUrgent = result.outcome === 'failed' || isFailing !== wasFailing;
    this.#outbox.add(plan.orders.plan, result, isUrgent);
  }

  #reconsider(task: Task): void {
    if (this.#stop.signal.aborted || task.plan.tasks.get(task.probe.name) !== task) return;
    const now = this.#time.now();
    task.at = now;
    this.#consider(task, now);
    if (!task.isRunning && task.at < this.#wakesAt) this.#setAlarm(task.at, now);
  }

  /** Right after a start the values are on their way. */
  #awaitsSecrets({ probe, plan }: Task): boolean {
    if (this.#options.clock.monotonicMs() - this.#secretsAskedMs > SECRETS_WITHIN_MS) return false;
    return secretsOfProbe(probe, plan.databases).some((name) => this.#options.secret(name).state === 'awaited');
  }
}

/** The secrets that the probes of a plan name. */
export function secretsOf({ probes, databases }: Pick<PlanOrders, 'probes' | 'databases'>): readonly string[] {
  const byName = new Map(databases.map((database) => [database.name, database]));
  return [...new Set(probes.flatMap((probe) => secretsOfProbe(probe, byName)))].sort();
}

function secretsOfProbe({ check }: Probe, databases: ReadonlyMap<string, Database>): readonly string[] {
  switch (check.kind) {
    case 'http':
      return [
        ...Object.values(check.headers).flatMap((value) => ('secret' in value ? [value.secret] : [])),
        ...(check.body === undefined ? [] : secretsOfBody(check.body)),
      ];
    case 'query': {
      const secret = databases.get(check.database)?.url.secret;
      return secret === undefined ? [] : [secret];
    }
    default:
      return [];
  }
}
