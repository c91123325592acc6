import type { ErrorCode } from '#kernel/error-codes.ts';
import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
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
  type Trimmed,
} from './decoding.ts';

/** What a record has beside its attributes. */
export interface RecordHead {
  readonly name: string;
  /** ms since 1970; undefined takes the time of receipt, and the request cannot be recognised when it comes again. */
  readonly time?: Instant | undefined;
  /** As its sender gave it, unique in the plan. */
  readonly id?: string | undefined;
  readonly user?: string | undefined;
  readonly durationMs?: number | undefined;
  readonly value?: number | undefined;
}

export type AttributeValue = string | number | boolean | bigint;

/**
 * Records of machines that nobody will correct: SDKs, log shippers, providers of webhooks. What does not fit is cut, turned into the type that
 * its field has, or left out and counted, and the rest of the record is taken; only a record whose head is wrong is refused. (`POST
 * /v1/events` is strict instead: who writes it can mend it.)
 */
export class RecordBuilder {
  readonly #context: DecodeContext;
  readonly #newFields = new Map<string, FieldType>();
  readonly #records: EventRecord[] = [];
  readonly #ownIds: boolean[] = [];
  readonly #rejected: (RecordRefusal & { readonly index: number })[] = [];
  readonly #trimmed = new Map<ErrorCode, { count: number; readonly message: string }>();
  #recognisable = true;
  #index = 0;
  #attributes = bareAttributes();
  #count = 0;
  #characters = 0;

  constructor(context: DecodeContext) {
    this.#context = context;
  }

  /** Sets one attribute of the record that is being put together; a name that was set before keeps its first value. */
  set(key: string, value: AttributeValue | undefined): void {
    if (value === undefined || value === '' || this.isFull) return;
    if (key === '' || exceedsBytes(key, limits.attributeKeyBytes)) {
      this.trim('field-invalid', `${shownField(key)}: the name of a field has 1 to ${limits.attributeKeyBytes} bytes.`);
      return;
    }
    if (this.#attributes[key] !== undefined) return;
    if (this.#count >= limits.attributesPerRecord) {
      this.trim(
        'too-many-attributes',
        `${shownField(key)}: a record has at most ${limits.attributesPerRecord} attributes.`,
      );
      return;
    }
    const fitting = this.#fit(key, value);
    if (fitting === undefined) return;
    this.#attributes[key] = fitting;
    this.#count += 1;
    this.#characters += key.length + (typeof fitting === 'string' ? fitting.length : 0);
  }

  /** Whether the records have all the text that those of one request may have; each further one is refused. */
  get isFull(): boolean {
    return this.#characters > limits.recordCharactersPerRequest;
  }

  /** Takes the record with what was set since the last one. */
  end(head: RecordHead): void {
    const attributes = this.#attributes;
    this.#attributes = bareAttributes();
    this.#count = 0;
    const refusal = this.#checkHead(head);
    if (refusal !== undefined) {
      this.#rejected.push({ ...refusal, index: this.#index });
      this.#index += 1;
      return;
    }
    this.#index += 1;
    const { name, time, id, user, durationMs, value } = head;
    if (id === undefined && time === undefined) this.#recognisable = false;
    this.#records.push({
      name,
      time: Math.floor(time ?? this.#context.receivedAt),
      id: id ?? this.#context.makeId(),
      ...(user !== undefined && user !== '' && { user: cut(user, limits.attributeValueBytes) }),
      ...(durationMs !== undefined && Number.isFinite(durationMs) && { durationMs: Math.max(0, durationMs) }),
      ...(value !== undefined && Number.isFinite(value) && { value }),
      attributes,
    });
    this.#ownIds.push(id !== undefined);
  }

  /** Refuses the record that is being put together. */
  refuse(code: ErrorCode, message: string): void {
    this.#attributes = bareAttributes();
    this.#count = 0;
    this.#rejected.push({ code, message, index: this.#index });
    this.#index += 1;
  }

  /** Counts something that was left out. */
  trim(code: ErrorCode, message: string, times = 1): void {
    const seen = this.#trimmed.get(code);
    if (seen === undefined) this.#trimmed.set(code, { count: times, message });
    else seen.count += times;
  }

  build(): Decoded {
    const trimmed: Trimmed[] = [...this.#trimmed].map(([code, { count, message }]) => ({ code, count, message }));
    return {
      records: this.#records,
      ownIds: this.#ownIds,
      rejected: this.#rejected,
      trimmed,
      newFields: this.#newFields,
      recognisable: this.#recognisable,
    };
  }

  #checkHead({ name, time, id }: RecordHead): RecordRefusal | undefined {
    if (this.isFull) {
      const most = limits.recordCharactersPerRequest;
      return { code: 'body-too-large', message: `The records of the request have more than ${most} characters.` };
    }
    if (name === '' || exceedsBytes(name, limits.nameBytes)) {
      return { code: 'name-invalid', message: `name: text of 1 to ${limits.nameBytes} bytes is needed.` };
    }
    if (id !== undefined && (id === '' || exceedsBytes(id, limits.eventIdBytes))) {
      return { code: 'field-invalid', message: `id: text of 1 to ${limits.eventIdBytes} bytes is needed.` };
    }
    if (time === undefined) return undefined;
    if (!Number.isSafeInteger(Math.floor(time))) {
      return { code: 'time-invalid', message: 'time: no instant that there is.' };
    }
    return checkTime(time, this.#context.receivedAt);
  }

  /** The value in the type that its field has, or undefined when it has no such form. */
  #fit(key: string, value: AttributeValue): string | number | boolean | undefined {
    const plain = this.#plain(key, value);
    if (plain === undefined) return undefined;
    const type = typeof plain as FieldType;
    const known = this.#context.fieldTypes.get(key) ?? this.#newFields.get(key);
    if (known === type) return plain;
    if (known !== undefined) {
      const turned = turn(plain, known);
      if (turned === undefined)
        this.trim('field-type-conflict', `${shownField(key)}: ${type} was sent; the field is a ${known}.`);
      return turned;
    }
    if (this.#context.fieldTypes.size + this.#newFields.size >= limits.fieldsPerPlan) {
      this.trim('too-many-fields', `${shownField(key)}: the plan has ${limits.fieldsPerPlan} fields already.`);
      return undefined;
    }
    this.#newFields.set(key, type);
    return plain;
  }

  #plain(key: string, value: AttributeValue): string | number | boolean | undefined {
    switch (typeof value) {
      case 'bigint':
        // A count that a number holds exactly is one; an id of 64 bits is text.
        return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value.toString();
      case 'number':
        if (Number.isFinite(value)) return value;
        this.trim('field-invalid', `${shownField(key)}: ${value} is no number that can be compared.`);
        return undefined;
      case 'string':
        if (!exceedsBytes(value, limits.attributeValueBytes)) return value;
        this.trim('field-cut', `${shownField(key)}: cut to ${limits.attributeValueBytes} bytes.`);
        return cut(value, limits.attributeValueBytes);
      default:
        return value;
    }
  }
}

const MORE = '…';
const MORE_BYTES = 3;

/** The beginning of a text that fits into so many bytes of UTF-8, with a sign that there was more. */
function cut(text: string, bytes: number): string {
  if (!exceedsBytes(text, bytes)) return text;
  let size = MORE_BYTES;
  let end = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    size += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (size > bytes) break;
    end += character.length;
  }
  return text.slice(0, end) + MORE;
}

/** A value in another type, when nothing of it is lost. */
function turn(value: string | number | boolean, type: FieldType): string | number | boolean | undefined {
  switch (type) {
    case 'string':
      return String(value);
    case 'number': {
      if (typeof value !== 'string' || value.trim() === '') return undefined;
      const number = Number(value);
      return Number.isFinite(number) ? number : undefined;
    }
    case 'boolean':
      return value === 'true' ? true : value === 'false' ? false : undefined;
  }
}
