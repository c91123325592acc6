/** Why a search cannot be read. Offsets are UTF-16 units of the text; `end` is exclusive and may equal `start` at the end of the text. */
export interface QueryProblem {
  readonly message: string;
  /** What to write instead. */
  readonly hint?: string;
  readonly start: number;
  readonly end: number;
}
