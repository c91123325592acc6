import type { Instant } from '#kernel/instant.ts';
import type { Clock, Random } from '#kernel/ports.ts';
import { Heap } from './heap.ts';
import type { Chance } from './random.ts';

interface Entry {
  /** Virtual milliseconds for what comes over a wire, an instant of the wall clock for a timer. */
  readonly at: number;
  /** Decides between entries of one instant: random, so that every order is met. */
  readonly tie: number;
  readonly run: () => void;
  readonly process: SimulatedProcess | undefined;
  cancelled: boolean;
}

/** A process that can be killed and paused: nothing that it waits for comes back once it is dead. */
export interface SimulatedProcess {
  readonly name: string;
  alive: boolean;
  /** Virtual time before which nothing reaches it. */
  pausedUntil: number;
}

/**
 * Virtual time and the order of everything. Whatever the code under test awaits is an entry here, and the next to run is
 * chosen by time and, within one instant, by chance.
 */
export class Scheduler {
  readonly chance: Chance;
  /** Virtual milliseconds since the start, with fractions; never goes back. */
  time = 0;
  events = 0;
  #wallAtZero: Instant;
  readonly #wire = new Heap<Entry>(before);
  readonly #timers = new Heap<Entry>(before);

  constructor(chance: Chance, start: Instant) {
    this.chance = chance;
    this.#wallAtZero = start;
  }

  get wall(): Instant {
    return Math.floor(this.#wallAtZero + this.time);
  }

  /** Moves the wall clock, not the monotonic one. */
  jump(ms: number): void {
    this.#wallAtZero += ms;
  }

  after(ms: number, run: () => void, process?: SimulatedProcess): void {
    this.#later(ms, run, process);
  }

  #later(ms: number, run: () => void, process: SimulatedProcess | undefined): Entry {
    const entry = { at: this.time + ms, tie: this.chance.fraction(), run, process, cancelled: false };
    this.#wire.push(entry);
    return entry;
  }

  clockOf(process: SimulatedProcess): Clock {
    return {
      now: () => this.wall,
      monotonicMs: () => this.time,
      schedule: (at, run) => {
        const entry = { at: Math.ceil(at), tie: this.chance.fraction(), run, process, cancelled: false };
        this.#timers.push(entry);
        return () => {
          entry.cancelled = true;
        };
      },
      after: (delayMs, run) => {
        const entry = this.#later(Math.max(0, delayMs), run, process);
        return () => {
          entry.cancelled = true;
        };
      },
    };
  }

  randomOf(): Random {
    return this.chance.fork();
  }

  /** Runs until the condition holds (asked after each event) or this much virtual time has passed. Returns whether it held. */
  async runUntil(condition: () => boolean, mostMs: number): Promise<boolean> {
    const end = this.time + mostMs;
    await settle();
    while (!condition()) {
      const entry = this.#next(end);
      if (entry === undefined) {
        this.time = Math.max(this.time, end);
        return condition();
      }
      this.events += 1;
      if (this.events > MOST_EVENTS) throw new Error(`The run does not end: ${this.events} events at ${this.time} ms.`);
      entry.run();
      await settle();
    }
    return true;
  }

  async run(ms: number): Promise<void> {
    await this.runUntil(() => false, ms);
  }

  #next(end: number): Entry | undefined {
    for (;;) {
      const wire = this.#live(this.#wire);
      const timer = this.#live(this.#timers);
      const timerAt = timer === undefined ? Number.POSITIVE_INFINITY : Math.max(this.time, timer.at - this.#wallAtZero);
      const takeWire = wire !== undefined && wire.at <= timerAt;
      const entry = takeWire ? wire : timer;
      const at = takeWire ? wire.at : timerAt;
      if (entry === undefined || at > end) return undefined;
      (takeWire ? this.#wire : this.#timers).pop();
      this.time = Math.max(this.time, at);
      const { process } = entry;
      if (process === undefined || process.pausedUntil <= this.time) return entry;
      // What reaches a paused process waits at its door, in order.
      this.#wire.push({ ...entry, at: process.pausedUntil });
    }
  }

  #live(heap: Heap<Entry>): Entry | undefined {
    for (;;) {
      const entry = heap.peek();
      if (entry === undefined || !(entry.cancelled || entry.process?.alive === false)) return entry;
      heap.pop();
    }
  }
}

/** A run has some thousands; far more means that something spins without time going on. */
const MOST_EVENTS = 300_000;

function before(left: Entry, right: Entry): boolean {
  return left.at < right.at || (left.at === right.at && left.tie < right.tie);
}

/** Lets everything run that waits for nothing but promises. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
