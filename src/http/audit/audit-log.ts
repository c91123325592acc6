import type pg from 'pg';
import type { ErrorCode } from '#kernel/error-codes.ts';
import type { Clock } from '#kernel/ports.ts';
import { appendAudit } from '#storage/postgres/sign-in/audit.ts';
import type { Actor } from '../actor.ts';

/** What an entry says beside who and when; see `AuditEntry` in the contract. */
export interface AuditEvent {
  /** Undefined for who showed no credential that is good; of the link of a message, the person in it. */
  readonly actor: Actor | { readonly kind: 'link'; readonly name: string } | undefined;
  readonly action: string;
  readonly plan?: string | undefined;
  readonly object?: string | undefined;
  readonly outcome: 'begun' | 'done' | 'refused' | 'failed';
  readonly code?: ErrorCode | undefined;
  /** Without secrets: nothing takes them out here. */
  readonly before?: unknown;
  readonly after?: unknown;
  readonly address: string;
  readonly requestId: string;
}

/** The log that is only added to. */
export interface AuditLog {
  /** Resolves when the entry is durable; throws when it is not. */
  append(event: AuditEvent): Promise<void>;
}

const NAME_CHARACTERS = 300;

export function createAuditLog(pool: pg.Pool, clock: Clock): AuditLog {
  return {
    append: ({ actor, object, plan, before, after, ...event }) =>
      appendAudit(pool, {
        ...event,
        at: clock.now(),
        actorKind: actor?.kind ?? 'nobody',
        ...identityOf(actor),
        object: named(object),
        plan: named(plan),
        before: withoutTokens(before),
        after: withoutTokens(after),
      }),
  };
}

function identityOf(actor: AuditEvent['actor']) {
  if (actor === undefined) return { actor: '' };
  if (actor.kind === 'link') return { actor: actor.name };
  return { actor: actor.email ?? actor.name, actorId: actor.kind === 'token' ? actor.credentialId : actor.userId };
}

/** Keys and tokens of ours, which somebody may have put where a name belongs. */
const TOKENS = /wb_[a-z]+_[A-Za-z0-9_-]{8,}/g;

function named(text: string | undefined): string | undefined {
  return text?.replace(TOKENS, 'wb_…').slice(0, NAME_CHARACTERS);
}

function withoutTokens(value: unknown): unknown {
  if (value === undefined) return undefined;
  return JSON.parse(JSON.stringify(value).replace(TOKENS, 'wb_…'));
}
