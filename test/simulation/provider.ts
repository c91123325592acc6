import type { OutgoingRequest, Transport } from '#kernel/ports.ts';
import type { Coverage } from './coverage.ts';
import type { Faults } from './faults.ts';
import type { Scheduler, SimulatedProcess } from './scheduler.ts';

type Answer = Awaited<ReturnType<Transport['send']>>;

/** The receiver of webhooks: notes every request durably before it answers, and can refuse, stall, or lose its answer. */
export class Provider {
  /** How often each message was taken, by its id, in the order in which they were taken first. */
  readonly taken = new Map<string, number>();
  readonly #scheduler: Scheduler;
  readonly #faults: () => Faults;
  readonly #coverage: Coverage;

  constructor(scheduler: Scheduler, faults: () => Faults, coverage: Coverage) {
    this.#scheduler = scheduler;
    this.#faults = faults;
    this.#coverage = coverage;
  }

  /** The way to it from one process: when that dies, what is on its way still arrives, and the answer reaches nobody. */
  transportOf(process: SimulatedProcess): Transport {
    return { send: (request) => this.#send(request, process) };
  }

  #send(request: OutgoingRequest, process: SimulatedProcess): Promise<Answer> {
    const { chance } = this.#scheduler;
    return new Promise((resolve) => {
      if (!process.alive) return;
      const answer = (ms: number, value: Answer): void => this.#scheduler.after(ms, () => resolve(value), process);
      const arrive = (ms: number, then: () => void): void => this.#scheduler.after(ms, then);
      const out = chance.between(0.2, 20);
      const fault = chance.happens(this.#faults().provider) ? chance.whole(0, 6) : -1;
      switch (fault) {
        case 0:
          this.#coverage.see('provider refused 429');
          return answer(out, response(429, { 'retry-after': String(chance.whole(0, 15)) }));
        case 1:
          this.#coverage.see('provider refused 5xx');
          // A server that fails while it works on a message may have taken it.
          if (chance.happens(0.5)) arrive(out / 2, () => this.#take(request));
          return answer(out, response(chance.pick([500, 502, 503])));
        case 2:
          this.#coverage.see('provider timed out');
          return answer(request.timeoutMs, failure('timed-out', 'maybe'));
        case 3:
          this.#coverage.see('provider unreachable');
          return answer(out, failure('connection-failed', 'no'));
        case 4:
          this.#coverage.see('provider accepted and the answer was lost');
          arrive(out / 2, () => this.#take(request));
          return answer(out, failure('connection-lost', 'maybe'));
        case 5: {
          this.#coverage.see('provider slow');
          const ms = chance.between(1_000, request.timeoutMs);
          arrive(ms / 2, () => this.#take(request));
          return answer(ms, response(200));
        }
        default:
          arrive(out / 2, () => this.#take(request));
          return answer(out, response(200));
      }
    });
  }

  #take(request: OutgoingRequest): void {
    const id = request.headers['webhook-id'] ?? 'none';
    const count = (this.taken.get(id) ?? 0) + 1;
    this.taken.set(id, count);
    if (count === 2) this.#coverage.see('message sent again');
  }
}

function response(status: number, headers: Record<string, string> = {}): Answer {
  return { ok: true, value: { status, headers, body: new Uint8Array() } };
}

function failure(reason: 'timed-out' | 'connection-failed' | 'connection-lost', sent: 'no' | 'maybe'): Answer {
  return { ok: false, failure: { reason, sent, message: reason } };
}
