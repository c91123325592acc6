import { type ErrorCode, errorCodes } from '#kernel/error-codes.ts';

/** An HTTP answer without HTTP. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** A refusal of a whole request. `requestId` finds it in the log. */
export function refusal(
  code: ErrorCode,
  message: string,
  requestId: string,
  extra?: { readonly retryAfterSeconds?: number; readonly headers?: Readonly<Record<string, string>> },
): Answer {
  const retryAfter =
    extra?.retryAfterSeconds === undefined ? undefined : { 'retry-after': String(Math.ceil(extra.retryAfterSeconds)) };
  return {
    status: errorCodes[code].status,
    headers: { ...extra?.headers, ...retryAfter },
    body: { error: { code, message, requestId } },
  };
}
