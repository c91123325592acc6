import { Agent, request } from 'node:http';
import { setPriority } from 'node:os';

/**
 * A sender in a process of its own that does not listen: it sends at its rate whatever is answered, over as many connections as it is given,
 * and counts what became of each request. Run by `fork`, with its orders as a message; it tells its counts when it is told to end.
 */
export interface FloodOrders {
  readonly url: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly protocol: 'events' | 'logs';
  readonly requestsPerSecond: number;
  readonly recordsPerRequest: number;
  readonly connections: number;
  /** Tells this sender's records from all others. */
  readonly label: string;
}

export interface FloodCounts {
  readonly records: {
    readonly sent: number;
    readonly accepted: number;
    readonly refused: number;
    readonly unanswered: number;
  };
  /** Requests by status and code. */
  readonly answers: Readonly<Record<string, number>>;
  /** Refusals that did not say when to come again in whole seconds. */
  readonly withoutRetryAfter: number;
}

const TICK_MS = 10;
/** Senders are other machines: here they only get what the server leaves. */
const LOW_PRIORITY = 15;

process.once('message', (orders: FloodOrders) => flood(orders));

function flood(orders: FloodOrders): void {
  const { url, path, headers, requestsPerSecond, recordsPerRequest, connections } = orders;
  setPriority(LOW_PRIORITY);
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const target = new URL(path, url);
  const records = { sent: 0, accepted: 0, refused: 0, unanswered: 0 };
  const answers: Record<string, number> = {};
  let withoutRetryAfter = 0;
  let number = 0;
  let underWay = 0;
  let ended = false;

  const finish = (): void => {
    if (!ended || underWay > 0) return;
    const counts: FloodCounts = { records, answers, withoutRetryAfter };
    process.send?.(counts, () => process.exit(0));
  };

  const send = (): void => {
    number += 1;
    const body = bodyOf(orders, number);
    records.sent += recordsPerRequest;
    underWay += 1;
    let isDone = false;
    const done = (outcome: 'accepted' | 'refused' | 'unanswered', answer: string): void => {
      if (isDone) return;
      isDone = true;
      records[outcome] += recordsPerRequest;
      answers[answer] = (answers[answer] ?? 0) + 1;
      underWay -= 1;
      finish();
    };
    const sent = request(
      target,
      { method: 'POST', agent, headers: { ...headers, 'content-length': Buffer.byteLength(body) } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', () => done('unanswered', 'cut'));
        response.on('end', () => {
          const { statusCode = 0 } = response;
          if (statusCode === 200) return done('accepted', '200');
          const text = Buffer.concat(chunks).toString();
          if (!/^\d+$/.test(response.headers['retry-after'] ?? '')) withoutRetryAfter += 1;
          return done(
            'refused',
            `${statusCode} ${/(?:too-many-[a-z]+|overloaded|spool-[a-z]+|not-ready)/.exec(text)?.[0] ?? text.slice(0, 60)}`,
          );
        });
      },
    );
    sent.on('error', (error: NodeJS.ErrnoException) => done('unanswered', error.code ?? 'error'));
    sent.end(body);
  };

  const startedMs = performance.now();
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedMs) / 1_000) * requestsPerSecond);
    // What cannot even be begun is not offered: four requests may wait for each connection.
    while (number < due && underWay < connections * 4) send();
    if (number < due) number = due;
  }, TICK_MS);
  process.once('message', () => {
    clearInterval(timer);
    ended = true;
    finish();
  });
}

function bodyOf({ protocol, recordsPerRequest, label }: FloodOrders, number: number): string {
  const indices = Array.from({ length: recordsPerRequest }, (_, index) => index);
  if (protocol === 'events') {
    return JSON.stringify(
      indices.map((index) => ({
        name: 'flood',
        event_id: `${label}-${number}-${index}`,
        route: `/r/${index % 20}`,
        status: index % 50 === 0 ? 500 : 200,
        duration_ms: (index * 37) % 900,
        user: `u-${(number * 7 + index) % 5_000}`,
      })),
    );
  }
  const nanos = `${Date.now()}000000`;
  const logRecords = indices.map((index) => ({
    timeUnixNano: nanos,
    severityNumber: 9,
    body: { stringValue: `line ${number} ${index} of ${label}` },
  }));
  return JSON.stringify({ resourceLogs: [{ resource: {}, scopeLogs: [{ logRecords }] }] });
}
