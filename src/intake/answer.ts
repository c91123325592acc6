import { type ErrorCode, errorCodes } from '#kernel/error-codes.ts';

/** An HTTP answer without HTTP. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes are sent as they are, with the content type that `headers` names; everything else as JSON. */
  readonly body: Readonly<Record<string, unknown>> | Uint8Array;
}

/** An answer in JSON. */
export interface JsonAnswer extends Answer {
  readonly body: Readonly<Record<string, unknown>>;
}

/** A refusal of a whole request. `requestId` finds it in the log. */
export function refusal(
  code: ErrorCode,
  message: string,
  requestId: string,
  extra?: { readonly retryAfterSeconds?: number | undefined; readonly headers?: Readonly<Record<string, string>> },
): JsonAnswer {
  return {
    status: errorCodes[code].status,
    headers: { ...extra?.headers, ...retryAfter(extra?.retryAfterSeconds) },
    body: { error: { code, message, requestId } },
  };
}

/** The header that says when to come again; whole seconds. */
export function retryAfter(seconds: number | undefined): Readonly<Record<string, string>> {
  return seconds === undefined ? {} : { 'retry-after': String(Math.ceil(seconds)) };
}
