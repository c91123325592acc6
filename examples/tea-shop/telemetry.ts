import { randomUUID } from 'node:crypto';

/** One event as `POST /v1/events` takes it. */
export interface ShopEvent {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly event_id: string;
  readonly [attribute: string]: string | number | boolean;
}

export interface Telemetry {
  /** Queues an event; never blocks and never throws, because watching must not break the shop. */
  record(event: ShopEvent): void;
  readonly counts: TelemetryCounts;
  /** Sends what is queued, for at most two seconds. */
  close(): Promise<void>;
}

export interface TelemetryCounts {
  sent: number;
  rejected: number;
  /** Given up because the queue was full, or because Watchbill refused the request. */
  dropped: number;
}

const BATCH_EVERY_MS = 100;
const BATCH_EVENTS = 500;
const QUEUE_EVENTS = 10_000;
const REQUEST_TIMEOUT_MS = 5_000;
const RETRY_MS_MAX = 2_000;
const CLOSE_MS = 2_000;

/**
 * Sends events in batches. A batch without an answer goes again, whole and with the same Idempotency-Key, so it is stored
 * once however often it is sent.
 */
export function createTelemetry(target: { readonly intakeUrl: string; readonly key: string }): Telemetry {
  const queue: ShopEvent[] = [];
  const counts: TelemetryCounts = { sent: 0, rejected: 0, dropped: 0 };
  const closing = new AbortController();
  let problemTold = false;
  let sending: Promise<void> | undefined;

  const ticker = setInterval(() => {
    if (sending !== undefined || queue.length === 0) return;
    sending = sendBatch(queue.splice(0, BATCH_EVENTS)).finally(() => {
      sending = undefined;
    });
  }, BATCH_EVERY_MS);

  async function sendBatch(batch: readonly ShopEvent[]): Promise<void> {
    const idempotencyKey = randomUUID();
    const body = batch.map((event) => JSON.stringify(event)).join('\n');
    for (let delayMs = 100; ; delayMs = Math.min(delayMs * 2, RETRY_MS_MAX)) {
      const answer = await post(body, idempotencyKey);
      if (answer.state === 'taken') {
        counts.sent += batch.length - answer.rejected;
        counts.rejected += answer.rejected;
        problemTold = false;
        return;
      }
      if (!problemTold) {
        problemTold = true;
        process.stderr.write(`tea shop: events are not taken (${answer.problem})\n`);
      }
      if (answer.state === 'refused' || closing.signal.aborted) {
        counts.dropped += batch.length;
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, Math.max(delayMs, answer.afterMs)));
    }
  }

  async function post(body: string, idempotencyKey: string): Promise<Answer> {
    try {
      const response = await fetch(new URL('/v1/events', target.intakeUrl), {
        method: 'POST',
        headers: {
          authorization: `Bearer ${target.key}`,
          'content-type': 'application/x-ndjson',
          'idempotency-key': idempotencyKey,
        },
        body,
        signal: AbortSignal.any([closing.signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
      });
      const text = await response.text();
      if (response.ok) {
        const { rejected } = JSON.parse(text) as { rejected?: readonly unknown[] };
        return { state: 'taken', rejected: rejected?.length ?? 0 };
      }
      const problem = `${response.status} ${text.slice(0, 200)}`;
      if (response.status !== 408 && response.status !== 429 && response.status < 500)
        return { state: 'refused', problem };
      const retryAfterMs = Number(response.headers.get('retry-after') ?? 0) * 1_000;
      return { state: 'again', problem, afterMs: Math.min(Math.max(retryAfterMs, 0), 10_000) };
    } catch (error) {
      return { state: 'again', problem: error instanceof Error ? error.message : String(error), afterMs: 0 };
    }
  }

  return {
    counts,
    record(event) {
      queue.push(event);
      if (queue.length > QUEUE_EVENTS) {
        queue.shift();
        counts.dropped += 1;
      }
    },
    async close() {
      clearInterval(ticker);
      const deadline = setTimeout(() => closing.abort(), CLOSE_MS);
      await sending;
      while (queue.length > 0 && !closing.signal.aborted) await sendBatch(queue.splice(0, BATCH_EVENTS));
      clearTimeout(deadline);
    },
  };
}

type Answer =
  | { readonly state: 'taken'; readonly rejected: number }
  | { readonly state: 'again'; readonly problem: string; readonly afterMs: number }
  | { readonly state: 'refused'; readonly problem: string };
