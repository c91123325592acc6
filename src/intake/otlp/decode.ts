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

/** What OTLP carries, each at an address of its own. */
export type OtlpSignal = 'traces' | 'metrics' | 'logs';

/** A body in one of the two encodings that OTLP has. */
export type OtlpBody =
  | { readonly form: 'protobuf'; readonly bytes: Uint8Array }
  | { readonly form: 'json'; readonly text: string };

/** Decodes the body of `POST /v1/traces`, `/v1/metrics` or `/v1/logs`, or the message of the gRPC method that is the same. */
export function decodeOtlp(signal: OtlpSignal, body: OtlpBody, context: DecodeContext): Result<Decoded, Failure> {
  switch (signal) {
    case 'traces': {
      const groups = read(body, readTraces, readJsonTraces);
      return groups.ok ? ok(mapSpans(groups.value, context)) : groups;
    }
    case 'metrics': {
      const groups = read(body, readMetrics, readJsonMetrics);
      return groups.ok ? ok(mapMetrics(groups.value, context)) : groups;
    }
    case 'logs': {
      const groups = read(body, readLogs, readJsonLogs);
      return groups.ok ? ok(mapLogs(groups.value, context)) : groups;
    }
  }
}

function read<Groups>(
  body: OtlpBody,
  readBytes: (bytes: Uint8Array) => Groups,
  readJson: (root: Json) => Groups,
): Result<Groups, Failure> {
  try {
    return ok(body.form === 'protobuf' ? readBytes(body.bytes) : readJson(parse(body.text)));
  } catch (problem) {
    const { code, message } = unreadable(problem);
    return fail({ code, message });
  }
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
