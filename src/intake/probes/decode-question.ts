import { isUtf8 } from 'node:buffer';
import type { Failure } from '#kernel/error-codes.ts';
import type { Instant } from '#kernel/instant.ts';
import { fail, ok, type Result } from '#kernel/result.ts';
import type { LookQuestion } from '#plan/look-question.ts';
import { isRunId } from '#plan/run-id.ts';
import { jsonProblem } from '../json-guard.ts';
import { DUE_AHEAD_MS, isInstant } from './decode.ts';

/** The body of `POST /v1/looks`, strictly shaped. */
export function decodeQuestion(body: Uint8Array, now: Instant): Result<LookQuestion, Failure> {
  if (!isUtf8(body)) return fail({ code: 'malformed-body', message: 'The body is not valid UTF-8.' });
  let question: Partial<LookQuestion>;
  try {
    question = Object(JSON.parse(Buffer.from(body).toString('utf8')));
  } catch (error) {
    return fail({ code: 'malformed-body', message: jsonProblem(error) });
  }
  const { probe, dueAt, run } = question;
  if (typeof probe !== 'string' || typeof run !== 'string' || !isRunId(run) || !isInstant(dueAt)) {
    return fail({ code: 'malformed-body', message: 'The body is not {"probe", "dueAt", "run"}.' });
  }
  const at = Number(dueAt);
  if (at <= now + DUE_AHEAD_MS) return ok({ probe, dueAt: at, run });
  return fail({ code: 'field-invalid', message: 'dueAt: more than a minute ahead of our clock.' });
}
