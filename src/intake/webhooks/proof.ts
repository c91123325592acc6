import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { fail, ok, type Result } from '#kernel/result.ts';
import type { Webhook } from '#plan/webhook.ts';

/** What a proof is made of: the secret, and the request as it came. */
export interface Proven {
  readonly secret: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
  readonly now: Instant;
}

/** Nothing, or why the sender has not shown that it knows the secret; never what would have been right. */
export type ProofOutcome = Result<undefined, string>;

const GOOD: ProofOutcome = ok(undefined);
const WRONG = fail('The signature does not fit the body and the secret.');
/** Signatures of which one may be good, for a time in which a sender has two secrets. */
const SIGNATURES = 10;

/** Checks the signature of a request by the rules of its provider. */
export function prove(hook: Webhook, request: Proven): ProofOutcome {
  switch (hook.kind) {
    case 'stripe':
      return proveStripe(request);
    case 'github':
      return proveHmac('sha256', 'x-hub-signature-256', request);
    case 'vercel':
      return proveHmac('sha1', 'x-vercel-signature', request);
    case 'json': {
      const { proof } = hook;
      if (proof.kind === 'hmac') return proveHmac(proof.hash, proof.header, request);
      return proof.kind === 'token' ? proveToken(request) : proveStandard(request);
    }
  }
}

/** The header that the proof stands in; lower case. */
export function proofHeader(hook: Webhook): string {
  switch (hook.kind) {
    case 'stripe':
      return 'stripe-signature';
    case 'github':
      return 'x-hub-signature-256';
    case 'vercel':
      return 'x-vercel-signature';
    case 'json': {
      if (hook.proof.kind === 'hmac') return hook.proof.header;
      return hook.proof.kind === 'token' ? 'authorization' : 'webhook-signature';
    }
  }
}

/** `t=SECONDS,v1=HEX[,v1=HEX…]` over `SECONDS.BODY` (https://docs.stripe.com/webhooks#verify-manually). */
function proveStripe({ secret, headers, body, now }: Proven): ProofOutcome {
  const parts = textOf(headers, 'stripe-signature').split(',');
  const seconds = parts.find((part) => part.startsWith('t='))?.slice(2) ?? '';
  const given = parts.filter((part) => part.startsWith('v1=')).map((part) => part.slice(3));
  const problem = timeProblem(seconds, now);
  if (problem !== undefined) return fail(problem);
  const wanted = createHmac('sha256', secret).update(`${seconds}.`).update(body).digest();
  return given.slice(0, SIGNATURES).some((one) => isSame(Buffer.from(one, 'hex'), wanted)) ? GOOD : WRONG;
}

/** HMAC of the body in hexadecimal digits or base64, alone or behind `sha256=`. */
function proveHmac(
  hash: 'sha1' | 'sha256' | 'sha512',
  header: string,
  { secret, headers, body }: Proven,
): ProofOutcome {
  const given = textOf(headers, header).trim();
  const bare = given.startsWith(`${hash}=`) ? given.slice(hash.length + 1) : given;
  const wanted = createHmac(hash, secret).update(body).digest();
  const isHex = bare.length === wanted.length * 2 && /^[0-9a-f]+$/i.test(bare);
  return isSame(Buffer.from(bare, isHex ? 'hex' : 'base64'), wanted) ? GOOD : WRONG;
}

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md, signatures of version 1. */
function proveStandard({ secret, headers, body, now }: Proven): ProofOutcome {
  const id = textOf(headers, 'webhook-id');
  const seconds = textOf(headers, 'webhook-timestamp');
  if (id === '') return fail('The header webhook-id is missing.');
  const problem = timeProblem(seconds, now);
  if (problem !== undefined) return fail(problem);
  const signer = standardSigner(secret);
  if (signer === undefined) return fail('The secret of this webhook begins with `whsec_`, and the rest is no base64.');
  const wanted = Buffer.from(signer.sign(id, new Date(Number(seconds) * 1_000), Buffer.from(body).toString('utf8')));
  const given = textOf(headers, 'webhook-signature').split(' ').slice(0, SIGNATURES);
  return given.some((one) => isSame(Buffer.from(one), wanted)) ? GOOD : WRONG;
}

function standardSigner(secret: string): StandardWebhook | undefined {
  try {
    return secret.startsWith('whsec_')
      ? new StandardWebhook(secret)
      : new StandardWebhook(new TextEncoder().encode(secret), { format: 'raw' });
  } catch {
    return undefined;
  }
}

function proveToken({ secret, headers }: Proven): ProofOutcome {
  const given = tokenOf(textOf(headers, 'authorization'));
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return isSame(digest(given), digest(secret)) ? GOOD : fail('The token is not the one of this webhook.');
}

/** Behind `Bearer`, or as the password of basic auth, which senders make of an address such as `https://any:TOKEN@watch.example/…`. */
function tokenOf(authorization: string): string {
  const [, scheme = '', value = ''] = /^(Bearer|Basic) +(\S+)$/i.exec(authorization) ?? [];
  if (scheme.toLowerCase() !== 'basic') return value;
  const pair = Buffer.from(value, 'base64').toString('utf8');
  return pair.slice(pair.indexOf(':') + 1);
}

/** A signature that was good once is not good for ever. */
function timeProblem(seconds: string, now: Instant): string | undefined {
  if (!/^\d{1,12}$/.test(seconds)) return 'The signature names no time.';
  const apartMs = Math.abs(now - Number(seconds) * 1_000);
  if (apartMs <= limits.webhookToleranceMs) return undefined;
  return `The signature was made ${Math.round(apartMs / 1_000)} s from now by our clock; at most ${limits.webhookToleranceMs / 1_000} s are taken.`;
}

function isSame(given: Buffer, wanted: Buffer): boolean {
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function textOf(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : (value?.[0] ?? '');
}
