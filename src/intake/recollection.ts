import type { DurationMs, Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import type { HistoryWanted, TargetHistory } from '#signals/availability/availability-window.ts';
import type { WindowsHost } from './host.ts';

/** The port to what the telemetry store knows of the time before the windows were there; throws when it does not answer. */
export interface HistorySource {
  /** By target, in their order. */
  read(plan: string, wanted: HistoryWanted): Promise<readonly TargetHistory[]>;
}

export interface RecollectionOptions {
  /** Without it what was before is unknown. */
  readonly source: HistorySource | undefined;
  readonly host: WindowsHost;
  readonly clock: Clock;
  /** The oldest receipt of what the store does not have yet; undefined when it has everything that is sealed. */
  readonly loadsFrom: () => Instant | undefined;
  readonly now: () => Instant;
  readonly log: (message: string) => void;
}

const FIRST_RETRY_MS: DurationMs = 500;
const LONGEST_RETRY_MS: DurationMs = 30_000;

/**
 * Asks the telemetry store for the past of availabilities that are new, one after the other, for as long as it takes, and now and then for a
 * time that results have changed which came late.
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
    return [...this.#options.host.plans].some(([name, { executor }]) =>
      executor.historyWanted().some((wanted) => !this.#isSoonAgain(name, wanted)),
    );
  }

  /** A place whose results are late all the time must not have the store asked all the time. */
  #isSoonAgain(plan: string, { figure, isFirst }: HistoryWanted): boolean {
    const readAt = this.#readAgainAt.get(`${plan} ${figure.id}`);
    return !isFirst && readAt !== undefined && this.#options.now() - readAt < limits.availabilityRecallEveryMs;
  }

  async #askAll(source: HistorySource): Promise<void> {
    const { host, log } = this.#options;
    for (const name of [...host.plans.keys()]) {
      for (const wanted of host.plans.get(name)?.executor.historyWanted() ?? []) {
        if (!this.#isStored(wanted.heldAt) || this.#isSoonAgain(name, wanted)) continue;
        try {
          const histories = await source.read(name, wanted);
          if (this.#stopped) return;
          if (!wanted.isFirst) this.#readAgainAt.set(`${name} ${wanted.figure.id}`, this.#options.now());
          host.recall(name, wanted, histories, this.#options.now());
          this.#retryMs = FIRST_RETRY_MS;
          this.#problem = undefined;
        } catch (caught) {
          const problem = caught instanceof Error ? caught.message : String(caught);
          if (problem !== this.#problem) log(`What probes found before is not known yet: ${problem}`);
          this.#problem = problem;
        }
      }
    }
  }

  /** Whether the store has all that was received before an instant. */
  #isStored(before: Instant): boolean {
    const sealedFrom = this.#options.now() - 2 * limits.spoolSegmentMs;
    const waitsFrom = this.#options.loadsFrom() ?? Number.POSITIVE_INFINITY;
    return Math.min(sealedFrom, waitsFrom - 2 * limits.spoolSegmentMs) >= before;
  }
}
