import { isUtf8 } from 'node:buffer';
import type { Failure } from '#kernel/error-codes.ts';
import { limits } from '#kernel/limits.ts';
import { fail, type Result } from '#kernel/result.ts';
import type { Answer } from '../answer.ts';
import { retryAfter } from '../answer.ts';
import type { Grant } from '../credentials.ts';
import type { DecodeContext, Decoded } from '../decoding.ts';
import type { Intake } from '../intake.ts';
import { authorizeKey } from '../key-scopes.ts';
import type { ReceiverRoute, RequestHead, RequestRefusal, TrafficClass } from '../receiver.ts';
import type { RememberedAnswer } from '../request-tokens.ts';
import { httpStatusOf, type OtlpForm, partialSuccess, statusBody, successBody } from './answers.ts';
import { decodeOtlp, type OtlpSignal } from './decode.ts';

export const OTLP_SCOPE = 'otlp:write';
export const otlpTraffic: Readonly<Record<OtlpSignal, TrafficClass>> = {
  traces: 'events',
  metrics: 'samples',
  logs: 'logs',
};

const FORMS: Readonly<Record<string, OtlpForm>> = {
  'application/x-protobuf': 'protobuf',
  'application/protobuf': 'protobuf',
  'application/json': 'json',
};
const CONTENT_TYPES: Readonly<Record<OtlpForm, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
};

/** `POST /v1/traces`, `/v1/metrics` and `/v1/logs`: OTLP over HTTP, answered in the encoding of the request. */
export function otlpRoutes(intake: Intake): readonly ReceiverRoute[] {
  return (['traces', 'metrics', 'logs'] as const).map((signal) => otlpRoute(intake, signal));
}

function otlpRoute(intake: Intake, signal: OtlpSignal): ReceiverRoute {
  return {
    method: 'POST',
    path: `/v1/${signal}`,
    traffic: otlpTraffic[signal],
    encodings: ['identity', 'gzip', 'deflate', 'zstd'],
    bodyBytes: limits.otlpBodyBytes,
    authorize: (head) => authorizeOtlp(intake, head.headers.authorization),
    inspect(head) {
      if (formOf(head) !== undefined) return undefined;
      return {
        code: 'unsupported-type',
        message: 'Content-Type: application/x-protobuf or application/json is needed.',
      };
    },
    async receive({ head, grant, body }) {
      const form = formOf(head) ?? 'json';
      const outcome = await takeOtlp(intake, { grant, signal, form, body });
      return outcome.ok
        ? answerWith(form, 200, {}, successBody(form, signal, partialSuccess(outcome.value)))
        : refuse(outcome.failure, head);
    },
    refuse,
  };
}

export interface OtlpRequest {
  readonly grant: Grant;
  readonly signal: OtlpSignal;
  readonly form: OtlpForm;
  readonly body: Uint8Array;
}

/** A request of either transport once its head was found good: what was accepted is on disk when this resolves. */
export function takeOtlp(
  intake: Pick<Intake, 'accept'>,
  { grant, signal, form, body }: OtlpRequest,
): Promise<Result<RememberedAnswer, RequestRefusal>> {
  return intake.accept({
    grant,
    protocol: `otlp-${signal}-${form}`,
    traffic: otlpTraffic[signal],
    body,
    decode: (context) => decodeBytes(signal, form, body, context),
  });
}

function decodeBytes(
  signal: OtlpSignal,
  form: OtlpForm,
  body: Uint8Array,
  context: DecodeContext,
): Result<Decoded, Failure> {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (form === 'protobuf') return decodeOtlp(signal, { form, bytes }, context);
  if (!isUtf8(bytes)) return fail({ code: 'malformed-body', message: 'The body is not valid UTF-8.' });
  return decodeOtlp(signal, { form, text: bytes.toString('utf8') }, context);
}

/**
 * Judges the credential. `OTEL_EXPORTER_OTLP_HEADERS` holds it percent-encoded, `Bearer%20KEY`, and some SDKs send it as it stands there.
 */
export function authorizeOtlp(
  intake: Pick<Intake, 'authorize'>,
  authorization: string | undefined,
): Result<Grant, RequestRefusal> {
  const headers = authorization === undefined ? {} : { authorization };
  const judged = authorizeKey(intake, { headers }, OTLP_SCOPE);
  if (judged.ok || judged.failure.code !== 'credential-invalid' || !authorization?.includes('%')) return judged;
  const decoded = percentDecoded(authorization);
  return decoded === undefined ? judged : authorizeKey(intake, { headers: { authorization: decoded } }, OTLP_SCOPE);
}

function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function formOf({ headers }: Pick<RequestHead, 'headers'>): OtlpForm | undefined {
  return FORMS[(headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''];
}

/** As a `google.rpc.Status` in the encoding of the request. */
function refuse(refusal: RequestRefusal, head: RequestHead): Answer {
  const form = formOf(head) ?? 'json';
  const body = statusBody(form, refusal, head.requestId);
  return answerWith(form, httpStatusOf(refusal.code), retryAfter(refusal.retryAfterSeconds), body);
}

function answerWith(
  form: OtlpForm,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Answer['body'],
): Answer {
  return { status, headers: { 'content-type': CONTENT_TYPES[form], ...headers }, body };
}
