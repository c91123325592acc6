import type { DurationMs } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { IncomingResponse, Transport } from '#kernel/ports.ts';
import { fail, ok, type Result } from '#kernel/result.ts';
import type { LookHeard, LookQuestion } from '#plan/look-question.ts';
import type { ProberOrders } from '#plan/prober-orders.ts';
import type { Delivery } from './outbox.ts';
import type { ProbeResult } from './result.ts';

export interface IntakeLinkOptions {
  /** Where intake is reached, without a slash at its end. */
  readonly url: string;
  readonly key: string;
  readonly location: string;
  /** The way to intake, which need not be the way to the targets. */
  readonly transport: Transport;
}

/** Why intake gave no orders. */
export interface OrdersFailure {
  readonly message: string;
  /** The code of intake's own, when it gave one. */
  readonly code?: string;
  /** Asking again with the same key is of no use. */
  readonly isFinal: boolean;
}

const TIMEOUT_MS: DurationMs = 10_000;
const JUST_WAIT = [408, 425, 429];

/** What a prober says to intake, and what it is told. Nothing here throws for what the network or intake does. */
export class IntakeLink {
  readonly #options: IntakeLinkOptions;

  constructor(options: IntakeLinkOptions) {
    this.#options = options;
  }

  /** What is to be done; without the plans when they are those of `revision`. */
  async orders(revision: string | undefined): Promise<Result<ProberOrders, OrdersFailure>> {
    const query = new URLSearchParams({
      location: this.#options.location,
      ...(revision === undefined ? {} : { revision }),
    });
    const answer = await this.#send('GET', `/v1/probes?${query}`);
    if (!answer.ok) return fail({ message: answer.failure.message, isFinal: false });
    const { status, body, isCut } = answer.value;
    if (status !== 200) {
      const isFinal = status >= 400 && status < 500 && !JUST_WAIT.includes(status);
      return fail({ ...problemIn(answer.value), isFinal });
    }
    if (isCut === true) return fail({ message: 'The plans of intake are too large.', isFinal: false });
    try {
      return ok(JSON.parse(Buffer.from(body).toString('utf8')) as ProberOrders);
    } catch {
      return fail({ message: 'What answers is no intake.', isFinal: false });
    }
  }

  async tell(plan: string, results: readonly ProbeResult[]): Promise<Delivery> {
    const query = new URLSearchParams({ plan, location: this.#options.location });
    const answer = await this.#send('POST', `/v1/checks?${query}`, JSON.stringify({ results }));
    if (!answer.ok) return { state: 'again', message: answer.failure.message, afterMs: 0 };
    const { status, headers } = answer.value;
    if (status === 200) return { state: 'taken' };
    const { message } = problemIn(answer.value);
    // A key that was revoked may be replaced, and a plan may come back: only what is wrong with the results themselves is final.
    if (status === 400 || status === 413) return { state: 'refused', message };
    return { state: 'again', message, afterMs: (Number(headers['retry-after']) || 0) * 1_000 };
  }

  /** Says that a look begins, or asks whether what it sent was heard of. */
  async heard(plan: string, question: LookQuestion): Promise<Result<LookHeard, string>> {
    const query = new URLSearchParams({ plan, location: this.#options.location });
    const answer = await this.#send('POST', `/v1/looks?${query}`, JSON.stringify(question));
    if (!answer.ok) return fail(answer.failure.message);
    if (answer.value.status !== 200) return fail(problemIn(answer.value).message);
    try {
      return ok(JSON.parse(Buffer.from(answer.value.body).toString('utf8')) as LookHeard);
    } catch {
      return fail('What answers is no intake.');
    }
  }

  #send(method: 'GET' | 'POST', path: string, body?: string): ReturnType<Transport['send']> {
    const { url, key, transport } = this.#options;
    return transport.send({
      method,
      url: `${url}${path}`,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: new TextEncoder().encode(body) }),
      timeoutMs: TIMEOUT_MS,
      responseBytes: limits.probeOrdersBytes,
    });
  }
}

function problemIn({ status, body }: IncomingResponse): { readonly message: string; readonly code?: string } {
  try {
    const { error } = JSON.parse(Buffer.from(body).toString('utf8')) as { error: { code: string; message: string } };
    return { code: error.code, message: error.message };
  } catch {
    return { message: `Intake answered with status ${status}.` };
  }
}
