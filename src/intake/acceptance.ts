import { hash } from 'node:crypto';
import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { fail, ok, type Result } from '#kernel/result.ts';
import type { EventRecord } from '#signals/record.ts';
import type { Grant } from './credentials.ts';
import type { DecodeContext, Decoded } from './decoding.ts';
import type { EventIds } from './event-ids.ts';
import type { RateLimits } from './limiting/rate-limits.ts';
import { type OwnEvent, withoutForged } from './own-events.ts';
import { encodePayload } from './payload.ts';
import { noteRejection, noteScrubbed, type PlanRegister, type PlanRegisters } from './plan-registers.ts';
import type { RequestRefusal, TrafficClass } from './receiver.ts';
import type { RememberedAnswer, RequestTokens } from './request-tokens.ts';
import { type AdmittedSamples, admitSamples, announce } from './samples/admit.ts';
import { encodeSamples } from './samples/block-samples.ts';
import type { Scrubbers } from './scrubbers.ts';
import { withoutSecrets } from './scrubbing/secrets-in-text.ts';
import type { Spool } from './spool/spool.ts';
import { deploymentRecords, type SeenVersion } from './versions.ts';

export interface AcceptanceOptions {
  readonly spool: Spool;
  readonly tokens: RequestTokens;
  readonly eventIds: EventIds;
  readonly registers: PlanRegisters;
  readonly rateLimits: RateLimits;
  readonly scrubbers: Scrubbers;
  /** Told of requests that are refused because too much is sent. */
  readonly onFlood: (plan: string, refusal: RequestRefusal) => void;
  readonly now: () => Instant;
  /** Makes ids that no other record has. */
  readonly makeId: () => string;
  /** The records behind a payload, so that the windows need not parse what was just written. */
  readonly live: WeakMap<Uint8Array, readonly EventRecord[]>;
  /** The points behind a payload, likewise. */
  readonly liveSamples: WeakMap<Uint8Array, AdmittedSamples>;
}

/** A request whose body is there: who sends it, in which protocol, and how it is read. */
export interface Submission {
  readonly grant: Grant;
  /** Names the protocol: the same bytes sent to another address are another request. */
  readonly protocol: string;
  readonly traffic: TrafficClass;
  readonly body: Uint8Array;
  readonly idempotencyKey?: string;
  /** The events that only this receiver writes; those of others are refused in what it sends. */
  readonly writes?: OwnEvent;
  /** Reads the body; called at most once, or again when the same ids are on their way to the disk. */
  decode(context: DecodeContext): Result<Decoded, RequestRefusal>;
}

const ROOM_RETRY_SECONDS = 60;

/** What every protocol has in common from the unpacked body on: recognise, decode, make durable, say what became of it. */
export class Acceptance {
  readonly #options: AcceptanceOptions;
  /** Ids on their way to the disk: a repetition may not be acknowledged before its first is durable. */
  readonly #idsInFlight = new Map<string, Promise<unknown>>();

  /** Why the spool does not take what is sent, while that lasts. */
  problem: string | undefined;

  constructor(options: AcceptanceOptions) {
    this.#options = options;
  }

  /** What was accepted is on disk when this resolves, and was judged. Never rejects for what was sent. */
  async accept(submission: Submission): Promise<Result<RememberedAnswer, RequestRefusal>> {
    const { body, protocol, grant, idempotencyKey } = submission;
    const { tokens, now } = this.#options;
    const bodyHash = hash('sha256', body, 'base64url');
    const token =
      idempotencyKey === undefined ? `h:${grant.keyId}:${protocol}:${bodyHash}` : `k:${grant.keyId}:${idempotencyKey}`;
    for (;;) {
      const seen = tokens.look(token, bodyHash, now());
      switch (seen.state) {
        case 'conflict':
          return fail({
            code: 'idempotency-conflict',
            message: 'This Idempotency-Key came with another body before.',
          });
        case 'answered':
          return ok(seen.answer);
        case 'running':
          await seen.done;
          continue;
        case 'new': {
          const outcome = await this.#take(submission, token, bodyHash);
          if (outcome !== 'again') return outcome;
        }
      }
    }
  }

  /** From the look-up to the append nothing waits, so two requests of one token cannot both come here. */
  async #take(
    submission: Submission,
    token: string,
    bodyHash: string,
  ): Promise<Result<RememberedAnswer, RequestRefusal> | 'again'> {
    const { registers, tokens, rateLimits, onFlood, now, makeId } = this.#options;
    const { grant } = submission;
    const register = registers.of(grant.plan);
    // Decoders name their series to the register, which keeps new ones as they come out of this.
    register.series.scrub = this.#options.scrubbers.of(grant.plan).series;
    const read = submission.decode({ receivedAt: now(), fieldTypes: register.fieldTypes, makeId });
    const sent = read.ok ? ok(withoutForged(read.value, submission.writes)) : read;
    // Before the scrub list, which takes out mail addresses and queries: the id of a look is of nobody, and may stand in one.
    const heard = sent.ok ? register.heardRuns.find(sent.value.records) : [];
    const decoded = sent.ok ? ok(this.#scrub(grant.plan, register, sent.value)) : sent;
    if (!decoded.ok) {
      const { code, message } = decoded.failure;
      noteRejection(register, code, message, now());
      return decoded;
    }

    const wait = this.#idsUnderWay(grant.plan, decoded.value);
    if (wait !== undefined) {
      await wait;
      return 'again';
    }
    const { records, rejected, samples } = decoded.value;
    const count = records.length + rejected.length + (samples?.times.length ?? 0);
    const tooMuch = rateLimits.takeRecords(grant, submission.traffic, count);
    if (tooMuch !== undefined) {
      onFlood(grant.plan, tooMuch);
      return fail(tooMuch);
    }
    register.clocks.note(grant.keyId, decoded.value, now());
    const remembered = submission.idempotencyKey !== undefined || decoded.value.recognisable;
    const room = remembered ? tokens.roomFor(grant.plan, now()) : 'free';
    if (room !== 'free') {
      const refused: RequestRefusal = {
        code: room === 'full' ? 'overloaded' : 'too-many-requests',
        message: `No more requests ${room === 'full' ? '' : 'of the plan '}can be remembered for their repetition.`,
        retryAfterSeconds: ROOM_RETRY_SECONDS,
      };
      onFlood(grant.plan, refused);
      return fail(refused);
    }
    const end = remembered ? tokens.begin(grant.plan, token, bodyHash) : undefined;
    try {
      const memory = remembered ? { token, bodyHash } : undefined;
      const outcome = await this.#store(submission, register, decoded.value, memory);
      if (outcome.ok) register.heardRuns.note(heard, now());
      return outcome;
    } finally {
      end?.();
    }
  }

  async #store(
    submission: Submission,
    register: PlanRegister,
    decoded: Decoded,
    remember: { readonly token: string; readonly bodyHash: string } | undefined,
  ): Promise<Result<RememberedAnswer, RequestRefusal>> {
    const { spool, tokens, live } = this.#options;
    const { plan } = submission.grant;
    const { fresh: sent, ids } = this.#withoutRepeated(plan, decoded);
    const duplicates = decoded.records.length - sent.length;
    const versions = duplicates > 0 && sent.length === 0 ? [] : (decoded.versions ?? []);
    const noticed = this.#noticeDeployments(plan, register, versions);
    const fresh = noticed.length === 0 ? sent : [...sent, ...noticed];
    const samples = decoded.samples && admitSamples(register.series, decoded.samples, this.#options.now());
    const answer: RememberedAnswer = {
      accepted: decoded.records.length + (samples?.accepted ?? 0),
      duplicates,
      rejected: decoded.rejected,
      ...(samples !== undefined && samples.refused.length > 0 && { refusedPoints: samples.refused }),
      ...(decoded.trimmed !== undefined && decoded.trimmed.length > 0 && { leftOut: decoded.trimmed }),
    };
    // A sender whose every record is refused would else fill memory and spool with what was wrong with each.
    const kept = { ...answer, rejected: answer.rejected.slice(0, limits.rejectionsRemembered) };
    for (const [field, type] of decoded.newFields) register.fieldTypes.set(field, type);
    // Nothing new and nothing to remember: there is nothing to make durable.
    if (fresh.length > 0 || (samples?.times.length ?? 0) > 0 || remember !== undefined) {
      // Ids are given in the order of the records, so those of a request without any of its senders' are consecutive.
      const payload = this.#encode(fresh, ids.length === 0 ? sent.length : 0, samples);
      live.set(payload, fresh);
      const appended = spool.append(
        { plan, ...remember, ...kept, hasEventIds: ids.length > 0, payload },
        submission.traffic,
      );
      for (const id of ids) this.#idsInFlight.set(`${plan}\n${id}`, appended);
      const outcome = await appended;
      register.versions.settle(versions, this.#options.now(), outcome.ok);
      for (const id of ids) this.#idsInFlight.delete(`${plan}\n${id}`);
      if (!outcome.ok) {
        this.problem = outcome.failure.message;
        this.#options.onFlood(plan, outcome.failure);
        return outcome;
      }
      this.problem = undefined;
      for (const id of ids) this.#options.eventIds.add(plan, id, outcome.value.receivedAt);
      if (remember !== undefined) {
        tokens.remember(plan, remember.token, remember.bodyHash, outcome.value.receivedAt, kept);
      }
    } else {
      register.versions.settle(versions, this.#options.now(), true);
    }
    register.accepted += answer.accepted;
    if (samples !== undefined) announce(register.series, samples, this.#options.now());
    const now = this.#options.now();
    for (const { code, message } of answer.rejected) noteRejection(register, code, message, now);
    for (const { code, message, count } of [...(decoded.trimmed ?? []), ...(samples?.refused ?? [])])
      noteRejection(register, code, message, now, count);
    return ok(answer);
  }

  /** Before anything else sees what was sent: windows, disk, answers and logs hold nothing that the list names. */
  #scrub(plan: string, register: PlanRegister, decoded: Decoded): Decoded {
    const scrubber = this.#options.scrubbers.of(plan);
    noteScrubbed(register, scrubber.scrub(decoded.records), this.#options.now());
    const { rejected, trimmed, newFields } = decoded;
    return {
      ...decoded,
      ...(rejected.length > 0 && { rejected: rejected.map(withoutSecretsInMessage) }),
      ...(trimmed !== undefined && { trimmed: trimmed.map(withoutSecretsInMessage) }),
      ...(newFields.size > 0 && {
        newFields: new Map([...newFields].filter(([field]) => scrubber.isKept(field))),
      }),
    };
  }

  #encode(records: readonly EventRecord[], made: number, samples: AdmittedSamples | undefined): Uint8Array {
    if (samples === undefined || (samples.times.length === 0 && samples.announced.length === 0)) {
      return encodePayload(records, made);
    }
    const payload = encodeSamples(samples, records.length === 0 ? new Uint8Array() : encodePayload(records, made));
    this.#options.liveSamples.set(payload, samples);
    return payload;
  }

  /** The events of versions that nobody has seen before. */
  #noticeDeployments(plan: string, register: PlanRegister, versions: readonly SeenVersion[]): readonly EventRecord[] {
    const { now, makeId } = this.#options;
    const deployments = register.versions.notice(versions, now());
    if (deployments.length === 0) return [];
    const context = { receivedAt: now(), fieldTypes: register.fieldTypes, makeId };
    const { records } = deploymentRecords(deployments, context);
    this.#options.scrubbers.of(plan).scrub(records);
    return records;
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

/** What a sender is told names fields, which may be named by what they should not hold. */
function withoutSecretsInMessage<Told extends { readonly message: string }>(told: Told): Told {
  const message = withoutSecrets(told.message);
  return message === told.message ? told : { ...told, message };
}
