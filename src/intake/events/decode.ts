import type { ErrorCode, Failure } from '#kernel/error-codes.ts';
import { type Instant, parseInstant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { fail, ok, type Result } from '#kernel/result.ts';
import type { EventRecord } from '#signals/record.ts';
import {
  bareAttributes,
  checkTime,
  type DecodeContext,
  type Decoded,
  exceedsBytes,
  type FieldType,
  type RecordRefusal,
  shownField,
} from '../decoding.ts';
import { errorFingerprint } from '../fingerprint.ts';
import { inspectJson, jsonProblem } from '../json-guard.ts';

/**
 * `POST /v1/events`: JSON text to records. Each record is accepted or refused by itself; only text that is no JSON, or that is
 * built to exhaust us, refuses the whole request.
 *
 * Attributes: objects are flattened with `.` (`{"cart": {"total": 9}}` is `cart.total`), null is the same as absent, arrays
 * are refused, and so are whole numbers beyond 2^53, which would silently change their last digits.
 */
/** A value of the plan's `where`, with what `JSON.parse` may bring. */
type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Decodes a body. `lines` says that it is NDJSON; a JSON body that is none is tried as NDJSON too. */
export function decodeEvents(text: string, lines: boolean, context: DecodeContext): Result<Decoded, Failure> {
  // A record ends at the top, or directly in the array around all.
  const problem = inspectJson(text, limits.jsonKeys, text.trimStart().startsWith('[') ? 1 : 0);
  if (problem !== undefined) return fail(problem);
  const values = parse(text, lines);
  if (!values.ok) return values;
  if (values.value.length > limits.recordsPerRequest) {
    return fail({
      code: 'body-too-large',
      message: `The request has ${values.value.length} records; at most ${limits.recordsPerRequest} are taken at once.`,
    });
  }
  return ok(new Decoder(context).decode(values.value));
}

function parse(text: string, lines: boolean): Result<readonly Json[], Failure> {
  if (!lines) {
    try {
      const value = JSON.parse(text) as Json;
      return ok(Array.isArray(value) ? value : [value]);
    } catch (error) {
      // One object a line sent as application/json: common enough to be understood.
      if (!/\}\s*\n\s*\{/.test(text.slice(0, 65_536)))
        return fail({ code: 'malformed-body', message: jsonProblem(error) });
    }
  }
  const values: Json[] = [];
  let start = 0;
  let line = 0;
  while (start < text.length) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const part = text.slice(start, end);
    line += 1;
    start = end + 1;
    if (part.trim() === '') continue;
    try {
      values.push(JSON.parse(part) as Json);
    } catch (error) {
      return fail({ code: 'malformed-body', message: `Line ${line}: ${jsonProblem(error)}`, where: `line ${line}` });
    }
  }
  return ok(values);
}

const OWN_FIELDS = new Set(['name', 'time', 'event_id', 'user', 'duration_ms', 'value']);

/** A key of the records of a request: a field of their own, or an attribute whose type is settled. */
interface KnownKey {
  readonly key: string;
  /** Undefined for what is no attribute. */
  readonly type: FieldType | undefined;
}

type Attributes = Record<string, string | number | boolean>;

/** A text of so many characters is within the limit in any encoding. */
const USUAL_CHARACTERS = Math.floor(limits.attributeValueBytes / 3);

class Decoder {
  readonly #context: DecodeContext;
  /** The keys of the last record in their order: those of a request mostly have the same, and then each is looked up once. */
  readonly #expected: KnownKey[] = [];
  readonly #newFields = new Map<string, FieldType>();
  #attributes: Attributes = bareAttributes();
  #count = 0;

  constructor(context: DecodeContext) {
    this.#context = context;
  }

  decode(values: readonly Json[]): Decoded {
    const records: EventRecord[] = [];
    const ownIds: boolean[] = [];
    const rejected: { index: number; code: ErrorCode; message: string }[] = [];
    let recognisable = true;
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index] as Json;
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        rejected.push({ index, code: 'record-not-object', message: `Record ${index} is not a JSON object.` });
        continue;
      }
      const source = value as Readonly<Record<string, Json>>;
      const record = this.#record(source);
      if ('code' in record) {
        rejected.push({ index, code: record.code, message: record.message });
        continue;
      }
      const ownId = typeof source.event_id === 'string';
      if (!ownId && (source.time === undefined || source.time === null)) recognisable = false;
      records.push(record);
      ownIds.push(ownId);
    }
    return { records, ownIds, rejected, newFields: this.#newFields, recognisable };
  }

  #record(source: Readonly<Record<string, Json>>): EventRecord | RecordRefusal {
    const name = source.name;
    if (typeof name !== 'string' || name === '' || exceedsBytes(name, limits.nameBytes)) {
      return { code: 'name-invalid', message: `name: text of 1 to ${limits.nameBytes} bytes is needed.` };
    }
    const time = this.#time(source.time);
    if (typeof time !== 'number') return time;
    const id = source.event_id ?? undefined;
    if (id !== undefined && (typeof id !== 'string' || id === '' || exceedsBytes(id, limits.eventIdBytes))) {
      return invalid('event_id', `text of 1 to ${limits.eventIdBytes} bytes is needed`);
    }
    const user = source.user ?? undefined;
    if (user !== undefined && (typeof user !== 'string' || exceedsBytes(user, limits.attributeValueBytes))) {
      return invalid('user', `text of at most ${limits.attributeValueBytes} bytes is needed`);
    }
    const duration = source.duration_ms ?? undefined;
    if (duration !== undefined && (typeof duration !== 'number' || !Number.isFinite(duration) || duration < 0)) {
      return invalid('duration_ms', 'a number of milliseconds, 0 or more, is needed');
    }
    const value = source.value ?? undefined;
    if (value !== undefined && (typeof value !== 'number' || !Number.isFinite(value))) {
      return invalid('value', 'a finite number is needed');
    }

    // Errors are grouped, for which they are looked at closely.
    let attributes = name === 'error' ? undefined : this.#usualAttributes(source);
    if (attributes === undefined) {
      const refusal = this.#takeAttributes(name, source);
      if (refusal !== undefined) return refusal;
      attributes = this.#attributes;
    }
    const ownId = id ?? this.#context.makeId();
    // Most records have no value, and are made in one go: putting one together from parts takes longer than reading it.
    if (value === undefined && user !== undefined) {
      if (duration === undefined) return { name, time, id: ownId, user, attributes };
      return { name, time, id: ownId, user, durationMs: duration, attributes };
    }
    return {
      name,
      time,
      id: ownId,
      ...(user !== undefined && { user }),
      ...(duration !== undefined && { durationMs: duration }),
      ...(value !== undefined && { value }),
      attributes,
    };
  }

  /** Attributes without nesting, of keys and types that are known; undefined when anything needs a closer look. */
  #usualAttributes(source: Readonly<Record<string, Json>>): Attributes | undefined {
    const attributes = bareAttributes();
    const expected = this.#expected;
    let place = 0;
    let count = 0;
    for (const key in source) {
      let known = expected[place];
      if (known === undefined || known.key !== key) {
        known = this.#know(source, key);
        if (known === undefined) return undefined;
        expected[place] = known;
      }
      place += 1;
      const { type } = known;
      if (type === undefined) continue;
      const value = source[key] as Json;
      if (value === null) continue;
      if (typeof value !== type) return undefined;
      // Whatever is near a limit is looked at closely.
      if (typeof value === 'string' ? value.length > USUAL_CHARACTERS : !isUsual(value)) return undefined;
      attributes[key] = value as string | number | boolean;
      count += 1;
    }
    return count > limits.attributesPerRecord ? undefined : attributes;
  }

  #know(source: Readonly<Record<string, Json>>, key: string): KnownKey | undefined {
    if (!Object.hasOwn(source, key)) return undefined;
    if (OWN_FIELDS.has(key)) return { key, type: undefined };
    const type = this.#context.fieldTypes.get(key) ?? this.#newFields.get(key);
    if (type === undefined || key === '' || exceedsBytes(key, limits.attributeKeyBytes)) return undefined;
    return { key, type };
  }

  /** Puts whatever there is among the attributes, or says what is wrong with it. */
  #takeAttributes(name: string, source: Readonly<Record<string, Json>>): RecordRefusal | undefined {
    this.#attributes = bareAttributes();
    this.#count = 0;
    for (const key in source) {
      if (OWN_FIELDS.has(key) || !Object.hasOwn(source, key)) continue;
      const refusal = this.#add(key, source[key] as Json);
      if (refusal !== undefined) return refusal;
    }
    if (name === 'error') this.#group();
    return this.#settleTypes();
  }

  /** Errors are shown in groups: one that says no fingerprint gets that of its type, stack and message. */
  #group(): void {
    const { type, message, stack, fingerprint } = this.#attributes;
    const known = this.#context.fieldTypes.get('fingerprint') ?? 'string';
    if (fingerprint !== undefined || known !== 'string' || this.#count >= limits.attributesPerRecord) return;
    const error = { type: textOf(type), message: textOf(message), stack: textOf(stack) };
    if (Object.values(error).every((part) => part === undefined)) return;
    this.#attributes['fingerprint'] = errorFingerprint(error);
    this.#count += 1;
  }

  #time(time: Json | undefined): Instant | RecordRefusal {
    const { receivedAt } = this.#context;
    if (time === undefined || time === null) return receivedAt;
    const instant =
      typeof time === 'string' ? parseTime(time) : typeof time === 'number' ? Math.floor(time) : undefined;
    if (instant === undefined || !Number.isSafeInteger(instant)) {
      return { code: 'time-invalid', message: 'time: ISO 8601 with an offset, or milliseconds since 1970, is needed.' };
    }
    return checkTime(instant, receivedAt) ?? instant;
  }

  /** Puts one value, or what an object holds, among the attributes. The depth is bounded by `inspect`. */
  #add(key: string, value: Json): RecordRefusal | undefined {
    switch (typeof value) {
      case 'string':
        if (exceedsBytes(value, limits.attributeValueBytes)) {
          return invalid(key, `text of at most ${limits.attributeValueBytes} bytes is needed`);
        }
        break;
      case 'number':
        if (!Number.isFinite(value)) return invalid(key, 'the number is too large');
        if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
          return invalid(key, 'whole numbers beyond 2^53 lose their last digits; send it as text');
        }
        break;
      case 'boolean':
        break;
      default: {
        if (value === null) return undefined;
        if (Array.isArray(value)) return invalid(key, 'lists are not taken; send one field for each, or text');
        const object = value as Readonly<Record<string, Json>>;
        for (const inner in object) {
          if (!Object.hasOwn(object, inner)) continue;
          const refusal = this.#add(`${key}.${inner}`, object[inner] as Json);
          if (refusal !== undefined) return refusal;
        }
        return undefined;
      }
    }
    if (key === '' || exceedsBytes(key, limits.attributeKeyBytes)) {
      return invalid(key, `the name of a field has 1 to ${limits.attributeKeyBytes} bytes`);
    }
    if (this.#attributes[key] !== undefined) return invalid(key, 'the field is given twice, nested and with a dot');
    this.#count += 1;
    if (this.#count > limits.attributesPerRecord) {
      return {
        code: 'too-many-attributes',
        message: `The record has more than ${limits.attributesPerRecord} attributes.`,
      };
    }
    this.#attributes[key] = value;
    return undefined;
  }

  /** Holds the types against those of the plan. A refused record fixes no type. */
  #settleTypes(): RecordRefusal | undefined {
    const { fieldTypes } = this.#context;
    const attributes = this.#attributes;
    let unknown: string[] | undefined;
    for (const key in attributes) {
      const type = typeof attributes[key] as FieldType;
      const known = fieldTypes.get(key) ?? this.#newFields.get(key);
      if (known === type) continue;
      if (known !== undefined) {
        return {
          code: 'field-type-conflict',
          message: `${shownField(key)}: ${type} was sent; the field is a ${known}.`,
        };
      }
      unknown ??= [];
      unknown.push(key);
    }
    if (unknown === undefined) return undefined;
    if (fieldTypes.size + this.#newFields.size + unknown.length > limits.fieldsPerPlan) {
      return {
        code: 'too-many-fields',
        message: `${shownField(unknown[0] ?? '')}: the plan has ${limits.fieldsPerPlan} fields already.`,
      };
    }
    for (const key of unknown) this.#newFields.set(key, typeof attributes[key] as FieldType);
    return undefined;
  }
}

/** Neither infinite nor so large that a whole number would lose digits. */
function isUsual(value: Json): boolean {
  return typeof value !== 'number' || (value <= Number.MAX_SAFE_INTEGER && value >= -Number.MAX_SAFE_INTEGER);
}

/** The offset is asked for, because a time without one is a guess. */
function parseTime(text: string): Instant | undefined {
  if (text.length > 64) return undefined;
  return parseInstant(text);
}

function invalid(field: string, message: string): RecordRefusal {
  return { code: 'field-invalid', message: `${shownField(field)}: ${message}.` };
}

function textOf(value: string | number | boolean | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
