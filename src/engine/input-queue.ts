import type { CommandOutcome, CoreInput, World } from '#core/model.ts';
import type { PlanVersion } from '#core/store.ts';
import type { DurationMs, Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';

export type VerdictsInput = Extract<CoreInput, { kind: 'verdicts' }>;
export type CommandInput = Exclude<CoreInput, { kind: 'verdicts' | 'clock' }>;

/** What a command has come to, once it is committed. */
export interface CommandAnswer {
  /** The version of the plan. */
  readonly version: number;
  /** Of a command that names an alert or a silence. */
  readonly outcome?: CommandOutcome;
  readonly world: World;
}

/** A command of a person. It is answered only once it is committed, and stays in the queue until then. */
export interface QueuedCommand {
  readonly kind: 'command';
  readonly input: CommandInput;
  /** For `apply`: the text, stored in the same transaction. */
  readonly planVersion?: PlanVersion;
  readonly arrivedMs: number;
  resolve(answer: CommandAnswer): void;
  reject(problem: unknown): void;
}

/** One message of an executor. `acknowledge` is called with the committed watermark once it is. */
export interface QueuedVerdicts {
  readonly kind: 'verdicts';
  readonly input: VerdictsInput;
  readonly arrivedMs: number;
  acknowledge(watermark: Instant): void;
}

/**
 * What waits for the core, in its order: commands, then verdicts, then the clock. Verdicts keep their order and none is
 * dropped, since a truth that lasted for a moment counts too; only messages that merely move the watermark are folded
 * into the next.
 */
export class InputQueue {
  readonly #commands: QueuedCommand[] = [];
  #verdicts: QueuedVerdicts[] = [];

  get length(): number {
    return this.#commands.length + this.#verdicts.length;
  }

  /** How long the oldest has waited, in monotonic time. */
  lagMs(nowMs: number): DurationMs {
    const oldest = Math.min(this.#commands[0]?.arrivedMs ?? nowMs, this.#verdicts[0]?.arrivedMs ?? nowMs);
    return Math.max(0, nowMs - oldest);
  }

  pushCommand(command: QueuedCommand): void {
    this.#commands.push(command);
  }

  /** Takes a command out, whether it has been dealt with or its caller waits no longer. */
  withdraw(command: QueuedCommand): void {
    const place = this.#commands.indexOf(command);
    if (place >= 0) this.#commands.splice(place, 1);
  }

  /** False when the queue is full: the sender keeps what is not acknowledged and tells it again. */
  pushVerdicts(entry: QueuedVerdicts): boolean {
    const last = this.#verdicts.at(-1);
    if (last !== undefined && onlyMovesWatermark(last.input) && last.input.planVersion === entry.input.planVersion) {
      // The acknowledgement of a later message covers the earlier one; the age of the oldest stays for the lag.
      this.#verdicts[this.#verdicts.length - 1] = { ...entry, arrivedMs: last.arrivedMs };
      return true;
    }
    if (this.#verdicts.length >= limits.coreInputs) return false;
    this.#verdicts.push(entry);
    return true;
  }

  firstCommand(): QueuedCommand | undefined {
    return this.#commands[0];
  }

  /** Takes the oldest verdicts out. */
  takeVerdicts(most: number): readonly QueuedVerdicts[] {
    const taken = this.#verdicts.slice(0, most);
    this.#verdicts = this.#verdicts.slice(most);
    return taken;
  }

  /** Forgets all verdicts: their sender is about to tell them again. */
  dropVerdicts(): void {
    this.#verdicts = [];
  }
}

function onlyMovesWatermark(input: VerdictsInput): boolean {
  return input.verdicts.length === 0 && input.complete !== true && input.unheard === undefined;
}
