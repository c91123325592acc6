import type { FactAnswer } from '#contract/journal.ts';
import type { LiveAlert, LiveChange, LiveMessage, LiveReading, LiveStatus } from '#contract/live.ts';
import { routes } from '#contract/routes.ts';
import type { ApiServices } from '../services.ts';
import { type RouteCall, record } from '../testing.ts';

interface DataOf {
  readonly status: LiveStatus;
  readonly change: LiveChange;
  readonly fact: FactAnswer;
  readonly end: Extract<LiveMessage, { event: 'end' }>['data'];
}

/** Reads a stream of server-sent events as a browser does: by blank lines, comments left out. */
export class EventReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #text = '';
  /** Comments that came, such as `: alive`. */
  readonly comments: string[] = [];
  /** As a browser would send it when it connects again. */
  lastEventId: number | undefined;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  /** The next event; undefined at the end. Rejects when the connection breaks off. */
  async next(): Promise<LiveMessage | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n\n');
      if (end >= 0) {
        const block = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        const message = this.#read(block);
        if (message !== undefined) return message;
        continue;
      }
      const { done, value } = await this.#reader.read();
      if (done) return undefined;
      this.#text += this.#decoder.decode(value, { stream: true });
    }
  }

  /** The next event of a kind, others passed over. */
  async nextOf<Kind extends keyof DataOf>(kind: Kind): Promise<DataOf[Kind] | undefined> {
    for (;;) {
      const message = await this.next();
      if (message === undefined) return undefined;
      if (message.event === kind) return message.data as DataOf[Kind];
    }
  }

  async cancel(): Promise<void> {
    await this.#reader.cancel();
  }

  #read(block: string): LiveMessage | undefined {
    const fields = new Map<string, string>();
    for (const line of block.split('\n')) {
      const colon = line.indexOf(':');
      if (colon === 0) this.comments.push(line);
      else fields.set(line.slice(0, colon), line.slice(colon + 1).trimStart());
    }
    const id = fields.get('id');
    if (id !== undefined) this.lastEventId = Number(id);
    const event = fields.get('event');
    return event === undefined ? undefined : ({ event, data: JSON.parse(fields.get('data') ?? '') } as LiveMessage);
  }
}

/** What a page knows: the status with every change since put on top. */
export class FollowedPlan {
  plan: LiveStatus['plan'];
  readonly readings: Map<string, LiveReading>;
  readonly alerts: Map<string, LiveAlert>;

  constructor(status: Pick<LiveStatus, 'plan' | 'readings' | 'alerts'>) {
    this.plan = status.plan;
    this.readings = new Map(status.readings.map((reading) => [keyOf(reading), reading]));
    this.alerts = new Map(status.alerts.map((alert) => [alert.key, alert]));
  }

  take(change: Partial<LiveChange>): void {
    this.plan = change.plan ?? this.plan;
    for (const gone of change.readingsGone ?? []) this.readings.delete(keyOf(gone));
    for (const reading of change.readings ?? []) this.readings.set(keyOf(reading), reading);
    for (const key of change.alertsGone ?? []) this.alerts.delete(key);
    for (const alert of change.alerts ?? []) this.alerts.set(alert.key, alert);
  }
}

function keyOf({ signal, group }: { readonly signal: string; readonly group: readonly string[] }): string {
  return `${signal} ${JSON.stringify(group)}`;
}

/** A fact that says nothing but its number. */
export function numbered(sequence: number): FactAnswer {
  return {
    sequence,
    at: '2026-03-02T09:00:00.000Z',
    kind: 'phase-changed',
    subject: 'plan',
    reason: 'phase-began',
    body: {},
  };
}

/** Answers whatever is asked, and writes down the question. */
export const liveStandIn: ApiServices['live'] = {
  follow: (plan, { resumeAfter }) =>
    record(
      new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode('{}'));
          controller.close();
        },
      }),
      'follow',
      plan,
      resumeAfter,
    ),
  followers: () => 0,
  stop: () => {},
};

/** One call of each route. */
export const liveCalls: readonly RouteCall[] = [
  { route: routes.followPlan, path: '/api/plans/shop/live', asks: ['follow', 'shop', undefined] },
];
