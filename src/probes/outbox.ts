import type { DurationMs } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import type { ProbeResult } from './result.ts';

/** What became of one request with results. */
export type Delivery =
  | { readonly state: 'taken' }
  /** Nobody will ever take these. */
  | { readonly state: 'refused'; readonly message: string }
  | { readonly state: 'again'; readonly message: string; readonly afterMs: DurationMs };

export interface OutboxOptions {
  readonly clock: Clock;
  /** Tells results of one plan. Never rejects. */
  readonly deliver: (plan: string, results: readonly ProbeResult[]) => Promise<Delivery>;
  readonly log: (message: string) => void;
  /** Most results that are kept; `limits.probeResultsKept` without it. */
  readonly kept?: number;
}

/** What did not change may wait so long for company: a request for each of a thousand results a second would cost more than the looking. */
const LINGER_MS = 500;
const RETRY_FIRST_MS = 100;
const RETRY_LONGEST_MS = 5_000;

/**
 * Results on their way to intake, in their order and one request at a time for each plan. While intake is away they are kept, with their
 * times, up to a limit; then the oldest are lost, which is said.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #queues = new Map<string, PlanQueue>();

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** `isUrgent`: it says something new of the target, so it does not wait for others. */
  add(plan: string, result: ProbeResult, isUrgent: boolean): void {
    let queue = this.#queues.get(plan);
    if (queue === undefined) {
      queue = new PlanQueue(plan, this.#options);
      this.#queues.set(plan, queue);
    }
    queue.add(result, isUrgent);
  }

  /** How many wait to be told. */
  get waiting(): number {
    let sum = 0;
    for (const queue of this.#queues.values()) sum += queue.length;
    return sum;
  }

  /** Tells what there is, once; resolves when intake has answered or `withinMs` are over. */
  async stop(withinMs: DurationMs): Promise<void> {
    let cancel = (): void => {};
    const late = new Promise<void>((resolve) => {
      cancel = this.#options.clock.after(withinMs, resolve);
    });
    await Promise.race([late, Promise.all([...this.#queues.values()].map((queue) => queue.end()))]);
    cancel();
    for (const queue of this.#queues.values()) queue.cancel();
  }
}

class PlanQueue {
  readonly #plan: string;
  readonly #options: OutboxOptions;
  #results: ProbeResult[] = [];
  #sending: Promise<void> | undefined;
  #waits: 'nothing' | 'company' | 'intake' = 'nothing';
  #cancel = (): void => {};
  #retryMs = RETRY_FIRST_MS;
  #lost = 0;
  #stopped = false;

  constructor(plan: string, options: OutboxOptions) {
    this.#plan = plan;
    this.#options = options;
  }

  get length(): number {
    return this.#results.length;
  }

  add(result: ProbeResult, isUrgent: boolean): void {
    this.#results.push(result);
    const kept = this.#options.kept ?? limits.probeResultsKept;
    // What is being sent stands in front and may arrive all the same; it is dropped only in great need.
    if (this.#results.length > kept) {
      this.#results.shift();
      if (this.#lost === 0) this.#options.log(`More than ${kept} results of ${this.#plan} wait; the oldest are lost.`);
      this.#lost += 1;
    }
    if (this.#sending !== undefined || this.#waits === 'intake') return;
    // A tick, so that what ends together is told together.
    if (isUrgent) this.#wait('company', 0);
    else if (this.#waits === 'nothing') this.#wait('company', LINGER_MS);
  }

  async end(): Promise<void> {
    this.#stopped = true;
    this.cancel();
    await this.#sending;
    if (this.#results.length > 0) await this.#send();
  }

  cancel(): void {
    this.#stopped = true;
    this.#cancel();
  }

  #wait(reason: 'company' | 'intake', delayMs: DurationMs): void {
    this.#cancel();
    this.#waits = reason;
    this.#cancel = this.#options.clock.after(delayMs, () => {
      this.#waits = 'nothing';
      this.#sending = this.#send().finally(() => {
        this.#sending = undefined;
        if (this.#results.length > 0 && this.#waits === 'nothing' && !this.#stopped) this.#wait('company', 0);
      });
    });
  }

  async #send(): Promise<void> {
    const batch = this.#results.slice(0, limits.probeResultsPerRequest);
    const delivery = await this.#options.deliver(this.#plan, batch);
    if (delivery.state === 'again') {
      if (this.#retryMs === RETRY_FIRST_MS) this.#options.log(`Results of ${this.#plan} wait: ${delivery.message}`);
      const delayMs = Math.max(delivery.afterMs, this.#retryMs);
      this.#retryMs = Math.min(RETRY_LONGEST_MS, this.#retryMs * 2);
      if (!this.#stopped) this.#wait('intake', delayMs);
      return;
    }
    if (delivery.state === 'refused') {
      this.#options.log(`${batch.length} results of ${this.#plan} were refused: ${delivery.message}`);
    }
    if (this.#lost > 0) this.#options.log(`${this.#lost} results of ${this.#plan} were lost while intake was away.`);
    this.#lost = 0;
    this.#retryMs = RETRY_FIRST_MS;
    // Some of them may have been dropped from the front meanwhile.
    const sent = new Set(batch);
    this.#results = this.#results.filter((result) => !sent.has(result));
  }
}
