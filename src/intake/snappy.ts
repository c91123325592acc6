import { uncompress } from 'snappyjs';

export type Unpacked =
  | { readonly state: 'read'; readonly bytes: Uint8Array }
  | { readonly state: 'too-large' | 'malformed' };

/** Unpacks snappy's block format; what announces more than `capBytes`, or what `mayBe` does not believe, costs nothing. */
export function unpackSnappy(
  packed: Uint8Array,
  capBytes: number,
  mayBe: (length: number) => boolean = () => true,
): Unpacked {
  const length = announcedLength(packed);
  if (length === undefined) return { state: 'malformed' };
  if (length > capBytes || !mayBe(length)) return { state: 'too-large' };
  try {
    const bytes = uncompress(packed, capBytes);
    return bytes.length === length ? { state: 'read', bytes } : { state: 'malformed' };
  } catch {
    return { state: 'malformed' };
  }
}

/** The unpacked length stands in front, as a little-endian varint of at most 32 bits. */
function announcedLength(packed: Uint8Array): number | undefined {
  let length = 0;
  for (let index = 0; index < 5; index += 1) {
    const byte = packed[index];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return length > 0xffff_ffff ? undefined : length;
  }
  return undefined;
}
