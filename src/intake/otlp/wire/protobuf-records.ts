import {
  durationMs,
  enter,
  leave,
  type Nanos,
  openWire,
  readAttribute,
  readGroups,
  readId,
  readNanos,
  readValue,
  skip,
  type Wire,
} from './protobuf.ts';
import type { OtlpLog, OtlpSpan, OtlpSpanEvent, OtlpValue, OtlpVisitor } from './shape.ts';

/** `ExportTraceServiceRequest`. Throws for what is none. */
export function readTraces(bytes: Uint8Array, visit: OtlpVisitor<OtlpSpan>): void {
  readGroups(openWire(bytes), readSpan, visit);
}

/** `ExportLogsServiceRequest`. Throws for what is none. */
export function readLogs(bytes: Uint8Array, visit: OtlpVisitor<OtlpLog>): void {
  readGroups(openWire(bytes), readLog, visit);
}

function readSpan(wire: Wire): OtlpSpan {
  const { reader } = wire;
  wire.budget.item();
  const outer = enter(wire);
  let traceId: string | undefined;
  let spanId: string | undefined;
  let parentSpanId: string | undefined;
  let name = '';
  let kind = 0;
  let start: Nanos | undefined;
  let end: Nanos | undefined;
  const attributes = new Map<string, OtlpValue>();
  const events: OtlpSpanEvent[] = [];
  let status = { code: 0, message: '' };
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    switch (tag) {
      case 0x0a:
        traceId = readId(wire, 16);
        break;
      case 0x12:
        spanId = readId(wire, 8);
        break;
      case 0x22:
        parentSpanId = readId(wire, 8);
        break;
      case 0x2a:
        name = reader.string();
        break;
      case 0x30:
        kind = reader.int32();
        break;
      case 0x39:
        start = readNanos(wire);
        break;
      case 0x41:
        end = readNanos(wire);
        break;
      case 0x4a:
        readAttribute(wire, attributes);
        break;
      case 0x5a:
        events.push(readSpanEvent(wire));
        break;
      case 0x7a:
        status = readStatus(wire);
        break;
      default:
        skip(wire, tag);
    }
  }
  leave(wire, outer);
  return {
    traceId,
    spanId,
    parentSpanId,
    name,
    kind,
    startMs: start?.ms,
    endMs: end?.ms,
    durationMs: durationMs(start, end),
    attributes,
    events,
    status: status.code,
    statusMessage: status.message,
  };
}

function readSpanEvent(wire: Wire): OtlpSpanEvent {
  const { reader } = wire;
  const outer = enter(wire);
  let time: Nanos | undefined;
  let name = '';
  const attributes = new Map<string, OtlpValue>();
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    if (tag === 0x09) time = readNanos(wire);
    else if (tag === 0x12) name = reader.string();
    else if (tag === 0x1a) readAttribute(wire, attributes);
    else skip(wire, tag);
  }
  leave(wire, outer);
  return { timeMs: time?.ms, name, attributes };
}

function readStatus(wire: Wire): { code: number; message: string } {
  const { reader } = wire;
  const outer = enter(wire);
  let message = '';
  let code = 0;
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    if (tag === 0x12) message = reader.string();
    else if (tag === 0x18) code = reader.int32();
    else skip(wire, tag);
  }
  leave(wire, outer);
  return { code, message };
}

function readLog(wire: Wire): OtlpLog {
  const { reader } = wire;
  wire.budget.item();
  const outer = enter(wire);
  let time: Nanos | undefined;
  let observed: Nanos | undefined;
  let severity = 0;
  let severityText = '';
  let body: OtlpValue | undefined;
  const attributes = new Map<string, OtlpValue>();
  let traceId: string | undefined;
  let spanId: string | undefined;
  let eventName = '';
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    switch (tag) {
      case 0x09:
        time = readNanos(wire);
        break;
      case 0x10:
        severity = reader.int32();
        break;
      case 0x1a:
        severityText = reader.string();
        break;
      case 0x2a:
        body = readValue(wire);
        break;
      case 0x32:
        readAttribute(wire, attributes);
        break;
      case 0x4a:
        traceId = readId(wire, 16);
        break;
      case 0x52:
        spanId = readId(wire, 8);
        break;
      case 0x59:
        observed = readNanos(wire);
        break;
      case 0x62:
        eventName = reader.string();
        break;
      default:
        skip(wire, tag);
    }
  }
  leave(wire, outer);
  return {
    timeMs: time?.ms,
    observedMs: observed?.ms,
    severity,
    severityText,
    body,
    attributes,
    traceId,
    spanId,
    eventName,
  };
}
