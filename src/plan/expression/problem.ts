import type { ExpressionCode } from '#kernel/diagnostic-codes.ts';

/** Why a sentence does not parse; a value for people, not for programs. */
export interface ExpressionProblem {
  /** A key of `diagnosticCodes`, E200 to E299. */
  readonly code: ExpressionCode;
  readonly message: string;
  /** How to write it instead. */
  readonly hint?: string;
  /** UTF-16 offsets within the sentence; `end` is exclusive and may equal `start` at the end of the sentence. */
  readonly start: number;
  readonly end: number;
}
