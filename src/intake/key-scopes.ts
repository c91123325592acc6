import { ok, type Result } from '#kernel/result.ts';
import type { Grant } from './credentials.ts';
import type { Intake } from './intake.ts';
import type { RequestHead, RequestRefusal } from './receiver.ts';

const NOT_READY_RETRY_SECONDS = 2;

/** Judges the `Authorization` header, or the same text from another place of the request, for one scope. */
export function authorizeKey(
  intake: Pick<Intake, 'authorize'>,
  head: Pick<RequestHead, 'headers'>,
  scope: string,
  credential: string | undefined = head.headers.authorization,
): Result<Grant, RequestRefusal> {
  const grant = intake.authorize(credential, scope);
  if (grant.ok) return ok(grant.value);
  if (grant.failure.code !== 'not-ready') return grant;
  return { ok: false, failure: { ...grant.failure, retryAfterSeconds: NOT_READY_RETRY_SECONDS } };
}
