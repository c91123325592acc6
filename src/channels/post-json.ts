import { limits } from '#kernel/limits.ts';
import type { IncomingResponse } from '#kernel/ports.ts';
import type { Attempt, ChannelContext } from './channel.ts';
import { classifyResponse, classifyTransportFailure, readRetryAfter } from './provider-answer.ts';

/** What is particular about a provider's answers. */
export interface ProviderAnswers {
  /** Whether a 2xx means that the message was taken: some providers say no with it. */
  readonly isTaken: (body: string) => boolean;
  /** How many seconds to wait, where the provider says it elsewhere than in `Retry-After`. */
  readonly retryAfterSeconds?: (response: IncomingResponse, body: string) => string | undefined;
}

/** Posts a message as JSON once and says what became of it. Nothing of the URL, the headers or the answer's words gets into the result. */
export async function postJson(
  context: Pick<ChannelContext, 'transport' | 'now' | 'timeoutMs'>,
  url: string,
  message: unknown,
  answers: ProviderAnswers,
  headers: Readonly<Record<string, string>> = {},
): Promise<Attempt> {
  const result = await context.transport.send({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', 'user-agent': 'watchbill', ...headers },
    body: new TextEncoder().encode(JSON.stringify(message)),
    timeoutMs: Math.min(context.timeoutMs, limits.egressTimeoutMs),
  });
  if (!result.ok) return classifyTransportFailure(result.failure);
  const response = result.value;
  const body = new TextDecoder().decode(response.body);
  const attempt = classifyResponse(response, context.now);
  if (attempt.outcome === 'accepted' && !answers.isTaken(body)) {
    return {
      outcome: 'retry',
      problem: `Answered ${response.status}, but not that it took the message.`,
      because: 'provider-refused',
      maySent: true,
    };
  }
  if (attempt.outcome !== 'retry' || attempt.afterMs !== undefined) return attempt;
  const afterMs = readRetryAfter(answers.retryAfterSeconds?.(response, body), context.now);
  return afterMs === undefined ? attempt : { ...attempt, afterMs };
}

/** The answer as an object; empty when it is none. */
export function readObject(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
