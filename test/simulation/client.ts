import type { Answer } from '#intake/answer.ts';
import { receiveEvents } from '#intake/events/receive.ts';
import { INGEST_KEY } from './core-node.ts';
import type { Coverage } from './coverage.ts';
import type { Faults } from './faults.ts';
import type { IntakeNode } from './intake-node.ts';
import type { Chance } from './random.ts';
import type { Scheduler } from './scheduler.ts';

interface SentRequest {
  readonly body: Uint8Array;
  readonly idempotencyKey: string | undefined;
  readonly marks: readonly string[];
}

interface MarkedEvent {
  readonly name: string;
  readonly time: number;
  readonly route: string;
  readonly mark: string;
}

export interface ClientOptions {
  readonly name: string;
  readonly scheduler: Scheduler;
  readonly chance: Chance;
  readonly faults: () => Faults;
  readonly coverage: Coverage;
  readonly intake: IntakeNode;
  readonly onProblem: (message: string) => void;
}

const PATIENCE_MS = 3_000;

/** Sends events and asks again until it has an answer, as a good client does. Each record carries a mark of its own. */
export class Client {
  /** Marks of records that were acknowledged. */
  readonly acknowledged = new Set<string>();
  /** Of these, the marks of records whose event id was sent before under another mark. */
  readonly repeats = new Map<string, string>();
  unanswered = 0;
  readonly #options: ClientOptions;
  #count = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** Makes and sends one request: failures, or a beat. */
  act(): void {
    const { chance } = this.#options;
    const events = chance.happens(0.75)
      ? Array.from({ length: chance.whole(1, 3) }, () => this.#record('failure'))
      : [this.#record('beat')];
    const own = chance.happens(0.6);
    const request: SentRequest = {
      body: encode(own ? events.map((event) => ({ ...event, event_id: `id-${event.mark}` })) : events),
      idempotencyKey: own && chance.happens(0.5) ? undefined : `key-${this.#options.name}-${this.#count}`,
      marks: events.map((event) => event.mark),
    };
    this.#send(request, () => {
      if (chance.happens(0.1)) {
        this.#options.coverage.see('request repeated');
        this.#send(request, () => {});
      }
      if (own && chance.happens(0.15)) this.#repeatIds(events);
    });
  }

  /** The same event ids in another request, as a sender does that has forgotten what it sent. */
  #repeatIds(events: readonly MarkedEvent[]): void {
    this.#options.coverage.see('event id repeated');
    const again = events.map((event) => {
      const mark = this.#mark();
      this.repeats.set(mark, event.mark);
      return { ...event, mark, event_id: `id-${event.mark}` };
    });
    const marks = again.map((event) => event.mark);
    this.#send({ body: encode(again), idempotencyKey: `again-${marks[0]}`, marks }, () => {});
  }

  #record(name: string): MarkedEvent {
    const { chance, scheduler } = this.#options;
    return { name, time: scheduler.wall, route: chance.pick(['/a', '/b']), mark: this.#mark() };
  }

  #mark(): string {
    this.#count += 1;
    return `${this.#options.name}-${this.#count}`;
  }

  #send(request: SentRequest, then: () => void): void {
    this.unanswered += 1;
    this.#attempt(request, () => {
      this.unanswered -= 1;
      then();
    });
  }

  #attempt(request: SentRequest, then: () => void): void {
    const { scheduler, chance, faults, coverage, intake, onProblem } = this.#options;
    let over = false;
    const again = (ms: number): void => {
      if (over) return;
      over = true;
      scheduler.after(ms, () => this.#attempt(request, then));
    };
    const heard = (answer: Answer): void => {
      if (over) return;
      if (answer.status !== 200) {
        // What is refused for good would be a bug of the simulation or of intake.
        if (answer.status < 500 && answer.status !== 429) onProblem(`refused: ${JSON.stringify(answer.body)}`);
        again(chance.between(100, 1_000));
        return;
      }
      over = true;
      const { rejected } = answer.body as unknown as { rejected: readonly unknown[] };
      if (rejected.length > 0) onProblem(`rejected: ${JSON.stringify(rejected)}`);
      for (const mark of request.marks) this.acknowledged.add(mark);
      then();
    };
    scheduler.after(chance.between(0.1, 10), () => {
      const { intake: receiver, process } = intake;
      if (receiver === undefined || process.pausedUntil > scheduler.time) return again(chance.between(100, 500));
      const { body, idempotencyKey } = request;
      const authorization = `Bearer ${INGEST_KEY}`;
      receiveEvents(receiver, {
        authorization,
        body,
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      }).then(
        (answer) => {
          if (chance.happens(faults().clientAnswerLost)) coverage.see('answer to client lost');
          else scheduler.after(chance.between(0.1, 10), () => heard(answer));
        },
        (caught: unknown) => onProblem(`intake threw: ${String(caught)}`),
      );
    });
    scheduler.after(PATIENCE_MS, () => again(0));
  }
}

function encode(events: readonly object[]): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(events));
}
