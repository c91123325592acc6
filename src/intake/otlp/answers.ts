import { Writer } from 'protobufjs/minimal.js';
import { type ErrorCode, errorCodes } from '#kernel/error-codes.ts';
import type { Answer } from '../answer.ts';
import type { RequestRefusal } from '../receiver.ts';
import type { RememberedAnswer } from '../request-tokens.ts';
import type { OtlpSignal } from './decode.ts';

export type OtlpForm = 'protobuf' | 'json';

/** What was not taken of a request that was. */
export interface PartialSuccess {
  /** Spans, log records or data points. */
  readonly rejected: number;
  /** Why, for people: each reason with how often, and one example. */
  readonly message: string;
}

const REJECTED_NAMES: Readonly<Record<OtlpSignal, string>> = {
  traces: 'rejectedSpans',
  metrics: 'rejectedDataPoints',
  logs: 'rejectedLogRecords',
};
/** Reasons that are told with an example. */
const REASONS = 10;

/** Undefined when everything was taken. */
export function partialSuccess(
  answer: Pick<RememberedAnswer, 'rejected' | 'refusedPoints'>,
): PartialSuccess | undefined {
  const reasons = new Map<string, { count: number; readonly message: string }>();
  for (const { code, message, count } of [
    ...answer.rejected.map((one) => ({ ...one, count: 1 })),
    ...(answer.refusedPoints ?? []),
  ]) {
    const reason = reasons.get(code);
    if (reason === undefined) reasons.set(code, { count, message });
    else reason.count += count;
  }
  if (reasons.size === 0) return undefined;
  const told = [...reasons].slice(0, REASONS).map(([code, { count, message }]) => `${count} × ${code}: ${message}`);
  return { rejected: [...reasons.values()].reduce((sum, { count }) => sum + count, 0), message: told.join(' ') };
}

/** `ExportTraceServiceResponse` and its like, which have the same numbers of fields. */
export function successBody(form: OtlpForm, signal: OtlpSignal, partial: PartialSuccess | undefined): Answer['body'] {
  if (form === 'json') {
    if (partial === undefined) return {};
    // Whole numbers of 64 bits are text in OTLP's JSON.
    const rejected = { [REJECTED_NAMES[signal]]: String(partial.rejected) };
    return { partialSuccess: { ...rejected, errorMessage: partial.message } };
  }
  const writer = Writer.create();
  if (partial !== undefined) {
    writer.uint32(0x0a).fork();
    writer.uint32(0x08).int64(partial.rejected);
    writer.uint32(0x12).string(partial.message);
    writer.ldelim();
  }
  return writer.finish();
}

/** Codes of google.rpc, as gRPC has them. */
export const rpcCodes = {
  invalidArgument: 3,
  deadlineExceeded: 4,
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/** The code of google.rpc that a refusal is told with. */
export function rpcCodeOf(code: ErrorCode): number {
  const { status } = errorCodes[code];
  if (status === 401) return rpcCodes.unauthenticated;
  if (status === 403) return rpcCodes.permissionDenied;
  if (status === 408) return rpcCodes.deadlineExceeded;
  if (status === 413 || status === 429) return rpcCodes.resourceExhausted;
  if (status === 503) return rpcCodes.unavailable;
  return status >= 500 ? rpcCodes.internal : rpcCodes.invalidArgument;
}

export function httpStatusOf(code: ErrorCode): number {
  return errorCodes[code].status;
}

/** What a sender is told of a refusal; the request id finds it in the log. */
export function refusalText({ code, message }: RequestRefusal, requestId: string): string {
  return `${code}: ${message} (request ${requestId})`;
}

/** `google.rpc.Status`. */
export function statusBody(form: OtlpForm, refusal: RequestRefusal, requestId: string): Answer['body'] {
  const code = rpcCodeOf(refusal.code);
  const message = refusalText(refusal, requestId);
  if (form === 'json') return { code, message };
  return Writer.create().uint32(0x08).int32(code).uint32(0x12).string(message).finish();
}
