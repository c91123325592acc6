import type { Span } from './source-file.ts';
import type { TextNode } from './tree.ts';

/** A sentence of the language wherever it stands: a whole value, or a cell of a table. */
export interface Sentence {
  readonly text: string;
  /** A placeholder stood here, which was said already; the text is `unset`. */
  readonly hole?: true;
  /** The place in the file of `text.slice(start, end)`. */
  place(start: number, end: number): Span;
}

/** The sentence that a value is, without white space around it. */
export function sentenceOf(node: TextNode): Sentence {
  const text = node.text.trim();
  const lead = node.text.length - node.text.trimStart().length;
  return { text, place: (start, end) => node.piece(lead + start, lead + end) };
}

/** The place of a whole sentence. */
export function placeOf(sentence: Sentence): Span {
  return sentence.place(0, sentence.text.length);
}
