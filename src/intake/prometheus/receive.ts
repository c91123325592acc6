import { isUtf8 } from 'node:buffer';
import { errorCodes } from '#kernel/error-codes.ts';
import { limits } from '#kernel/limits.ts';
import { fail, ok, type Result } from '#kernel/result.ts';
import { type Answer, retryAfter } from '../answer.ts';
import type { FieldType, RecordRefusal } from '../decoding.ts';
import type { Intake } from '../intake.ts';
import { authorizeKey } from '../key-scopes.ts';
import type { ReceiverRoute, RequestHead, RequestRefusal } from '../receiver.ts';
import type { RememberedAnswer } from '../request-tokens.ts';
import { SnappyUnpacker, snappyLength } from '../snappy.ts';
import { decodeRemoteWrite, type RemoteWrite, type RemoteWriteVersion } from './decode.ts';

const SCOPE = 'rw:write';
const CONTENT_TYPE = 'application/x-protobuf';
const MESSAGES: Readonly<Record<string, RemoteWriteVersion>> = {
  'prometheus.WriteRequest': '1.0',
  'io.prometheus.write.v2.Request': '2.0',
};
/** Points that a native histogram is taken as. */
const POINTS_PER_HISTOGRAM = 2;

/**
 * `POST /api/v1/write`: what Prometheus and all that speaks its remote write sends. What is good of a request is durable before the answer
 * says what was wrong with the rest: 400 is not sent again, 429 and 503 are.
 */
export function remoteWriteRoute(intake: Intake): ReceiverRoute {
  const unpacker = new SnappyUnpacker();
  return {
    method: 'POST',
    path: '/api/v1/write',
    traffic: 'samples',
    encodings: ['snappy'],
    bodyBytes: limits.remoteWriteBodyBytes,
    authorize: (head) => authorizeKey(intake, head, SCOPE, bearerOf(head.headers.authorization)),
    inspect(head) {
      if (versionOf(head) !== undefined) return undefined;
      const message = `Content-Type: ${CONTENT_TYPE} is needed, with proto=${Object.keys(MESSAGES).join(' or ')}.`;
      return { code: 'unsupported-type', message };
    },
    async receive({ head, grant, body }) {
      const version = versionOf(head) ?? '1.0';
      const read = (): Result<RemoteWrite, RecordRefusal> => {
        const message = unpacker.unpack(body);
        if (message === undefined) return fail({ code: 'malformed-body', message: 'The body is not whole snappy.' });
        return decodeRemoteWrite(message, version, { series: intake.seriesOf(grant.plan), now: intake.now(), text });
      };
      // The bytes of a message are not packed: these are what its sender may send so many of.
      intake.rateLimits.chargeBytes(grant, 'samples', Math.max(0, (snappyLength(body) ?? 0) - body.length));
      let write: RemoteWrite | undefined;
      const outcome = await intake.accept({
        grant,
        protocol: `remote write ${version}`,
        traffic: 'samples',
        body,
        decode() {
          const decoded = read();
          if (!decoded.ok) return decoded;
          write = decoded.value;
          const { samples, trimmed } = write;
          return ok({
            records: [],
            ownIds: [],
            rejected: [],
            trimmed,
            samples,
            newFields: NO_FIELDS,
            recognisable: true,
          });
        },
      });
      if (!outcome.ok) return refuse(outcome.failure);
      // A repetition is answered without being read; what it held is counted for the headers alone.
      const counted = write ?? read();
      const sent = 'ok' in counted ? (counted.ok ? counted.value.sent : NOTHING) : counted.sent;
      return answerOf(outcome.value, sent);
    },
    refuse,
  };
}

const NO_FIELDS: ReadonlyMap<string, FieldType> = new Map();
const NOTHING: RemoteWrite['sent'] = { samples: 0, histograms: 0, exemplars: 0 };

/** The key may stand where Prometheus has a password. */
function bearerOf(authorization: string | undefined): string | undefined {
  const basic = /^Basic +([A-Za-z0-9+/=_-]+)$/i.exec(authorization ?? '')?.[1];
  if (basic === undefined) return authorization;
  const pair = Buffer.from(basic, 'base64').toString('utf8');
  return `Bearer ${pair.slice(pair.indexOf(':') + 1)}`;
}

/** Undefined for what is no message of remote write. */
function versionOf({ headers }: Pick<RequestHead, 'headers'>): RemoteWriteVersion | undefined {
  const [type = '', ...parameters] = (headers['content-type'] ?? '').split(';').map((part) => part.trim());
  if (type.toLowerCase() !== CONTENT_TYPE) return undefined;
  const proto = parameters.find((parameter) => parameter.toLowerCase().startsWith('proto='));
  if (proto === undefined) return '1.0';
  const name = proto.slice('proto='.length).replaceAll('"', '');
  return Object.hasOwn(MESSAGES, name) ? MESSAGES[name] : undefined;
}

function answerOf({ accepted, refusedPoints = [] }: RememberedAnswer, sent: RemoteWrite['sent']): Answer {
  const ofHistograms = Math.min(accepted, sent.histograms * POINTS_PER_HISTOGRAM);
  const headers = {
    'x-prometheus-remote-write-samples-written': String(accepted - ofHistograms),
    'x-prometheus-remote-write-histograms-written': String(Math.floor(ofHistograms / POINTS_PER_HISTOGRAM)),
    'x-prometheus-remote-write-exemplars-written': '0',
  };
  const wrong = refusedPoints.filter(({ code }) => code !== NO_VALUE);
  if (wrong.length === 0) return { status: 200, headers: { ...headers, ...PLAIN }, body: new Uint8Array() };
  const lines = wrong.map(({ code, count, message }) => `${code} (${count} points): ${message}`);
  return { status: 400, headers: { ...headers, ...PLAIN }, body: Buffer.from(`${lines.join('; ')}\n`) };
}

/** Some metrics are infinite at every scrape. Such points are counted as refused; 400 would have Prometheus tell its people of lost data all the time. */
const NO_VALUE = 'value-invalid';
const PLAIN = { 'content-type': 'text/plain; charset=utf-8' };

/** Senders log the first line of what they are answered. */
function refuse({ code, message, retryAfterSeconds }: RequestRefusal): Answer {
  return {
    status: errorCodes[code].status,
    headers: { ...PLAIN, ...retryAfter(retryAfterSeconds) },
    body: Buffer.from(`${code}: ${message}\n`),
  };
}

function text(bytes: Uint8Array, start: number, end: number): string | undefined {
  const part = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
  return isUtf8(part) ? part.toString('utf8') : undefined;
}
