import { assert } from '#kernel/assert.ts';

/**
 * The bytes of a snapshot: a head of four 32-bit numbers (magic, version, bytes of text, how many numbers), the text as
 * JSON in ASCII, padded to eight bytes, then all numbers as float64. Little-endian, as all our platforms are. State is
 * written as a flat row of numbers because that costs no parsing: a million of them take a few milliseconds.
 */
const MAGIC = 0x534c4257;
const HEAD_BYTES = 16;

/** Takes numbers and texts in the order in which `NumberReader` gives them back. */
export class NumberWriter {
  private numbers = new Float64Array(4_096);
  private length = 0;
  private readonly texts: string[] = [];
  private readonly indexes = new Map<string, number>();

  number(value: number): void {
    if (this.length === this.numbers.length) {
      const grown = new Float64Array(this.length * 2);
      grown.set(this.numbers);
      this.numbers = grown;
    }
    this.numbers[this.length++] = value;
  }

  /** Equal texts are kept once. */
  text(value: string): void {
    let index = this.indexes.get(value);
    if (index === undefined) {
      index = this.texts.push(value) - 1;
      this.indexes.set(value, index);
    }
    this.number(index);
  }

  /** A part with a name, which `NumberReader.section` can pass over. */
  section(name: string, write: (out: NumberWriter) => void): void {
    this.text(name);
    this.number(0);
    const start = this.length;
    write(this);
    this.numbers[start - 1] = this.length - start;
  }

  bytes(version: number): Uint8Array {
    const json = JSON.stringify(this.texts).replace(
      /[\u007f-\uffff]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
    const padded = Math.ceil(json.length / 8) * 8;
    const out = new Uint8Array(HEAD_BYTES + padded + this.length * 8);
    new Uint32Array(out.buffer, 0, 4).set([MAGIC, version, json.length, this.length]);
    for (let index = 0; index < json.length; index++) out[HEAD_BYTES + index] = json.charCodeAt(index);
    new Float64Array(out.buffer, HEAD_BYTES + padded).set(this.numbers.subarray(0, this.length));
    return out;
  }
}

/** Gives back what a `NumberWriter` took. Reading past the end is a broken invariant: `openSnapshot` has checked the length. */
export class NumberReader {
  private readonly numbers: Float64Array;
  private readonly texts: readonly string[];
  private position = 0;

  constructor(numbers: Float64Array, texts: readonly string[]) {
    this.numbers = numbers;
    this.texts = texts;
  }

  number(): number {
    assert(this.position < this.numbers.length, 'a snapshot has fewer numbers than were asked for');
    return this.numbers[this.position++] as number;
  }

  /** The next part: its name, and a reader of it alone. */
  section(): readonly [string, NumberReader] {
    const name = this.text();
    const length = this.number();
    const part = this.numbers.subarray(this.position, this.position + length);
    this.position += length;
    return [name, new NumberReader(part, this.texts)];
  }

  text(): string {
    const text = this.texts[this.number()];
    assert(text !== undefined, 'a snapshot refers to a text that it does not hold');
    return text;
  }
}

/** Undefined when the bytes are no whole snapshot. */
export function openSnapshot(
  bytes: Uint8Array,
): { readonly version: number; readonly reader: NumberReader } | undefined {
  if (bytes.length < HEAD_BYTES) return undefined;
  // A copy, because a view of numbers must begin at a multiple of eight.
  const whole = new Uint8Array(bytes);
  const [magic = 0, version = 0, textLength = 0, count = 0] = new Uint32Array(whole.buffer, 0, 4);
  const padded = Math.ceil(textLength / 8) * 8;
  if (magic !== MAGIC || whole.length !== HEAD_BYTES + padded + count * 8) return undefined;
  const parts: string[] = [];
  for (let start = HEAD_BYTES; start < HEAD_BYTES + textLength; start += 8_192) {
    parts.push(String.fromCharCode(...whole.subarray(start, Math.min(start + 8_192, HEAD_BYTES + textLength))));
  }
  try {
    const texts = JSON.parse(parts.join('')) as readonly string[];
    return { version, reader: new NumberReader(new Float64Array(whole.buffer, HEAD_BYTES + padded, count), texts) };
  } catch {
    return undefined;
  }
}

/** The sections of a snapshot by name; each is read by itself, so that what a new plan lacks is passed over. */
export function readSections(from: NumberReader): ReadonlyMap<string, NumberReader> {
  const sections = new Map<string, NumberReader>();
  for (let left = from.number(); left > 0; left--) {
    const [name, section] = from.section();
    sections.set(name, section);
  }
  return sections;
}
