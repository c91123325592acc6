/** `TBD`, `[Name]`, `$XXX`, `___`: what people leave in a document where a value is not known yet. */
const PLACEHOLDER = /^(?:TBD|TBA|TODO|FIXME|XXX+|\?{2,})$|\bTBD\b|^\[[A-Z][\w /-]*\]$|\$X{2,}|_{3,}|^<[a-z ]+>$/;

/** The placeholder in a text, with its place. */
export function findPlaceholder(text: string): { readonly index: number; readonly text: string } | undefined {
  const match = PLACEHOLDER.exec(text);
  return match === null ? undefined : { index: match.index, text: match[0] };
}

/** Whether a whole value is open: it is a placeholder, or a comparison with one. */
export function isHole(text: string): boolean {
  const found = findPlaceholder(text);
  return found !== undefined && (found.text.length >= text.length / 2 || /^[<>=]/.test(text));
}
