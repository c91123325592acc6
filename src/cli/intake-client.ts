import { gzipSync } from 'node:zlib';
import { WatchbillError } from '#kernel/error-codes.ts';
import type { Clock } from '#kernel/ports.ts';
import { rootMessage } from './client.ts';
import type { Runtime } from './runtime.ts';

export interface EventsAnswer {
  readonly accepted: number;
  readonly rejected: readonly { readonly index: number; readonly code: string; readonly message: string }[];
}

/** Sends one body to `POST /v1/events`, again and again until intake has answered: the key makes a repeat harmless. */
export async function sendEvents(
  runtime: Runtime,
  target: { readonly intakeUrl: string; readonly key: string },
  body: string,
  idempotencyKey: string,
): Promise<EventsAnswer> {
  const compressed = gzipSync(body);
  for (let attempt = 1; ; attempt += 1) {
    const problem = await attemptOnce(runtime, target, compressed, idempotencyKey);
    if ('answer' in problem) return problem.answer;
    if (runtime.stopSignal.aborted) throw new WatchbillError('interrupted', 'Stopped before intake had answered.');
    const delayMs = Math.max(
      problem.retryAfterMs,
      Math.min(10_000, 100 * 2 ** attempt) * (0.5 + runtime.random.fraction() / 2),
    );
    if (attempt === 1 || attempt % 10 === 0) runtime.writeError(`${problem.message}; trying again.\n`);
    await sleep(runtime.clock, delayMs, runtime.stopSignal);
  }
}

async function attemptOnce(
  runtime: Runtime,
  target: { readonly intakeUrl: string; readonly key: string },
  body: Uint8Array<ArrayBuffer>,
  idempotencyKey: string,
): Promise<{ readonly answer: EventsAnswer } | { readonly retryAfterMs: number; readonly message: string }> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(new URL('/v1/events', target.intakeUrl), {
      method: 'POST',
      redirect: 'error',
      headers: {
        authorization: `Bearer ${target.key}`,
        'content-type': 'application/x-ndjson',
        'content-encoding': 'gzip',
        'idempotency-key': idempotencyKey,
      },
      body,
      signal: AbortSignal.any([runtime.stopSignal, AbortSignal.timeout(30_000)]),
    });
    text = await response.text();
  } catch (cause) {
    return { retryAfterMs: 0, message: `Intake at ${target.intakeUrl} does not answer (${rootMessage(cause)})` };
  }
  if (response.ok) return { answer: JSON.parse(text) as EventsAnswer };
  if (response.status === 429 || response.status >= 500 || response.status === 408) {
    return {
      retryAfterMs: Number(response.headers.get('retry-after') ?? 1) * 1_000,
      message: `Intake answered ${response.status}`,
    };
  }
  const error = (JSON.parse(text) as { error?: { code: 'invalid-request'; message: string; where?: string } }).error;
  throw new WatchbillError(
    error?.code ?? 'invalid-request',
    error?.message ?? `Intake answered ${response.status}.`,
    error?.where,
  );
}

/** Resolves after the delay, or at once when the signal aborts. */
export function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const cancel = clock.after(delayMs, done);
    function done(): void {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
}

/** The intake that a command sends to, and the key it uses. */
export function intakeTarget(
  runtime: Runtime,
  options: { readonly intake?: string; readonly key?: string },
  recorded: string | undefined,
): { readonly intakeUrl: string; readonly key: string } {
  const intakeUrl = options.intake ?? recorded;
  const key = options.key ?? runtime.defaults.ingestKey;
  if (intakeUrl === undefined)
    throw new WatchbillError('server-unreachable', 'Name intake with --intake, or the data folder with --data.');
  if (key === undefined) {
    throw new WatchbillError(
      'credential-missing',
      'Give a key with --key or WATCHBILL_INGEST_KEY; `watchbill key create` makes one.',
    );
  }
  return { intakeUrl, key };
}
