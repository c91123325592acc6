import { isUtf8 } from 'node:buffer';
import { limits } from '#kernel/limits.ts';
import { fail } from '#kernel/result.ts';
import { type JsonAnswer, refusal } from '../answer.ts';
import type { Intake } from '../intake.ts';
import { authorizeKey } from '../key-scopes.ts';
import type { ReceivedRequest, ReceiverRoute, RequestHead } from '../receiver.ts';
import type { RememberedAnswer } from '../request-tokens.ts';
import { decodeEvents } from './decode.ts';

const TYPES: Readonly<Record<string, 'json' | 'lines'>> = {
  'application/json': 'json',
  'application/x-ndjson': 'lines',
  'application/ndjson': 'lines',
};
const IDEMPOTENCY_KEY_CHARACTERS = 255;

/** `POST /v1/events`: JSON events of a product, each accepted or refused by itself. */
export function eventsRoute(
  intake: Intake,
): Omit<ReceiverRoute, 'receive'> & { receive(request: ReceivedRequest): Promise<JsonAnswer> } {
  return {
    method: 'POST',
    path: '/v1/events',
    traffic: 'events',
    encodings: ['identity', 'gzip'],
    bodyBytes: limits.eventsBodyBytes,
    authorize: (head) => authorizeKey(intake, head, 'events:write'),
    inspect(head) {
      if (formOf(head) === undefined) {
        return {
          code: 'unsupported-type',
          message: 'Content-Type: application/json or application/x-ndjson is needed.',
        };
      }
      const key = head.headers['idempotency-key'];
      if (key !== undefined && (typeof key !== 'string' || key === '' || key.length > IDEMPOTENCY_KEY_CHARACTERS)) {
        return { code: 'invalid-request', message: 'Idempotency-Key: 1 to 255 characters are needed.' };
      }
      return undefined;
    },
    async receive({ head, grant, body }) {
      const key = head.headers['idempotency-key'];
      const outcome = await intake.accept({
        grant,
        protocol: 'events',
        traffic: 'events',
        body,
        ...(typeof key === 'string' && { idempotencyKey: key }),
        decode(context) {
          if (!isUtf8(body)) return fail({ code: 'malformed-body', message: 'The body is not valid UTF-8.' });
          const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
          return decodeEvents(withoutMark(bytes.toString('utf8')), formOf(head) === 'lines', context);
        },
      });
      if (outcome.ok) return answerOf(outcome.value);
      const { code, message, retryAfterSeconds } = outcome.failure;
      return refusal(code, message, head.requestId, { retryAfterSeconds });
    },
  };
}

function formOf({ headers }: RequestHead): 'json' | 'lines' | undefined {
  return TYPES[(headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''];
}

/** What became of the records of one request. */
export function answerOf(answer: RememberedAnswer): JsonAnswer {
  const { accepted, rejected, duplicates, leftOut } = answer;
  const body = { accepted, rejected, ...(duplicates > 0 && { duplicates }), ...(leftOut !== undefined && { leftOut }) };
  return { status: 200, headers: {}, body };
}

function withoutMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** A request for `POST /v1/events` with its body unpacked, for callers without HTTP. */
export interface WholeRequest {
  readonly authorization?: string;
  readonly idempotencyKey?: string;
  readonly body: Uint8Array;
  readonly lines?: boolean;
}

/** Judges and takes a whole request, as the route does. */
export async function receiveEvents(intake: Intake, request: WholeRequest): Promise<JsonAnswer> {
  const { authorization, idempotencyKey, body, lines = false } = request;
  const route = eventsRoute(intake);
  const head: RequestHead = {
    method: route.method,
    path: route.path,
    parameters: {},
    query: new URLSearchParams(),
    headers: {
      'content-type': lines ? 'application/x-ndjson' : 'application/json',
      ...(authorization !== undefined && { authorization }),
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    },
    requestId: intake.makeId(),
  };
  const grant = route.authorize(head);
  if (!grant.ok) return refusal(grant.failure.code, grant.failure.message, head.requestId, grant.failure);
  return await route.receive({ head, grant: grant.value, body });
}
