/** Cuts a stream of text into lines. A line over the limit throws. */
export class LineSplitter {
  readonly #limit: number;
  #parts: string[] = [];
  #size = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  take(text: string): readonly string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      this.#parts.push(text.slice(start, end));
      lines.push(this.#parts.join(''));
      this.#parts = [];
      this.#size = 0;
      start = end + 1;
    }
    if (start < text.length) {
      this.#parts.push(text.slice(start));
      this.#size += text.length - start;
      if (this.#size > this.#limit) throw new Error(`A line is longer than ${this.#limit} characters.`);
    }
    return lines.filter((line) => line !== '');
  }
}
