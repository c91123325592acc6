import { isUtf8 } from 'node:buffer';
import { limits } from '#kernel/limits.ts';
import { fail, ok, type Result } from '#kernel/result.ts';
import type { Webhook } from '#plan/webhook.ts';
import { refusal } from '../answer.ts';
import type { DecodeContext, Decoded } from '../decoding.ts';
import { answerOf } from '../events/receive.ts';
import type { Intake } from '../intake.ts';
import { inspectJson, jsonProblem } from '../json-guard.ts';
import type { ReceiverRoute, RequestHead, RequestRefusal } from '../receiver.ts';
import { RecordBuilder } from '../record-builder.ts';
import type { Delivery, Json, JsonMap } from './delivery.ts';
import { mapGithub } from './github/map.ts';
import { mapJson } from './json/map.ts';
import { proofHeader, prove } from './proof.ts';
import { mapStripe } from './stripe/map.ts';
import { mapVercel } from './vercel/map.ts';

const NOT_READY_RETRY_SECONDS = 5;

/** `POST /v1/webhooks/:plan/:name`: what another system posts. Its signature is the credential, so it is judged once the body is there. */
export function webhooksRoute(intake: Intake): ReceiverRoute {
  const hookOf = ({ parameters }: RequestHead): Webhook | undefined =>
    intake.plan(parameters['plan'] ?? '')?.webhooks?.find(({ name }) => name === parameters['name']);
  const noteRefusal = (
    head: RequestHead,
    { code, message }: { readonly code: string; readonly message: string },
  ): void => {
    const { plan = '', name = '' } = head.parameters;
    if (hookOf(head) !== undefined) intake.webhookRefused(plan, name, code, message);
  };

  return {
    method: 'POST',
    path: '/v1/webhooks/:plan/:name',
    // A class of its own kind of senders: strangers who know the address cannot use up what the product's own data need.
    traffic: 'alerts',
    encodings: ['identity', 'gzip'],
    bodyBytes: limits.webhookBodyBytes,
    isUnproven: true,
    authorize(head) {
      const plan = head.parameters['plan'] ?? '';
      const hook = hookOf(head);
      if (!intake.takes(plan)) {
        if (!intake.knowsAllPlans || hook !== undefined) return fail(notReady('The plans have not been received yet.'));
        return fail(UNKNOWN);
      }
      if (hook === undefined) return fail(UNKNOWN);
      const secret = intake.secret(hook.secret);
      if (secret.state === 'awaited') return fail(notReady('The secret of this webhook has not been received yet.'));
      if (secret.state === 'unset') return fail(notReady('The secret of this webhook is not set here.'));
      if (head.headers[proofHeader(hook)] === undefined) {
        return fail({ code: 'signature-invalid', message: `The header ${proofHeader(hook)} is missing.` });
      }
      return ok({ plan, keyId: `webhook:${plan}/${hook.name}` });
    },
    inspect(head) {
      const type = typeOf(head);
      if (type === 'application/json' || type.endsWith('+json')) return undefined;
      const takesForms = hookOf(head)?.kind === 'json';
      if (takesForms && type === FORM) return undefined;
      const types = takesForms ? `application/json or ${FORM}` : 'application/json';
      return { code: 'unsupported-type', message: `Content-Type: ${types} is needed.` };
    },
    async receive({ head, grant, body }) {
      const hook = hookOf(head);
      const secret = hook === undefined ? undefined : intake.secret(hook.secret);
      // The plan, or its secret, may have gone while the body was on its way.
      if (hook === undefined || secret?.state !== 'known') return answerRefusal(UNKNOWN, head);
      const proof = prove(hook, { secret: secret.value, headers: head.headers, body, now: intake.now() });
      const refused = proof.ok ? undefined : ({ code: 'signature-invalid', message: proof.failure } as const);
      if (refused !== undefined) {
        noteRefusal(head, refused);
        return answerRefusal(refused, head);
      }
      const tooMuch = intake.rateLimits.admitProven(grant, 'alerts', body.length);
      if (tooMuch !== undefined) {
        intake.noteFlood(grant.plan, tooMuch);
        noteRefusal(head, tooMuch);
        return answerRefusal(tooMuch, head);
      }
      const outcome = await intake.accept({
        grant,
        protocol: `webhook ${hook.name}`,
        traffic: 'alerts',
        body,
        decode: (context) => decodeDelivery(hook, head, body, context),
      });
      if (!outcome.ok) {
        noteRefusal(head, outcome.failure);
        return answerRefusal(outcome.failure, head);
      }
      intake.webhookReceived(grant.plan, hook.name, outcome.value.duplicates);
      for (const refused of [...outcome.value.rejected, ...(outcome.value.leftOut ?? [])]) noteRefusal(head, refused);
      return answerOf(outcome.value);
    },
    refuse(refused, head) {
      noteRefusal(head, refused);
      return answerRefusal(refused, head);
    },
  };
}

/** The same for a plan that there is not, so that nobody learns which there are. */
const UNKNOWN: RequestRefusal = { code: 'not-found', message: 'There is no such webhook.' };

function notReady(message: string): RequestRefusal {
  return { code: 'not-ready', message, retryAfterSeconds: NOT_READY_RETRY_SECONDS };
}

function answerRefusal({ code, message, retryAfterSeconds }: RequestRefusal, { requestId }: RequestHead) {
  return refusal(code, message, requestId, { retryAfterSeconds });
}

function decodeDelivery(
  hook: Webhook,
  head: RequestHead,
  body: Uint8Array,
  context: DecodeContext,
): Result<Decoded, RequestRefusal> {
  const parsed = parseBody(body, hook.kind === 'json' && typeOf(head) === FORM);
  if (!parsed.ok) return parsed;
  const builder = new RecordBuilder(context);
  const request: Omit<Delivery, 'body'> = {
    header(name) {
      const value = head.headers[name];
      return typeof value === 'string' && value !== '' ? value : undefined;
    },
    receivedAt: context.receivedAt,
  };
  const { value } = parsed;
  if (Array.isArray(value)) {
    if (hook.kind !== 'json') return fail(NO_OBJECT);
    if (value.length > limits.recordsPerRequest) {
      return fail({
        code: 'body-too-large',
        message: `At most ${limits.recordsPerRequest} objects are taken at once.`,
      });
    }
    for (const [place, item] of (value as readonly Json[]).entries()) {
      if (isMap(item)) mapJson(hook, { ...request, body: item, place }, builder);
      else builder.refuse('field-invalid', `${place}: an object is needed.`);
    }
    return ok(builder.build());
  }
  if (!isMap(value)) return fail(NO_OBJECT);
  const delivery: Delivery = { ...request, body: value };
  switch (hook.kind) {
    case 'stripe':
      mapStripe(hook, delivery, builder);
      break;
    case 'github':
      mapGithub(hook, delivery, builder);
      break;
    case 'vercel':
      mapVercel(hook, delivery, builder);
      break;
    case 'json':
      mapJson(hook, delivery, builder);
      break;
  }
  return ok(builder.build());
}

const FORM = 'application/x-www-form-urlencoded';
const NO_OBJECT = { code: 'malformed-body', message: 'The body is not a JSON object.' } as const;

function typeOf({ headers }: RequestHead): string {
  return (headers['content-type'] ?? 'application/json').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function isMap(value: Json): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseBody(body: Uint8Array, isForm: boolean): Result<Json, RequestRefusal> {
  if (!isUtf8(body)) return fail({ code: 'malformed-body', message: 'The body is not valid UTF-8.' });
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  if (isForm) return formOf(text);
  const problem = inspectJson(text, limits.jsonKeys);
  if (problem !== undefined) return fail(problem);
  try {
    return ok(JSON.parse(text) as Json);
  } catch (error) {
    return fail({ code: 'malformed-body', message: jsonProblem(error) });
  }
}

/** The fields of a form as texts; of a name that comes twice, the first. */
function formOf(text: string): Result<Json, RequestRefusal> {
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (!fields.has(name)) fields.set(name, value);
    if (fields.size > limits.jsonKeys)
      return fail({ code: 'malformed-body', message: 'The form has too many fields.' });
  }
  return ok(Object.fromEntries(fields));
}
