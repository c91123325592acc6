import { isUtf8 } from 'node:buffer';
import { type ErrorCode, errorCodes } from '#kernel/error-codes.ts';
import { limits } from '#kernel/limits.ts';
import { fail, ok, type Result } from '#kernel/result.ts';
import { type Answer, retryAfter } from '../answer.ts';
import type { Grant } from '../credentials.ts';
import type { Intake } from '../intake.ts';
import { authorizeKey } from '../key-scopes.ts';
import type { ReceivedRequest, ReceiverRoute, RequestHead, RequestRefusal } from '../receiver.ts';
import { categoriesOf, decodeEnvelope, storedEvent } from './decode.ts';
import { type Envelope, readEnvelope } from './envelope.ts';
import { textIn } from './fields.ts';

const SCOPE = 'sentry:write';

/**
 * The addresses that a DSN stands for: `POST /api/PROJECT/envelope/`, and `/store/` of old SDKs. The key is the plan's, so the project is not
 * looked at. SDKs in browsers send from other origins, and what they send is no secret of a signed-in person: any origin may.
 */
export function sentryRoutes(intake: Intake): readonly ReceiverRoute[] {
  const envelope = { read: (body: Uint8Array) => readEnvelope(body, readText), protocol: 'sentry-envelope' };
  const store = { read: (body: Uint8Array) => storedEvent(body, readText), protocol: 'sentry-store' };
  return [
    route(intake, '/api/:project/envelope/', envelope),
    route(intake, '/api/:project/envelope', envelope),
    route(intake, '/api/:project/store/', store),
    route(intake, '/api/:project/store', store),
  ];
}

interface Form {
  readonly protocol: string;
  read(body: Uint8Array): Result<Envelope, RequestRefusal>;
}

function route(intake: Intake, path: string, form: Form): ReceiverRoute {
  return {
    method: 'POST',
    path,
    traffic: 'events',
    encodings: ['identity', 'gzip', 'deflate', 'zstd'],
    bodyBytes: limits.envelopeBytes,
    crossOrigin: { headers: ['content-type', 'x-sentry-auth', 'content-encoding', 'authorization'] },
    authorize: (head) => authorize(intake, keyOfHead(head), head),
    unnamed: {
      bodyBytes: limits.unnamedEnvelopeBytes,
      authorize: (head, body) => authorize(intake, keyOfBody(body), head),
    },
    receive: (request) => receive(intake, request, form),
    refuse: (refusal, head) => refuse(refusal, head, []),
  };
}

async function receive(intake: Intake, { head, grant, body }: ReceivedRequest, form: Form): Promise<Answer> {
  const envelope = form.read(body);
  const items = envelope.ok ? envelope.value.items : [];
  const outcome = await intake.accept({
    grant,
    protocol: form.protocol,
    traffic: items.length > 0 && items.every(({ type }) => type === 'log') ? 'logs' : 'events',
    body,
    decode: (context) => (envelope.ok ? ok(decodeEnvelope(envelope.value, readText, context)) : envelope),
  });
  if (!outcome.ok) return refuse(outcome.failure, head, categoriesOf(items));
  const { accepted, rejected } = outcome.value;
  const [first] = rejected;
  // Of several items one may be wrong, and that is counted; when nothing was taken the sender should know.
  if (accepted === 0 && first !== undefined) return refuse({ ...first, code: first.code as ErrorCode }, head, []);
  return { status: 200, headers: {}, body: idOf(envelope) };
}

/** Like Sentry: the id under which the event is found. */
function idOf(envelope: Result<Envelope, RequestRefusal>): { readonly id?: string } {
  const id = envelope.ok ? textIn(envelope.value.header, 'event_id') : undefined;
  return id === undefined ? {} : { id: id.replaceAll('-', '').toLowerCase() };
}

/**
 * A refusal in the SDKs' terms: `detail` is what they log, and a time to wait holds back the categories that were sent.
 * https://develop.sentry.dev/sdk/foundations/transport/rate-limiting/
 */
function refuse(
  { code, message, retryAfterSeconds }: RequestRefusal,
  head: RequestHead,
  of: readonly string[],
): Answer {
  const seconds = retryAfterSeconds === undefined ? undefined : Math.ceil(retryAfterSeconds);
  return {
    status: errorCodes[code].status,
    headers: {
      ...retryAfter(seconds),
      ...(seconds !== undefined && { 'x-sentry-rate-limits': `${seconds}:${of.join(';')}:key:${code}` }),
    },
    body: { detail: message, error: { code, message, requestId: head.requestId } },
  };
}

function authorize(intake: Intake, key: string | undefined, head: RequestHead): Result<Grant, RequestRefusal> {
  if (key !== undefined) return authorizeKey(intake, head, SCOPE, `Bearer ${key}`);
  return fail({
    code: 'credential-missing',
    message: 'No key: set the DSN that `watchbill key create --for sentry` prints.',
  });
}

/** The key in the header that SDKs send, or in the address, where browsers put it. */
function keyOfHead({ headers, query }: RequestHead): string | undefined {
  const header = headers['x-sentry-auth'] ?? headers.authorization;
  const text = typeof header === 'string' && /^Sentry\s/i.test(header) ? header : '';
  const inHeader = /(?:^Sentry\s+|[,\s])sentry_key\s*=\s*([^,\s]+)/i.exec(text)?.[1];
  return inHeader ?? query.get('sentry_key') ?? undefined;
}

/** The key in the DSN of an envelope's first line, which is what a tunnel passes on. */
function keyOfBody(body: Uint8Array): string | undefined {
  const end = body.indexOf(0x0a);
  const line = readText(body.subarray(0, Math.min(end < 0 ? body.length : end, limits.requestHeaderBytes)));
  try {
    const dsn = textIn(JSON.parse(line ?? ''), 'dsn');
    return dsn === undefined ? undefined : /^https?:\/\/(\w+)(?::\w*)?@/.exec(dsn)?.[1];
  } catch {
    return undefined;
  }
}

function readText(bytes: Uint8Array): string | undefined {
  if (!isUtf8(bytes)) return undefined;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
