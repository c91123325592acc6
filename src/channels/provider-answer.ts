import type { DurationMs, Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { IncomingResponse, TransportFailure } from '#kernel/ports.ts';
import type { Attempt } from './channel.ts';

/** Answers that say the message itself will never be taken; any other refusal may be mended at the other end, so it is tried again. */
const HOPELESS = new Set([400, 405, 406, 410, 411, 413, 414, 415, 422, 431]);

/** What an HTTP answer means for a message: only 2xx is acceptance, and a redirect is not followed. */
export function classifyResponse(response: IncomingResponse, now: Instant): Attempt {
  const { status } = response;
  if (status >= 200 && status < 300) return { outcome: 'accepted', receipt: `HTTP ${status}` };
  if (status >= 300 && status < 400) {
    return { outcome: 'refused', problem: `Answered ${status}, a redirect; redirects are not followed.` };
  }
  const problem = `Answered ${status}.`;
  if (HOPELESS.has(status)) return { outcome: 'refused', problem };
  const afterMs = readRetryAfter(response.headers['retry-after'], now);
  // A provider that failed while it worked on the message may have passed it on.
  return {
    outcome: 'retry',
    problem,
    because: 'provider-refused',
    maySent: status >= 500,
    ...(afterMs === undefined ? {} : { afterMs }),
  };
}

/**
 * What a request without an answer means. None is final: the network comes back, and an address that may not be dialled is
 * permitted by the operator or put right in the plan, for which the page has to be there still.
 */
export function classifyTransportFailure(failure: TransportFailure): Attempt {
  switch (failure.reason) {
    case 'address-refused':
    case 'scheme-refused':
    case 'url-refused':
      return { outcome: 'retry', problem: failure.message, because: 'egress-refused', maySent: false };
    case 'name-not-found':
    case 'connection-failed':
    case 'timed-out':
    case 'connection-lost':
      return {
        outcome: 'retry',
        problem: failure.message,
        because: 'provider-unreachable',
        maySent: failure.sent === 'maybe',
      };
  }
}

/** `Retry-After` as seconds, also with a fraction as some providers have it, or as an HTTP date (RFC 9110, 10.2.3), never more than `limits.retryAfterMaxMs`; undefined when absent or neither. */
export function readRetryAfter(value: string | undefined, now: Instant): DurationMs | undefined {
  if (value === undefined) return undefined;
  const seconds = /^\d{1,9}(?:\.\d{1,9})?$/.test(value.trim()) ? Number(value) : undefined;
  const ms = seconds === undefined ? Date.parse(value) - now : Math.ceil(seconds * 1_000);
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), limits.retryAfterMaxMs);
}
