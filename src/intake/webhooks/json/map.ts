import type { JsonWebhook, WebhookValue } from '#plan/webhook.ts';
import type { RecordBuilder } from '../../record-builder.ts';
import { type Delivery, flatten, idAt, type Json, readTime, setValue, valueAt } from '../delivery.ts';

/** Header names under which a sender gives the id of what it sends, where the mapping says none. */
const STANDARD_ID = 'webhook-id';
/** Values of a body without a mapping may be many; what is deeper or later is not taken. */
const OPTIONS = { lists: true };

/** One event by the mapping of the plan. */
export function mapJson(hook: JsonWebhook, delivery: Delivery, builder: RecordBuilder): void {
  const { body, header, place } = delivery;
  const read = (value: WebhookValue | undefined): Json | undefined => {
    if (value === undefined) return undefined;
    return 'path' in value ? valueAt(body, value.path) : header(value.header);
  };
  const id = hook.id === undefined ? idOfRequest(header(STANDARD_ID), place) : idAt(read(hook.id));
  const given = read(hook.time);
  const time = readTime(given);
  if (given !== undefined && given !== null && time === undefined) {
    builder.refuse('time-invalid', 'time: ISO 8601 with an offset, or seconds or milliseconds since 1970, is needed.');
    return;
  }
  builder.set('webhook', hook.name);
  if (hook.fields === undefined) flatten(builder, body, OPTIONS);
  else for (const [name, value] of Object.entries(hook.fields)) setValue(builder, name, read(value));
  builder.end({
    name: hook.event,
    time,
    id: id === undefined ? undefined : `${hook.name}:${id}`,
    user: idAt(read(hook.user)),
    durationMs: numberOf(read(hook.durationMs)),
    value: numberOf(read(hook.value)),
  });
}

function idOfRequest(id: string | undefined, place: number | undefined): string | undefined {
  return id === undefined || place === undefined ? id : `${id}:${place}`;
}

function numberOf(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}
