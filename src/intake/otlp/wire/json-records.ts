import type { Budget } from './budget.ts';
import {
  at,
  enumOf,
  idOf,
  type Json,
  type JsonObject,
  memberOf,
  nanosOf,
  objectsOf,
  readAttributes,
  readGroups,
  readValue,
  textOf,
} from './json.ts';
import { durationMs } from './protobuf.ts';
import { type OtlpLog, type OtlpSpan, type OtlpSpanEvent, type OtlpVisitor, STATUS_ERROR, spanKinds } from './shape.ts';

/** `ExportTraceServiceRequest`. Throws for what is none. */
export function readTraces(root: Json, visit: OtlpVisitor<OtlpSpan>): void {
  readGroups(root, { resources: 'resourceSpans', scopes: 'scopeSpans', items: 'spans' }, readSpan, visit);
}

/** `ExportLogsServiceRequest`. Throws for what is none. */
export function readLogs(root: Json, visit: OtlpVisitor<OtlpLog>): void {
  readGroups(root, { resources: 'resourceLogs', scopes: 'scopeLogs', items: 'logRecords' }, readLog, visit);
}

const statusCodes = { unset: 0, ok: 1, error: STATUS_ERROR };

function readSpan(source: JsonObject, budget: Budget): OtlpSpan {
  budget.item();
  const start = nanosOf(source, 'startTimeUnixNano');
  const end = nanosOf(source, 'endTimeUnixNano');
  const status = memberOf(source, 'status');
  return {
    traceId: idOf(source, 'traceId', 16),
    spanId: idOf(source, 'spanId', 8),
    parentSpanId: idOf(source, 'parentSpanId', 8),
    name: textOf(source, 'name'),
    kind: enumOf(source, 'kind', 'SPAN_KIND_', spanKinds),
    startMs: start?.ms,
    endMs: end?.ms,
    durationMs: durationMs(start, end),
    attributes: readAttributes(source, 'attributes', budget),
    events: objectsOf(source, 'events', budget).map((event) => readSpanEvent(event, budget)),
    status: enumOf(status, 'code', 'STATUS_CODE_', statusCodes),
    statusMessage: textOf(status, 'message'),
  };
}

function readSpanEvent(source: JsonObject, budget: Budget): OtlpSpanEvent {
  return {
    timeMs: nanosOf(source, 'timeUnixNano')?.ms,
    name: textOf(source, 'name'),
    attributes: readAttributes(source, 'attributes', budget),
  };
}

/** `SEVERITY_NUMBER_INFO2` is 10: each of the six levels has four numbers. */
const severities: Readonly<Record<string, number>> = Object.fromEntries(
  ['trace', 'debug', 'info', 'warn', 'error', 'fatal'].flatMap((level, index) =>
    [1, 2, 3, 4].map((step) => [step === 1 ? level : `${level}${step}`, index * 4 + step]),
  ),
);

function readLog(source: JsonObject, budget: Budget): OtlpLog {
  budget.item();
  return {
    timeMs: nanosOf(source, 'timeUnixNano')?.ms,
    observedMs: nanosOf(source, 'observedTimeUnixNano')?.ms,
    severity: enumOf(source, 'severityNumber', 'SEVERITY_NUMBER_', severities),
    severityText: textOf(source, 'severityText'),
    body: readValue(at(source, 'body'), budget),
    attributes: readAttributes(source, 'attributes', budget),
    traceId: idOf(source, 'traceId', 16),
    spanId: idOf(source, 'spanId', 8),
    eventName: textOf(source, 'eventName'),
  };
}
