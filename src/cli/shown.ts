/** What somebody sent or a target answered as one line, without what a terminal would obey. */
export function shown(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ');
}

/** The same of several lines. */
export function shownLines(text: string): string {
  return text.split('\n').map(shown).join('\n');
}
