import type { OutgoingRequest } from '#kernel/ports.ts';
import { fail, ok, type Result } from '#kernel/result.ts';
import type { SecretOr } from '#plan/people.ts';
import type { BodyValue, RequestBody } from '#plan/request-body.ts';
import { RUN_PLACE } from '#plan/run-id.ts';
import type { CheckOf, ProbeContext, Problem } from '../kind.ts';

type Request = Pick<OutgoingRequest, 'method' | 'url' | 'headers' | 'body'>;
type Filling = Pick<ProbeContext, 'secret' | 'run'>;

/** What leaves for the target: secrets and the id of the look stand where the plan names them. */
export function composeRequest(check: CheckOf<'http'>, context: Filling): Result<Request, Problem> {
  const headers: Record<string, string> = { accept: '*/*', 'user-agent': 'Watchbill' };
  if (check.body !== undefined) headers['content-type'] = typeOf(check.body);
  try {
    for (const [name, value] of Object.entries(check.headers)) headers[name.toLowerCase()] = fill(value, context);
    const body = check.body === undefined ? {} : { body: new TextEncoder().encode(textOf(check.body, context)) };
    return ok({ method: check.method, url: withRun(check.url, context), headers, ...body });
  } catch (error) {
    if (error instanceof SecretMissing) return fail(error.problem);
    throw error;
  }
}

function typeOf({ kind }: RequestBody): string {
  return kind === 'json' ? 'application/json' : 'text/plain; charset=utf-8';
}

function textOf(body: RequestBody, context: Filling): string {
  return body.kind === 'json' ? JSON.stringify(plainOf(body.value, context)) : fill(body.text, context);
}

function plainOf(value: BodyValue, context: Filling): unknown {
  if ('list' in value) return value.list.map((item) => plainOf(item, context));
  if ('object' in value) {
    return Object.fromEntries(value.object.map(([key, inner]) => [key, plainOf(inner, context)]));
  }
  if ('literal' in value && typeof value.literal !== 'string') return value.literal;
  return fill(value as SecretOr<string>, context);
}

function fill(value: SecretOr<string>, context: Filling): string {
  if ('literal' in value) return withRun(value.literal, context);
  const secret = context.secret(value.secret);
  if (secret.state === 'known') return secret.value;
  throw new SecretMissing(value.secret, secret.state === 'unset' ? 'is not set here' : 'has not come yet');
}

function withRun(text: string, { run }: Filling): string {
  return text.includes(RUN_PLACE) ? text.replaceAll(RUN_PLACE, run()) : text;
}

/** Ends the composing wherever in a body the secret is named. */
class SecretMissing extends Error {
  readonly problem: Problem;

  constructor(name: string, words: string) {
    super(`The secret ${name} ${words}.`);
    this.problem = { outcome: 'unmeasured', reason: 'secret-missing', message: this.message };
  }
}
