import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { EventRecord } from '#signals/record.ts';
import { type Answer, refusal } from '../answer.ts';
import type { Grant } from '../credentials.ts';
import type { EventIds } from '../event-ids.ts';
import { encodePayload } from '../payload.ts';
import { noteRejection, type PlanRegister, type PlanRegisters } from '../plan-registers.ts';
import type { RememberedAnswer, RequestTokens } from '../request-tokens.ts';
import type { Spool } from '../spool/spool.ts';
import { type Decoded, decodeEvents } from './decode.ts';

export interface ReceiverOptions {
  readonly spool: Spool;
  readonly tokens: RequestTokens;
  readonly eventIds: EventIds;
  readonly registers: PlanRegisters;
  readonly now: () => Instant;
  /** Makes ids that no other record has. */
  readonly makeId: () => string;
  /** The records behind a payload, so that the windows need not parse what was just written. */
  readonly live: WeakMap<Uint8Array, readonly EventRecord[]>;
}

/** A request whose head was found good, with its body unpacked. */
export interface EventsRequest {
  readonly grant: Grant;
  readonly body: Uint8Array;
  readonly lines: boolean;
  readonly idempotencyKey?: string;
  readonly requestId: string;
}

const ROOM_RETRY_SECONDS = 60;

/** `POST /v1/events` from the unpacked body on: recognise, decode, make durable, answer. */
export class EventsReceiver {
  readonly #options: ReceiverOptions;
  /** Ids on their way to the disk: a repetition may not be acknowledged before its first is durable. */
  readonly #idsInFlight = new Map<string, Promise<unknown>>();

  constructor(options: ReceiverOptions) {
    this.#options = options;
  }

  async receive(request: EventsRequest): Promise<Answer> {
    const { body, requestId } = request;
    const { tokens, now } = this.#options;
    if (!isUtf8(body)) return refusal('malformed-body', 'The body is not valid UTF-8.', requestId);
    const bodyHash = hash('sha256', body, 'base64url');
    const token =
      request.idempotencyKey === undefined
        ? `h:${request.grant.keyId}:${bodyHash}`
        : `k:${request.grant.keyId}:${request.idempotencyKey}`;
    for (;;) {
      const seen = tokens.look(token, bodyHash, now());
      switch (seen.state) {
        case 'conflict':
          return refusal('idempotency-conflict', 'This Idempotency-Key came with another body before.', requestId);
        case 'answered':
          return answerOf(seen.answer);
        case 'running':
          await seen.done;
          continue;
        case 'new': {
          const answer = await this.#take(request, token, bodyHash);
          if (answer !== 'again') return answer;
        }
      }
    }
  }

  /** From the look-up to the append nothing waits, so two requests of one token cannot both come here. */
  async #take(request: EventsRequest, token: string, bodyHash: string): Promise<Answer | 'again'> {
    const { registers, tokens, now, makeId } = this.#options;
    const { grant, body, requestId } = request;
    const register = registers.of(grant.plan);
    const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    const decoded = decodeEvents(withoutMark(bytes.toString('utf8')), request.lines, {
      receivedAt: now(),
      fieldTypes: register.fieldTypes,
      makeId,
    });
    if (!decoded.ok) {
      const { code, message } = decoded.failure;
      noteRejection(register, code, message, now());
      return refusal(code, message, requestId);
    }

    const wait = this.#idsUnderWay(grant.plan, decoded.value);
    if (wait !== undefined) {
      await wait;
      return 'again';
    }
    const remembered = request.idempotencyKey !== undefined || decoded.value.recognisable;
    if (remembered && !tokens.hasRoom(now())) {
      return refusal('overloaded', 'No more requests can be remembered for their repetition.', requestId, {
        retryAfterSeconds: ROOM_RETRY_SECONDS,
      });
    }
    const end = remembered ? tokens.begin(token, bodyHash) : undefined;
    try {
      return await this.#store(request, register, decoded.value, remembered ? { token, bodyHash } : undefined);
    } finally {
      end?.();
    }
  }

  async #store(
    request: EventsRequest,
    register: PlanRegister,
    decoded: Decoded,
    remember: { readonly token: string; readonly bodyHash: string } | undefined,
  ): Promise<Answer> {
    const { spool, tokens, live } = this.#options;
    const { plan } = request.grant;
    const { fresh, ids } = this.#withoutRepeated(plan, decoded);
    const duplicates = decoded.records.length - fresh.length;
    const answer: RememberedAnswer = { accepted: decoded.records.length, duplicates, rejected: decoded.rejected };
    // A sender whose every record is refused would else fill memory and spool with what was wrong with each.
    const kept = { ...answer, rejected: answer.rejected.slice(0, limits.rejectionsRemembered) };
    for (const [field, type] of decoded.newFields) register.fieldTypes.set(field, type);
    // Nothing new and nothing to remember: there is nothing to make durable.
    if (fresh.length > 0 || remember !== undefined) {
      const payload = encodePayload(fresh);
      live.set(payload, fresh);
      const appended = spool.append({ plan, ...remember, ...kept, hasEventIds: ids.length > 0, payload }, 'events');
      for (const id of ids) this.#idsInFlight.set(`${plan}\n${id}`, appended);
      const outcome = await appended;
      for (const id of ids) this.#idsInFlight.delete(`${plan}\n${id}`);
      if (!outcome.ok) {
        const { code, message, retryAfterSeconds } = outcome.failure;
        return refusal(code, message, request.requestId, { retryAfterSeconds });
      }
      for (const id of ids) this.#options.eventIds.add(plan, id, outcome.value.receivedAt);
      if (remember !== undefined) {
        tokens.remember(remember.token, remember.bodyHash, outcome.value.receivedAt, kept);
      }
    }
    register.accepted += answer.accepted;
    for (const { code, message } of answer.rejected) noteRejection(register, code, message, this.#options.now());
    return answerOf(answer);
  }

  #idsUnderWay(plan: string, decoded: Decoded): Promise<unknown> | undefined {
    if (this.#idsInFlight.size === 0) return undefined;
    const waits = new Set<Promise<unknown>>();
    for (let index = 0; index < decoded.records.length; index += 1) {
      if (!decoded.ownIds[index]) continue;
      const wait = this.#idsInFlight.get(`${plan}\n${decoded.records[index]?.id}`);
      if (wait !== undefined) waits.add(wait);
    }
    return waits.size === 0 ? undefined : Promise.all(waits);
  }

  /** The records that were not stored within the window, and the ids that their senders gave. */
  #withoutRepeated(
    plan: string,
    decoded: Decoded,
  ): { readonly fresh: readonly EventRecord[]; readonly ids: readonly string[] } {
    if (!decoded.ownIds.includes(true)) return { fresh: decoded.records, ids: [] };
    const ids = new Set<string>();
    const fresh = decoded.records.filter((record, index) => {
      if (!decoded.ownIds[index]) return true;
      if (ids.has(record.id) || this.#options.eventIds.has(plan, record.id)) return false;
      ids.add(record.id);
      return true;
    });
    return { fresh, ids: [...ids] };
  }
}

function answerOf(answer: RememberedAnswer): Answer {
  const { accepted, rejected, duplicates } = answer;
  return { status: 200, headers: {}, body: { accepted, rejected, ...(duplicates > 0 ? { duplicates } : undefined) } };
}

function withoutMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
