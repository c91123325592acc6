import type { DurationMs, Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import type { HistoryWanted, TargetHistory } from '#signals/availability/availability-window.ts';
import type { KeyRecall, KeysWanted } from '#signals/keys/key-recall.ts';
import type { WindowsHost } from './host.ts';

/** The port to what the telemetry store knows of the time before the windows were there; throws when it does not answer. */
export interface HistorySource {
  /** By target, in their order. */
  read(plan: string, wanted: HistoryWanted): Promise<readonly TargetHistory[]>;
  /** What came of the keys of a measure. */
  readKeys(plan: string, wanted: KeysWanted): Promise<KeyRecall>;
}

export interface RecollectionOptions {
  /** Without it what was before is unknown. */
  readonly source: HistorySource | undefined;
  readonly host: WindowsHost;
  readonly clock: Clock;
  /** The store has all that was received before. */
  readonly storedBefore: () => Instant;
  /** Judges what is durable; gives up to when that is. */
  readonly settle: () => Instant;
  readonly now: () => Instant;
  readonly log: (message: string) => void;
}

const FIRST_RETRY_MS: DurationMs = 500;
const LONGEST_RETRY_MS: DurationMs = 30_000;

/**
 * Asks the telemetry store for the past of availabilities and keys that are new, one after the other, for as long as it takes, and now and
 * then for a time that results have changed which came late.
 */
export class Recollection {
  readonly #options: RecollectionOptions;
  #running = false;
  /** It was woken while it asked: a plan that it has been through may want something now. */
  #again = false;
  #stopped = false;
  #retryMs = FIRST_RETRY_MS;
  #cancel: () => void = () => {};
  #problem: string | undefined;
  /** When a changed time was last read, by plan and figure. */
  readonly #readAgainAt = new Map<string, Instant>();

  constructor(options: RecollectionOptions) {
    this.#options = options;
  }

  /** There may be something to ask for. */
  wake(): void {
    if (this.#stopped || this.#options.source === undefined) return;
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    this.#cancel();
    void this.#askAll(this.#options.source).then(() => {
      this.#running = false;
      if (this.#stopped) return;
      if (this.#again) {
        this.#again = false;
        this.wake();
        return;
      }
      if (!this.#isWanting()) return;
      this.#cancel = this.#options.clock.after(this.#retryMs, () => this.wake());
      this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS);
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  #isWanting(): boolean {
    return [...this.#options.host.plans].some(
      ([name, { executor }]) =>
        executor.historyWanted().some((wanted) => !this.#isSoonAgain(name, wanted)) || executor.keysWanted().length > 0,
    );
  }

  /** A place whose results are late all the time must not have the store asked all the time. */
  #isSoonAgain(plan: string, { figure, isFirst }: HistoryWanted): boolean {
    const readAt = this.#readAgainAt.get(`${plan} ${figure.id}`);
    return !isFirst && readAt !== undefined && this.#options.now() - readAt < limits.availabilityRecallEveryMs;
  }

  async #askAll(source: HistorySource): Promise<void> {
    const { host } = this.#options;
    for (const name of [...host.plans.keys()]) {
      for (const wanted of host.plans.get(name)?.executor.historyWanted() ?? []) {
        if (!this.#isStored(wanted.heldAt) || this.#isSoonAgain(name, wanted)) continue;
        await this.#ask('What probes found before is not known yet', async () => {
          const histories = await source.read(name, wanted);
          if (this.#stopped) return;
          if (!wanted.isFirst) this.#readAgainAt.set(`${name} ${wanted.figure.id}`, this.#options.now());
          host.recall(name, wanted, histories, this.#options.settle());
        });
      }
      await this.#askForKeys(source, name);
    }
  }

  async #askForKeys(source: HistorySource, name: string): Promise<void> {
    const { host, log } = this.#options;
    const all = (): readonly KeysWanted[] => host.plans.get(name)?.executor.keysWanted() ?? [];
    // What came while the store did not answer is more than is noted; it will be there when it answers.
    if (all().some(({ isOver }) => isOver)) {
      this.#options.settle();
      host.awaitAgain(name);
      this.#retryMs = FIRST_RETRY_MS;
    }
    for (const wanted of all()) {
      if (!this.#isStored(wanted.to)) continue;
      await this.#ask('Which values came before is not known yet', async () => {
        const recall = await source.readKeys(name, wanted);
        if (this.#stopped) return;
        if (recall.isTooMuch) log(`More came before than is read for \`${wanted.measure.text}\`; it begins anew.`);
        host.recallKeys(name, wanted.measure.id, recall, this.#options.settle());
      });
    }
  }

  /** Asks one thing; a failure is said once, and tried again later. */
  async #ask(what: string, ask: () => Promise<void>): Promise<void> {
    try {
      await ask();
      this.#retryMs = FIRST_RETRY_MS;
      this.#problem = undefined;
    } catch (caught) {
      const problem = caught instanceof Error ? caught.message : String(caught);
      if (problem !== this.#problem) this.#options.log(`${what}: ${problem}`);
      this.#problem = problem;
    }
  }

  #isStored(before: Instant): boolean {
    return this.#options.storedBefore() >= before;
  }
}
