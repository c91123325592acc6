import { gzipSync } from 'node:zlib';

export interface SentEvent {
  readonly name: string;
  readonly event_id: string;
  readonly [field: string]: unknown;
}

/** A client as a careful sender writes it: one idempotency key a batch, sent again until it is answered. */
export class RetryingClient {
  readonly acknowledged = new Set<string>();
  /** How often a request had to be sent again: without retries the proof would prove little. */
  retries = 0;
  readonly #url: string;
  readonly #key: string;

  constructor(intakeUrl: string, key: string) {
    this.#url = `${intakeUrl}/v1/events`;
    this.#key = key;
  }

  /** Resolves once the batch was answered 200 in full. Throws for a refusal, which no batch of ours deserves. */
  async send(events: readonly SentEvent[], idempotencyKey: string): Promise<void> {
    const body = gzipSync(JSON.stringify(events));
    for (;;) {
      try {
        const response = await fetch(this.#url, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${this.#key}`,
            'content-type': 'application/json',
            'content-encoding': 'gzip',
            'idempotency-key': idempotencyKey,
          },
          body,
          signal: AbortSignal.timeout(5_000),
        });
        const text = await response.text();
        if (response.status === 200) {
          const answer = JSON.parse(text) as { accepted: number; rejected: readonly unknown[] };
          if (answer.accepted !== events.length)
            throw new RefusedError(`accepted ${answer.accepted} of ${events.length}: ${text}`);
          for (const event of events) this.acknowledged.add(event.event_id);
          return;
        }
        if (response.status !== 429 && response.status !== 503) throw new RefusedError(`${response.status} ${text}`);
      } catch (problem) {
        if (problem instanceof RefusedError) throw problem;
      }
      this.retries += 1;
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
  }
}

class RefusedError extends Error {}
