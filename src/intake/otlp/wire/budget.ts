import type { ErrorCode } from '#kernel/error-codes.ts';
import { limits } from '#kernel/limits.ts';

/** Ends the reading of a request from wherever in its depth it is found wrong; the decoder makes a refusal of it. */
export class UnreadableOtlp extends Error {
  override readonly name = 'UnreadableOtlp';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** What one request may cost: few bytes can name very many values, each of which takes memory. */
export class Budget {
  #values: number = limits.otlpValues;
  #items: number = limits.recordsPerRequest;

  /** For every message, attribute, list entry and bucket. */
  value(count = 1): void {
    this.#values -= count;
    if (this.#values < 0) {
      throw new UnreadableOtlp('body-too-large', `The request has more than ${limits.otlpValues} values.`);
    }
  }

  /** For every span, log record and data point. */
  item(): void {
    this.#items -= 1;
    if (this.#items < 0) {
      const most = limits.recordsPerRequest;
      throw new UnreadableOtlp('body-too-large', `The request has more than ${most} spans, log records or points.`);
    }
    this.value();
  }

  /** For a value within a value. */
  depth(depth: number): void {
    if (depth > limits.otlpValueDepth) {
      const message = `A value is nested deeper than ${limits.otlpValueDepth} levels.`;
      throw new UnreadableOtlp('malformed-body', message);
    }
  }
}
