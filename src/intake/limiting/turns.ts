import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import type { TrafficClass } from '../receiver.ts';

interface Waiting {
  readonly sinceMs: number;
  readonly run: () => void;
  readonly refuse: (waitedMs: number) => void;
}

/**
 * Whose body is worked on next. While there is little to do nobody waits; under a flood alerts come first, and then every plan in each class
 * of traffic in its turn, so that a sender of a thousand requests delays one of another plan by one of them. Between the turns the
 * connections are looked at.
 */
export class Turns {
  readonly #clock: Clock;
  /** By class and plan, in the order of their next turn. */
  readonly #lines = new Map<string, Waiting[]>();
  #isBusy = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs `work` in its turn; undefined when its turn did not come within `limits.intakeWaitMs`. What it awaits is not part of the turn. */
  take<Value>(plan: string, traffic: TrafficClass, work: () => Promise<Value>): Promise<Value | undefined> {
    if (!this.#isBusy) {
      this.#isBusy = true;
      const done = work();
      this.#clock.after(0, () => this.#next());
      return done;
    }
    return new Promise((resolve, reject) => {
      const name = `${traffic}\n${plan}`;
      const line = this.#lines.get(name) ?? [];
      this.#lines.set(name, line);
      line.push({
        sinceMs: this.#clock.monotonicMs(),
        run: () => work().then(resolve, reject),
        refuse: () => resolve(undefined),
      });
    });
  }

  #next(): void {
    const untilMs = this.#clock.monotonicMs() + limits.intakeTurnMs;
    for (;;) {
      const nowMs = this.#clock.monotonicMs();
      const waiting = this.#shift();
      if (waiting === undefined) {
        this.#isBusy = false;
        return;
      }
      const waitedMs = nowMs - waiting.sinceMs;
      if (waitedMs > limits.intakeWaitMs) waiting.refuse(waitedMs);
      else waiting.run();
      if (this.#clock.monotonicMs() >= untilMs) break;
    }
    this.#clock.after(0, () => this.#next());
  }

  /** The first of the line whose turn it is, which goes to the end; those of alerts are always in front. */
  #shift(): Waiting | undefined {
    let chosen: string | undefined;
    for (const name of this.#lines.keys()) {
      if (name.startsWith('alerts\n')) {
        chosen = name;
        break;
      }
      chosen ??= name;
    }
    const line = chosen === undefined ? undefined : this.#lines.get(chosen);
    if (chosen === undefined || line === undefined) return undefined;
    const first = line.shift();
    this.#lines.delete(chosen);
    if (line.length > 0) this.#lines.set(chosen, line);
    return first;
  }
}
