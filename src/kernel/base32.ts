const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** RFC 4648 alphabet in small letters, without padding; the length is a multiple of five bytes. */
export function base32(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 5) {
    let block = 0n;
    for (const byte of bytes.subarray(at, at + 5)) block = (block << 8n) | BigInt(byte);
    for (let shift = 35n; shift >= 0n; shift -= 5n) text += ALPHABET[Number((block >> shift) & 31n)];
  }
  return text;
}
