/** Cuts texts and lists to what a provider takes: too much is shortened with an ellipsis, never refused. */

/**
 * A text as the sink wants it, of at most `most` of its units. It is cut before it is encoded, so that no escape is cut in two.
 * `measure` counts what the provider counts; UTF-16 units when absent.
 */
export function fitText(
  text: string,
  most: number,
  encode: (text: string) => string = (plain) => plain,
  measure: (text: string) => number = (encoded) => encoded.length,
): string {
  const whole = encode(text);
  if (measure(whole) <= most) return whole;
  const room = most - measure('…');
  let cut = '';
  let used = 0;
  for (const character of text) {
    const encoded = encode(character);
    used += measure(encoded);
    if (used > room) break;
    cut += encoded;
  }
  return `${cut}…`;
}

/** As many whole lines as fit into `most` with a line break after each; an ellipsis stands for the rest. */
export function fitLines(
  lines: readonly string[],
  most: number,
  measure: (text: string) => number = (text) => text.length,
): readonly string[] {
  const kept: string[] = [];
  const room = most - measure('\n…');
  let used = 0;
  for (const line of lines) {
    used += measure(line) + 1;
    if (used > room) return [...kept, '…'];
    kept.push(line);
  }
  return kept;
}

/** Bytes of a text in UTF-8. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
  }
  return bytes;
}

/** `& < > " '` as references, for HTML and for formats that borrow them. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => references[character] ?? character);
}

const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
