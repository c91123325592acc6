import type { ScrubRules } from '#plan/traffic.ts';
import type { EventRecord } from '#signals/record.ts';
import type { Series } from '../samples/batch.ts';
import { actionOf, type FieldAction } from './field-rules.ts';
import { REPLACED, withoutQuery, withoutSecrets } from './secrets-in-text.ts';

/** A keyed hash of a text: equal texts have equal ones, and nobody without the key can find the text. */
export type KeyedHash = (text: string) => string;

/** How often something was taken out of a field. */
export type Scrubbed = ReadonlyMap<string, number>;

/** Names that are remembered with what becomes of them; a sender of ever new names costs time, not memory. */
const NAMES_REMEMBERED = 20_000;
const HASHES_REMEMBERED = 20_000;
/** What hashed values begin with, so that people see what they are. */
const HASHED = 'hashed:';

interface KnownField {
  readonly action: FieldAction;
  /** The last value that was found clean: most fields say the same again and again. */
  last: string | undefined;
}

type Attributes = Record<string, string | number | boolean>;

/**
 * Takes out of records, before anything else is done with them, what the scrub list names. Records are changed in place: they were made for
 * this request and nobody else has them.
 */
export class Scrubber {
  readonly #rules: ScrubRules | undefined;
  readonly #hash: KeyedHash;
  readonly #fields = new Map<string, KnownField>();
  readonly #hashes = new Map<string, string>();
  #found = new Map<string, number>();
  #lastName: string | undefined;

  constructor(rules: ScrubRules | undefined, hash: KeyedHash) {
    this.#rules = rules;
    this.#hash = hash;
  }

  /** Scrubs records and says what was taken out of which fields. */
  scrub(records: readonly EventRecord[]): Scrubbed {
    this.#found = new Map();
    for (const record of records) this.#record(record);
    return this.#found;
  }

  /** A series without what the list names in its labels; the same object when that is nothing. */
  readonly series = (series: Series): Series => {
    let changed = false;
    const labels = series.labels.flatMap(([name, value]): Series['labels'] => {
      const known = this.#known(name);
      const kept = known.action === 'keep' ? value : this.#value(name, known, value);
      if (kept !== value) changed = true;
      return kept === undefined ? [] : [[name, kept]];
    });
    const name = withoutSecrets(series.name);
    return changed || name !== series.name ? { ...series, name, labels } : series;
  };

  /** Whether a field of this name is kept at all. */
  isKept(field: string): boolean {
    return this.#known(field).action !== 'drop';
  }

  /** A user as they are kept: under their own name, unless the plan or what the name looks like says otherwise. */
  user(user: string): string {
    if (this.#rules?.user === 'kept' || user.startsWith(HASHED)) return user;
    if (this.#rules?.user === 'hashed' || withoutSecrets(user) !== user) return this.#hashed(user);
    return user;
  }

  /** Every form that a user may be kept in, whatever the rules said when. */
  formsOf(user: string): readonly string[] {
    return [...new Set([user, this.#hashed(user)])];
  }

  #record(record: EventRecord): void {
    const attributes = record.attributes as Attributes;
    for (const field in attributes) {
      const value = attributes[field] as string | number | boolean;
      const known = this.#known(field);
      if (typeof value === 'string') {
        if (value === known.last || known.action === 'keep') continue;
        const scrubbed = this.#value(field, known, value);
        if (scrubbed === undefined) delete attributes[field];
        else if (scrubbed !== value) attributes[field] = scrubbed;
      } else if (known.action === 'drop' || known.action === 'replace' || known.action === 'hash') {
        // The field keeps its type, so a number that may not be kept is left out.
        if (typeof value === 'boolean' && known.action !== 'drop') continue;
        delete attributes[field];
        this.#note(field);
      }
    }
    const { user, name } = record;
    if (user !== undefined) {
      const kept = this.user(user);
      if (kept !== user) {
        (record as { user: string }).user = kept;
        this.#note('user');
      }
    }
    if (name !== this.#lastName) {
      const cleanName = withoutSecrets(name);
      if (cleanName !== name) {
        (record as { name: string }).name = cleanName;
        this.#note('name');
      }
      this.#lastName = cleanName;
    }
  }

  #value(field: string, known: KnownField, value: string): string | undefined {
    switch (known.action) {
      case 'keep':
        return value;
      case 'drop':
        this.#note(field);
        return undefined;
      case 'hash':
        if (value.startsWith(HASHED)) return value;
        this.#note(field);
        return this.#hashed(value);
      case 'replace':
        if (value !== REPLACED && value !== '') this.#note(field);
        return REPLACED;
      case 'query':
      case 'text': {
        const scrubbed = known.action === 'query' ? withoutQuery(value) : withoutSecrets(value);
        if (scrubbed === value) known.last = value;
        else this.#note(field);
        return scrubbed;
      }
    }
  }

  #known(field: string): KnownField {
    let known = this.#fields.get(field);
    if (known !== undefined) return known;
    known = { action: actionOf(field, this.#rules), last: undefined };
    if (this.#fields.size < NAMES_REMEMBERED) this.#fields.set(field, known);
    return known;
  }

  #hashed(text: string): string {
    let hashed = this.#hashes.get(text);
    if (hashed !== undefined) return hashed;
    hashed = `${HASHED}${this.#hash(text)}`;
    if (this.#hashes.size >= HASHES_REMEMBERED) this.#hashes.clear();
    this.#hashes.set(text, hashed);
    return hashed;
  }

  #note(field: string): void {
    // A name may be what had to go.
    const shown = withoutSecrets(field) === field ? field : REPLACED;
    this.#found.set(shown, (this.#found.get(shown) ?? 0) + 1);
  }
}
