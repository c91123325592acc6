import type { ErrorCode, Failure } from '#kernel/error-codes.ts';
import { limits } from '#kernel/limits.ts';
import { fail, ok, type Result } from '#kernel/result.ts';
import type { DecodeContext, Decoded } from '../decoding.ts';
import { RecordBuilder } from '../record-builder.ts';
import type { SeenVersion } from '../versions.ts';
import { type Envelope, type EnvelopeItem, type ReadText, readJson } from './envelope.ts';
import { takeErrorEvent, takeFeedback } from './error-event.ts';
import { fieldOf, hexIdOf, instantOf, textIn } from './fields.ts';
import type { Target } from './origin.ts';
import { takeClientReport, takeLogs, takeSession, takeSessionCounts } from './sessions.ts';
import { takeSpans, takeTransaction } from './spans.ts';

type Take = (target: Target, payload: unknown, envelopeId: string | undefined) => void;

/** What is read, by the kind of the item. https://develop.sentry.dev/sdk/data-model/envelope-items/ */
const takers: Readonly<Record<string, Take>> = {
  event: takeErrorEvent,
  transaction: takeTransaction,
  span: takeSpans,
  session: takeSession,
  sessions: takeSessionCounts,
  log: takeLogs,
  client_report: takeClientReport,
  feedback: takeFeedback,
  user_report: takeFeedback,
};

/** What is not read, with the name of the reason. */
const skipped: Readonly<Record<string, ErrorCode>> = {
  attachment: 'attachment-skipped',
  replay_event: 'replay-skipped',
  replay_recording: 'replay-skipped',
  replay_video: 'replay-skipped',
  profile: 'profile-skipped',
  profile_chunk: 'profile-skipped',
  check_in: 'check-in-skipped',
};

/** The category under which the SDKs count and hold back each kind. https://develop.sentry.dev/sdk/foundations/transport/rate-limiting/ */
const categories: Readonly<Record<string, string>> = {
  event: 'error',
  transaction: 'transaction',
  span: 'span',
  session: 'session',
  sessions: 'session',
  log: 'log_item',
  feedback: 'feedback',
  user_report: 'feedback',
  attachment: 'attachment',
  check_in: 'monitor',
};

/** Reads the items of an envelope. One that cannot be read is refused by itself; the others are taken. */
export function decodeEnvelope(envelope: Envelope, readText: ReadText, context: DecodeContext): Decoded {
  const builder = new RecordBuilder(context);
  const versions: SeenVersion[] = [];
  const target: Target = { builder, versions, shiftMs: shiftOf(envelope.header, context) };
  const envelopeId = hexIdOf(fieldOf(envelope.header, 'event_id'));
  for (const { type, payload } of envelope.items) {
    const take = Object.hasOwn(takers, type) ? takers[type] : undefined;
    if (take === undefined) {
      const code = Object.hasOwn(skipped, type) ? skipped[type] : undefined;
      builder.trim(code ?? 'item-skipped', `An item of the kind ${type.slice(0, 80)}.`);
      continue;
    }
    if (payload.length > limits.envelopeItemBytes) {
      builder.refuse('body-too-large', `${type}: an item has at most ${limits.envelopeItemBytes} bytes.`);
      continue;
    }
    const value = readJson(payload, type, readText);
    if (!value.ok) builder.refuse(value.failure.code, value.failure.message);
    else if (typeof value.value !== 'object' || value.value === null)
      builder.refuse('malformed-body', `${type}: no JSON object.`);
    else take(target, value.value, envelopeId);
  }
  return { ...builder.build(), versions };
}

/** An event as old SDKs send it, without an envelope around it. */
export function storedEvent(body: Uint8Array, readText: ReadText): Result<Envelope, Failure> {
  if (body.length > limits.envelopeItemBytes) {
    return fail({ code: 'body-too-large', message: `An event has at most ${limits.envelopeItemBytes} bytes.` });
  }
  const event = readJson(body, 'The event', readText);
  if (!event.ok) return event;
  if (typeof event.value !== 'object' || event.value === null || Array.isArray(event.value)) {
    return fail({ code: 'malformed-body', message: 'The event is no JSON object.' });
  }
  const type = textIn(event.value, 'type') === 'transaction' ? 'transaction' : 'event';
  return ok({ header: { event_id: fieldOf(event.value, 'event_id') }, items: [{ type, payload: body }] });
}

/** What is in an envelope, as the SDKs hold it back when they are told to wait. */
export function categoriesOf(items: readonly EnvelopeItem[]): readonly string[] {
  const found = items.flatMap(({ type }) => (Object.hasOwn(categories, type) ? (categories[type] ?? []) : []));
  return [...new Set(found)];
}

/** A clock that is wrong by less than this is left alone: the envelope may have waited for the network. */
const SHIFT_FROM_MS = 55_000;

/** How wrong the sender's clock is, from when it says that it sends. */
function shiftOf(header: unknown, { receivedAt }: DecodeContext): number {
  const sentAt = instantOf(fieldOf(header, 'sent_at'));
  const shiftMs = sentAt === undefined ? 0 : receivedAt - sentAt;
  return Math.abs(shiftMs) < SHIFT_FROM_MS ? 0 : shiftMs;
}
