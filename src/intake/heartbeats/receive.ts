import { limits } from '#kernel/limits.ts';
import { fail, ok } from '#kernel/result.ts';
import type { EventRecord } from '#signals/record.ts';
import { type Answer, refusal } from '../answer.ts';
import type { Intake } from '../intake.ts';
import { authorizeKey } from '../key-scopes.ts';
import type { ReceivedRequest, ReceiverRoute, RequestHead, RequestRefusal } from '../receiver.ts';
import { decodeCheckIn, readSignal } from './decode.ts';

const SCOPE = 'heartbeat:write';
const OK = Buffer.from('OK\n');

/**
 * `GET`, `HEAD` or `POST /v1/heartbeats/:key/:name`, with `/start`, `/fail` or an exit code after it: a job says that it ran. The key stands in
 * the address, because cron lines and appliances can ask for an address and for nothing more; so it may do nothing else. Every method is a
 * check-in, of which a `POST` may bring what the job wrote.
 */
export function heartbeatRoutes(intake: Intake): readonly ReceiverRoute[] {
  const paths = ['/v1/heartbeats/:key/:name', '/v1/heartbeats/:key/:name/:signal'];
  return paths.flatMap((path) => (['GET', 'POST'] as const).map((method) => heartbeatRoute(intake, method, path)));
}

function heartbeatRoute(intake: Intake, method: 'GET' | 'POST', path: string): ReceiverRoute {
  return {
    method,
    path,
    traffic: 'alerts',
    encodings: ['identity', 'gzip'],
    bodyBytes: limits.heartbeatBodyBytes,
    authorize(head) {
      const grant = authorizeKey(intake, head, SCOPE, `Bearer ${head.parameters['key'] ?? ''}`);
      if (!grant.ok) return grant;
      const problem = problemOf(intake, grant.value.plan, head);
      return problem === undefined ? ok(grant.value) : fail(problem);
    },
    receive: (request) => receive(intake, request),
  };
}

function problemOf(intake: Intake, plan: string, { parameters }: RequestHead): RequestRefusal | undefined {
  const { name = '', signal } = parameters;
  const heartbeats = intake.plan(plan)?.heartbeats;
  if (heartbeats === undefined && !intake.takes(plan)) {
    return { code: 'not-ready', message: 'The plan has not been received yet.', retryAfterSeconds: 2 };
  }
  if (!heartbeats?.some((heartbeat) => heartbeat.name === name)) {
    return { code: 'not-found', message: `The plan ${plan} has no heartbeat named ${shown(name)}.` };
  }
  if (readSignal(signal) !== undefined) return undefined;
  return {
    code: 'not-found',
    message: `After the name stands nothing, start, fail, or an exit code from 0 to 255; not ${shown(signal ?? '')}.`,
  };
}

async function receive(intake: Intake, { head, grant, body }: ReceivedRequest): Promise<Answer> {
  const { plan } = grant;
  const { name = '', signal: segment } = head.parameters;
  const signal = readSignal(segment);
  const heartbeat = intake.plan(plan)?.heartbeats?.find((one) => one.name === name);
  if (heartbeat === undefined || signal === undefined) {
    // The plan has changed while the body was on its way.
    return refusal('not-found', `The plan ${plan} has no heartbeat named ${shown(name)}.`, head.requestId);
  }
  const run = head.query.get('run') ?? '';
  if (run.length > limits.heartbeatRunCharacters) {
    const message = `run: at most ${limits.heartbeatRunCharacters} characters.`;
    return refusal('invalid-request', message, head.requestId);
  }
  let record: EventRecord | undefined;
  const outcome = await intake.accept({
    grant,
    protocol: `heartbeat ${name}/${segment ?? ''}?${run}`,
    traffic: 'alerts',
    writes: 'heartbeat',
    body,
    decode(context) {
      const checkIn = { ...signal, heartbeat: name, service: heartbeat.service, run, message: messageOf(body) };
      const startedAt = intake.heartbeats(plan).startedAt(name, run);
      const decoded = decodeCheckIn({ ...checkIn, startedAt }, context);
      [record] = decoded.records;
      return ok(decoded);
    },
  });
  if (!outcome.ok) {
    const { code, message, retryAfterSeconds } = outcome.failure;
    return refusal(code, message, head.requestId, { retryAfterSeconds });
  }
  const [rejected] = outcome.value.rejected;
  if (rejected !== undefined) return refusal('field-invalid', rejected.message, head.requestId);
  if (outcome.value.duplicates === 0 && record !== undefined) intake.heartbeats(plan).note(record);
  return {
    status: 200,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
    body: OK,
  };
}

/** Of what a job wrote, the end: why it failed stands there. What is no text of UTF-8 becomes the sign for that. */
function messageOf(body: Uint8Array): string {
  if (body.length <= limits.heartbeatMessageBytes) return Buffer.from(body).toString('utf8').trim();
  let start = body.length - limits.heartbeatMessageBytes;
  // Not in the middle of a character.
  while (start < body.length && ((body[start] ?? 0) & 0xc0) === 0x80) start += 1;
  return `…${Buffer.from(body.subarray(start)).toString('utf8').trim()}`;
}

function shown(text: string): string {
  return JSON.stringify(text.length <= 80 ? text : `${text.slice(0, 80)}…`);
}
