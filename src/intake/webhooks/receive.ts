import { isUtf8 } from 'node:buffer';
import { limits } from '#kernel/limits.ts';
import { fail, ok, type Result } from '#kernel/result.ts';
import type { Webhook } from '#plan/model.ts';
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
    inspect({ headers }) {
      const type = (headers['content-type'] ?? 'application/json').split(';', 1)[0]?.trim().toLowerCase() ?? '';
      if (type === 'application/json' || type.endsWith('+json')) return undefined;
      return { code: 'unsupported-type', message: 'Content-Type: application/json is needed.' };
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
      for (const rejected of outcome.value.rejected) noteRefusal(head, rejected);
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
  { headers }: RequestHead,
  body: Uint8Array,
  context: DecodeContext,
): Result<Decoded, RequestRefusal> {
  const parsed = parseBody(body);
  if (!parsed.ok) return parsed;
  const builder = new RecordBuilder(context);
  const delivery: Delivery = {
    body: parsed.value,
    header(name) {
      const value = headers[name];
      return typeof value === 'string' && value !== '' ? value : undefined;
    },
    receivedAt: context.receivedAt,
  };
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

function parseBody(body: Uint8Array): Result<JsonMap, RequestRefusal> {
  if (!isUtf8(body)) return fail({ code: 'malformed-body', message: 'The body is not valid UTF-8.' });
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  const problem = inspectJson(text, limits.jsonKeys);
  if (problem !== undefined) return fail(problem);
  try {
    const value = JSON.parse(text) as Json;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return ok(value as JsonMap);
  } catch (error) {
    return fail({ code: 'malformed-body', message: jsonProblem(error) });
  }
  return fail({ code: 'malformed-body', message: 'The body is not a JSON object.' });
}
