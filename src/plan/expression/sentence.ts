/**
 * The sentence with the inside of texts in quotation marks, and of patterns after `matches`, replaced by `·`, so that words
 * in them are not taken for words of the language. Offsets stay as they are. An unclosed text is masked to the end.
 */
export function maskText(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*(?:"|$)|\bmatches\s*\/(?:[^/\\]|\\.)*(?:\/|$)/gsu, (literal) => {
    const opening = literal.startsWith('"') ? 0 : literal.indexOf('/');
    const closed = literal.length > opening + 1 && literal.endsWith(literal[opening] ?? '"');
    const inside = literal.length - opening - 1 - (closed ? 1 : 0);
    return literal.slice(0, opening + 1) + '·'.repeat(inside) + (closed ? literal[opening] : '');
  });
}

/** Where the first text or pattern begins that is not closed. */
export function unclosedLiteral(masked: string): number | undefined {
  const match = /["/]·*$/u.exec(masked.replace(/"·*"/gu, (closed) => ' '.repeat(closed.length)));
  if (match === null) return undefined;
  const isPattern = masked[match.index] === '/';
  if (isPattern && !/\bmatches\s*$/u.test(masked.slice(0, match.index))) return undefined;
  return match.index;
}
