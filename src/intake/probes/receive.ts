import { isUtf8 } from 'node:buffer';
import { limits } from '#kernel/limits.ts';
import { fail, ok, type Result } from '#kernel/result.ts';
import type { LookHeard } from '#plan/look-question.ts';
import { HOME_LOCATION, isLocation, LOCATION_FORM } from '#plan/prober-orders.ts';
import type { EventRecord } from '#signals/record.ts';
import { refusal } from '../answer.ts';
import type { Grant } from '../credentials.ts';
import { answerOf } from '../events/receive.ts';
import type { Intake } from '../intake.ts';
import { authorizeKey } from '../key-scopes.ts';
import type { ReceiverRoute, RequestHead, RequestRefusal } from '../receiver.ts';
import { decodeChecks } from './decode.ts';
import { decodeQuestion } from './decode-question.ts';
import { ordersFor } from './orders.ts';

const SCOPE = 'checks:write';
const NOT_READY_RETRY_SECONDS = 1;
/** Who the server's own prober is, in counts and limits. */
const HOME_KEY = 'prober';

/**
 * What probers ask and tell: `GET /v1/probes?location=…&revision=…`, `POST /v1/checks?location=…`, and of looks that send something
 * `POST /v1/looks?location=…`. A key speaks for its plan; the server's
 * own prober, whose key only its supervisor knows, speaks for all of them and says which with `plan=…`.
 */
export function probeRoutes(intake: Intake): readonly ReceiverRoute[] {
  const authorizeOwn = (plan: string): Result<Grant, RequestRefusal> => {
    if (intake.takes(plan)) return ok({ keyId: HOME_KEY, plan });
    // The plan has just come or gone; results are kept where they are.
    const message = `Results of the plan ${plan.slice(0, 80)} are not taken now.`;
    return fail({ code: 'not-ready', message, retryAfterSeconds: NOT_READY_RETRY_SECONDS });
  };
  const authorizeResults = (head: RequestHead): Result<Grant, RequestRefusal> =>
    intake.isOwnProber(head.headers.authorization)
      ? authorizeOwn(head.query.get('plan') ?? '')
      : authorizeKey(intake, head, SCOPE);

  return [
    {
      method: 'GET',
      path: '/v1/probes',
      traffic: 'alerts',
      encodings: ['identity'],
      bodyBytes: 0,
      authorize: (head) =>
        intake.isOwnProber(head.headers.authorization)
          ? ok({ keyId: HOME_KEY, plan: '' })
          : authorizeKey(intake, head, SCOPE),
      inspect: (head) => inspectLocation(intake, head),
      async receive({ head, grant }) {
        const names = grant.keyId === HOME_KEY && grant.plan === '' ? [...intake.plans.keys()] : [grant.plan];
        const location = locationOf(head);
        const orders = ordersFor(intake, names, location, head.query.get('revision') ?? undefined);
        return { status: 200, headers: {}, body: { ...orders } };
      },
    },
    {
      method: 'POST',
      path: '/v1/looks',
      traffic: 'alerts',
      encodings: ['identity'],
      bodyBytes: limits.probeQuestionBytes,
      authorize: authorizeResults,
      inspect: (head) => inspectLocation(intake, head),
      async receive({ head, grant, body }) {
        const question = decodeQuestion(body, intake.now());
        if (!question.ok) return refusal(question.failure.code, question.failure.message, head.requestId);
        const { probe, dueAt, run } = question.value;
        const known = intake.plan(grant.plan)?.probes?.some(({ name }) => name === probe);
        if (known !== true) return refusal('not-found', 'There is no such probe.', head.requestId);
        // A prober that starts anew finds that this look was begun, and sends nothing twice.
        const begun = await intake.beginLook(grant.plan, { probe, location: locationOf(head), dueAt });
        if (!begun.ok) {
          const { code, message, retryAfterSeconds } = begun.failure;
          return refusal(code, message, head.requestId, { retryAfterSeconds });
        }
        const now = intake.now();
        const heard: LookHeard = { now, ...(intake.heardRuns(grant.plan).ask({ probe, run }) ?? { since: now }) };
        return { status: 200, headers: {}, body: { ...heard } };
      },
    },
    {
      method: 'POST',
      path: '/v1/checks',
      traffic: 'alerts',
      encodings: ['identity', 'gzip'],
      bodyBytes: limits.probeResultsBodyBytes,
      authorize: authorizeResults,
      inspect: (head) => inspectLocation(intake, head),
      async receive({ head, grant, body }) {
        const location = locationOf(head);
        const probes = new Map((intake.plan(grant.plan)?.probes ?? []).map((probe) => [probe.name, probe]));
        let records: readonly EventRecord[] = [];
        const outcome = await intake.accept({
          grant,
          protocol: `checks ${location}`,
          traffic: 'alerts',
          writes: 'check',
          body,
          decode(context) {
            if (!isUtf8(body)) return fail({ code: 'malformed-body', message: 'The body is not valid UTF-8.' });
            const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
            const decoded = decodeChecks(text, { location, probe: (name) => probes.get(name) }, context);
            if (decoded.ok) records = decoded.value.records;
            return decoded;
          },
        });
        if (outcome.ok) {
          intake.looks(grant.plan).noteAll(records);
          return answerOf(outcome.value);
        }
        const { code, message, retryAfterSeconds } = outcome.failure;
        return refusal(code, message, head.requestId, { retryAfterSeconds });
      },
    },
  ];
}

function locationOf({ query }: RequestHead): string {
  return query.get('location') ?? '';
}

function inspectLocation(intake: Intake, head: RequestHead): RequestRefusal | undefined {
  const location = locationOf(head);
  if (!isLocation(location)) return { code: 'invalid-request', message: `location: ${LOCATION_FORM} are needed.` };
  if (location === HOME_LOCATION && !intake.isOwnProber(head.headers.authorization)) {
    return { code: 'invalid-request', message: `location: \`${HOME_LOCATION}\` is the server itself.` };
  }
  return undefined;
}
