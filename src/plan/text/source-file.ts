import { LineCounter } from 'yaml';

/** One file of a plan, with the starts of its lines. */
export class SourceFile {
  readonly path: string;
  readonly text: string;
  readonly lines: LineCounter;

  constructor(path: string, text: string) {
    this.path = path;
    this.text = text;
    this.lines = new LineCounter();
    this.lines.addNewLine(0);
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.lines.addNewLine(at + 1);
  }

  /** Line and column of an offset, both from 1. */
  position(offset: number): { readonly line: number; readonly column: number } {
    const { line, col } = this.lines.linePos(Math.max(0, Math.min(offset, this.text.length)));
    return { line, column: col };
  }
}

/** A piece of a file: offsets in UTF-16 units, half open. */
export interface Span {
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
}
