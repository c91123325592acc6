/** Reads protobuf's wire format (https://protobuf.dev/programming-guides/encoding/) within bounds; what is not sound throws `WireError`. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

/** How a field's value is written. */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

export class WireReader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** An unsigned number of up to 64 bits; exact up to 2^53. Must end before `end`. */
  varint(end: number): number {
    const bytes = this.bytes;
    let at = this.at;
    const first = bytes[at] as number;
    // Most are tags and lengths of one byte.
    if (first < 0x80 && at < end) {
      this.at = at + 1;
      return first;
    }
    let value = 0;
    let shift = 0;
    // Up to 28 bits, whole numbers of the processor do.
    for (; shift < 28; shift += 7) {
      if (at >= end) throw new WireError('A number is cut off.');
      const byte = bytes[at++] as number;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.at = at;
        return value;
      }
    }
    let factor = 2 ** 28;
    for (let index = 4; index < 10; index += 1) {
      if (at >= end) throw new WireError('A number is cut off.');
      const byte = bytes[at++] as number;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        this.at = at;
        return value;
      }
      factor *= 128;
    }
    throw new WireError('A number has more than ten bytes.');
  }

  /** A signed number of 64 bits in two's complement; exact between −2^53 and 2^53. */
  int64(end: number): number {
    const start = this.at;
    const value = this.varint(end);
    if (value < 2 ** 63) return value;
    // A negative number fills all ten bytes; what differs from −1 is small where it matters.
    let inverse = 0;
    for (let index = 0; index < 9; index += 1)
      inverse += (~(this.bytes[start + index] as number) & 0x7f) * 2 ** (7 * index);
    return -inverse - 1;
  }

  double(end: number): number {
    if (this.at + 8 > end) throw new WireError('A number is cut off.');
    const value = this.view.getFloat64(this.at, true);
    this.at += 8;
    return value;
  }

  /** The end of a value with its length in front, which begins at `at` then. */
  length(end: number): number {
    const length = this.varint(end);
    if (length > end - this.at) throw new WireError('A field is longer than what holds it.');
    return this.at + length;
  }

  /** Passes over the value of a field that means nothing here. */
  skip(tag: number, end: number): void {
    switch (tag & 7) {
      case WIRE.varint:
        this.varint(end);
        return;
      case WIRE.fixed64:
        this.at += 8;
        break;
      case WIRE.bytes:
        this.at = this.length(end);
        break;
      case WIRE.fixed32:
        this.at += 4;
        break;
      default:
        throw new WireError('A field is of a kind that there is not.');
    }
    if (this.at > end) throw new WireError('A field is cut off.');
  }
}
