import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { FailureAnswer } from '#contract/failure.ts';
import { type ErrorCode, errorCodes, WatchbillError } from '#kernel/error-codes.ts';
import type { ApiEnvironment } from './environment.ts';
import { sessionCookie } from './sign-in/cookie.ts';
import { TooManyRequests } from './too-many-requests.ts';

/** Answers with the status that the catalogue gives the code. Retry-After goes with every "later". */
export function answerFailure(
  context: Context<ApiEnvironment>,
  requestId: string,
  code: ErrorCode,
  message: string,
  where?: string,
  retryAfterMs = 1_000,
) {
  const entry = errorCodes[code];
  if (entry.status === 429 || entry.status === 503) {
    context.header('Retry-After', String(Math.max(1, Math.ceil(retryAfterMs / 1_000))));
  }
  const body: FailureAnswer = {
    error: { code, message, hint: entry.hint, requestId, ...(where === undefined ? {} : { where }) },
  };
  return context.json(body, entry.status as ContentfulStatusCode);
}

/** Answers a request that showed no credential where one is needed. */
export function refuseAnonymous(context: Context<ApiEnvironment>) {
  context.header('WWW-Authenticate', 'Bearer');
  if (context.get('sessionEnded')) {
    context.header('Set-Cookie', sessionCookie(undefined));
    return answerFailure(context, context.get('requestId'), 'session-ended', 'This session has ended.');
  }
  return answerFailure(
    context,
    context.get('requestId'),
    'credential-missing',
    'This needs a session or a token, such as the admin token of the data folder.',
  );
}

/** What a thrown thing tells a client: ours by its code, anything else only that it is a bug, with an id to find it by. */
export function describeThrown(thrown: unknown): {
  readonly code: ErrorCode;
  readonly message: string;
  readonly where?: string;
  readonly retryAfterMs?: number;
} {
  if (thrown instanceof WatchbillError) {
    return {
      code: thrown.code,
      message: thrown.message,
      ...(thrown.where === undefined ? {} : { where: thrown.where }),
      ...(thrown instanceof TooManyRequests ? { retryAfterMs: thrown.retryAfterMs } : {}),
    };
  }
  // The framework's own refusals of a body, before our schemas see it.
  if (thrown instanceof HTTPException) {
    if (thrown.status === 415) return { code: 'unsupported-type', message: 'A command is sent as application/json.' };
    if (thrown.status === 400) return { code: 'malformed-body', message: 'The body is not valid JSON.' };
  }
  return { code: 'internal-error', message: 'Something broke inside Watchbill.' };
}
