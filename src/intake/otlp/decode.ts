import type { Failure } from '#kernel/error-codes.ts';
import { limits } from '#kernel/limits.ts';
import { fail, ok, type Result } from '#kernel/result.ts';
import type { DecodeContext, Decoded } from '../decoding.ts';
import { inspectJson, jsonProblem } from '../json-guard.ts';
import { mapLogs } from './mapping/logs.ts';
import { mapMetrics } from './mapping/metrics.ts';
import { mapSpans } from './mapping/spans.ts';
import { UnreadableOtlp } from './wire/budget.ts';
import type { Json } from './wire/json.ts';
import { readMetrics as readJsonMetrics } from './wire/json-metrics.ts';
import { readLogs as readJsonLogs, readTraces as readJsonTraces } from './wire/json-records.ts';
import { unreadable } from './wire/protobuf.ts';
import { readMetrics } from './wire/protobuf-metrics.ts';
import { readLogs, readTraces } from './wire/protobuf-records.ts';
import type { OtlpSource, OtlpVisitor } from './wire/shape.ts';

/** What OTLP carries, each at an address of its own. */
export type OtlpSignal = 'traces' | 'metrics' | 'logs';

/** A body in one of the two encodings that OTLP has. */
export type OtlpBody =
  | { readonly form: 'protobuf'; readonly bytes: Uint8Array }
  | { readonly form: 'json'; readonly text: string };

/** Decodes the body of `POST /v1/traces`, `/v1/metrics` or `/v1/logs`, or the message of the gRPC method that is the same. */
export function decodeOtlp(signal: OtlpSignal, body: OtlpBody, context: DecodeContext): Result<Decoded, Failure> {
  try {
    return ok(decode(signal, body, context));
  } catch (problem) {
    const { code, message } = unreadable(problem);
    return fail({ code, message });
  }
}

function decode(signal: OtlpSignal, body: OtlpBody, context: DecodeContext): Decoded {
  switch (signal) {
    case 'traces':
      return mapSpans(sourceOf(body, readTraces, readJsonTraces), context);
    case 'metrics':
      return mapMetrics(sourceOf(body, readMetrics, readJsonMetrics), context);
    case 'logs':
      return mapLogs(sourceOf(body, readLogs, readJsonLogs), context);
  }
}

function sourceOf<Item>(
  body: OtlpBody,
  readBytes: (bytes: Uint8Array, visit: OtlpVisitor<Item>) => void,
  readJson: (root: Json, visit: OtlpVisitor<Item>) => void,
): OtlpSource<Item> {
  return (visit) => (body.form === 'protobuf' ? readBytes(body.bytes, visit) : readJson(parse(body.text), visit));
}

function parse(text: string): Json {
  const problem = inspectJson(text, limits.otlpValues);
  if (problem !== undefined) throw new UnreadableOtlp(problem.code, problem.message);
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new UnreadableOtlp('malformed-body', jsonProblem(error));
  }
}
