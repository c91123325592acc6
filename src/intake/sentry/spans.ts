import { knownService, serviceOf } from './error-event.ts';
import { entriesOf, fieldOf, hexIdOf, listOf, millisecondsOf, numberOf, textIn, textOf } from './fields.ts';
import {
  hostOf,
  type Origin,
  pathOf,
  routeOfPath,
  setOrigin,
  setRoute,
  type Target,
  userOf,
  withoutAddress,
} from './origin.ts';

/** A span however it was sent: in a transaction, or by itself. */
interface Span {
  readonly name: string | undefined;
  readonly op: string;
  readonly status: string | undefined;
  readonly startMs: number | undefined;
  readonly endMs: number | undefined;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly parentSpanId: string | undefined;
  /** How the name came about: of a `url` nobody has said what in it is an id. */
  readonly source: string | undefined;
  readonly attributes: ReadonlyMap<string, unknown>;
}

type Kind = 'request' | 'call' | 'query' | 'span';

/**
 * Attributes that are not kept: of people and their machines, what may hold secrets, and what the SDK says of itself. Query strings are among
 * them.
 */
const UNKEPT =
  /^(?:sentry|user|client|device|culture|os|app|network|cloud_resource|net|otel|process\.runtime)\.|^http\.(?:request|response)\.(?:header|body|cookie)|^(?:url\.(?:query|fragment|full)|http\.(?:query|fragment|url|target|host|scheme|flavor|user_agent|status_text)|url|db\.(?:query\.parameter|statement\.parameters).*|server\.port)$/;

/** Of requests: what went wrong on the server's side. Where there is a status of HTTP, that decides. */
const failed: ReadonlySet<string> = new Set([
  'error',
  'internal_error',
  'unknown',
  'unknown_error',
  'unimplemented',
  'unavailable',
  'data_loss',
  'deadline_exceeded',
  'aborted',
]);
/** The others that are no success: the caller's mistakes. */
const refused: ReadonlySet<string> = new Set([
  'invalid_argument',
  'not_found',
  'already_exists',
  'permission_denied',
  'resource_exhausted',
  'failed_precondition',
  'out_of_range',
  'unauthenticated',
]);

/** An item `transaction`: one request or task, with the spans in it. */
export function takeTransaction(target: Target, event: unknown, envelopeId: string | undefined): void {
  const trace = fieldOf(fieldOf(event, 'contexts'), 'trace');
  const origin: Origin = {
    release: textIn(event, 'release'),
    environment: textIn(event, 'environment'),
    service: serviceOf(event),
  };
  const user = userOf(fieldOf(event, 'user'));
  const response = numberOf(fieldOf(fieldOf(fieldOf(event, 'contexts'), 'response'), 'status_code'));
  const tags = entriesOf(fieldOf(event, 'tags'));
  const attributes = new Map(entriesOf(fieldOf(trace, 'data')));
  if (response !== undefined) attributes.set('http.response.status_code', response);
  const request = fieldOf(event, 'request');
  const root: Span = {
    name: textIn(event, 'transaction'),
    op: textIn(trace, 'op') ?? '',
    status: textIn(trace, 'status'),
    ...times(event, 'timestamp'),
    ...ids(trace),
    source: textIn(fieldOf(event, 'transaction_info'), 'source'),
    attributes,
  };
  for (const [name, value] of tags) target.builder.set(`tag.${name}`, textOf(value));
  target.builder.set('method', textIn(request, 'method'));
  target.builder.set('path', pathOf(textIn(request, 'url') ?? ''));
  takeSpan(target, root, origin, user, hexIdOf(fieldOf(event, 'event_id')) ?? envelopeId);
  for (const span of listOf(fieldOf(event, 'spans'))) {
    const part: Span = {
      name: textIn(span, 'description'),
      op: textIn(span, 'op') ?? '',
      status: textIn(span, 'status'),
      ...times(span, 'timestamp'),
      ...ids(span),
      source: undefined,
      attributes: new Map([...entriesOf(fieldOf(span, 'tags')), ...entriesOf(fieldOf(span, 'data'))]),
    };
    takeSpan(target, part, origin, user);
  }
}

/** An item `span` of the second version: a list of spans, each with all that is known of it. */
export function takeSpans(target: Target, container: unknown): void {
  for (const span of listOf(fieldOf(container, 'items'))) {
    const attributes = typedAttributes(fieldOf(span, 'attributes'));
    const text = (name: string): string | undefined => textOf(attributes.get(name));
    const part: Span = {
      name: textIn(span, 'name'),
      op: text('sentry.op') ?? '',
      status: textIn(span, 'status'),
      ...times(span, 'end_timestamp'),
      ...ids(span),
      source: text('sentry.segment.name.source') ?? text('sentry.span.source') ?? text('sentry.source'),
      attributes,
    };
    takeSpan(target, part, originOf(attributes), userOfAttributes(attributes));
  }
}

/** Attributes as logs and spans of the second version have them: each value with its type. */
export function typedAttributes(attributes: unknown): ReadonlyMap<string, unknown> {
  return new Map(entriesOf(attributes).map(([name, typed]) => [name, fieldOf(typed, 'value')]));
}

/** Who sent a log or a span, which says so in its attributes. */
export function originOf(attributes: ReadonlyMap<string, unknown>): Origin {
  return {
    release: textOf(attributes.get('sentry.release')),
    environment: textOf(attributes.get('sentry.environment')),
    service: knownService(textOf(attributes.get('service.name')) ?? textOf(attributes.get('service'))),
  };
}

export function userOfAttributes(attributes: ReadonlyMap<string, unknown>): string | undefined {
  const name = ['user.id', 'user.name', 'user.email'].map((key) => textOf(attributes.get(key)));
  const first = name.find((one) => one !== undefined);
  return first === undefined ? undefined : withoutAddress(first);
}

/** Sets the attributes that are kept under their sender's names. */
export function setKept(target: Target, attributes: ReadonlyMap<string, unknown>): void {
  for (const [name, value] of attributes) {
    if (UNKEPT.test(name)) continue;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      target.builder.set(name, value);
    }
  }
}

function takeSpan(target: Target, span: Span, origin: Origin, user: string | undefined, id?: string): void {
  const { builder, shiftMs } = target;
  const { startMs, endMs, traceId, spanId, parentSpanId } = span;
  const time = endMs === undefined ? undefined : Math.floor(endMs + shiftMs);
  const kind = kindOf(span);
  setOrigin(target, origin, time);
  builder.set('trace_id', traceId);
  builder.set('span_id', spanId);
  builder.set('parent_span_id', parentSpanId);
  builder.set('span', span.name);
  setters[kind](target, span);
  builder.set('outcome', outcomeOf(kind, span));
  setKept(target, span.attributes);
  const ownId = traceId === undefined || spanId === undefined ? undefined : `${traceId}-${spanId}`;
  const durationMs = startMs === undefined || endMs === undefined ? undefined : endMs - startMs;
  builder.end({ name: kind, time, id: id ?? ownId, user, durationMs });
}

function kindOf({ op, attributes }: Span): Kind {
  if (/^(?:http|rpc|grpc|graphql)\.server/.test(op)) return 'request';
  if (/^(?:http|rpc|grpc|graphql)\.client/.test(op)) return 'call';
  if (/^db(?:\.|$)/.test(op)) return 'query';
  switch (attributes.get('sentry.kind')) {
    case 'server':
      return 'request';
    case 'client':
      return attributes.has('db.system') || attributes.has('db.system.name') ? 'query' : 'call';
    default:
      return 'span';
  }
}

/** The names that plans use, by what the span is. */
const setters: Readonly<Record<Kind, (target: Target, span: Span) => void>> = {
  request({ builder }, span) {
    const route = first(span, 'http.route');
    const path = first(span, 'url.path', 'http.target', 'url.full', 'http.url', 'url');
    builder.set('method', first(span, 'http.request.method', 'http.method'));
    builder.set('route', route);
    // A name such as `GET` alone says less than the path.
    if (path !== undefined && (span.source === 'url' || !/[ /]/.test(span.name ?? '')))
      builder.set('route', routeOfPath(path));
    setRoute(builder, span.name);
    builder.set('path', path === undefined ? undefined : pathOf(path));
    builder.set('status', statusCode(span));
  },
  call({ builder }, span) {
    const [, method, target] = /^([A-Z]{3,10}) (.+)$/.exec(span.name ?? '') ?? [];
    const url = first(span, 'url.full', 'http.url', 'url') ?? target;
    builder.set('method', first(span, 'http.request.method', 'http.method') ?? method);
    builder.set('peer', first(span, 'server.address', 'net.peer.name', 'rpc.service') ?? hostOf(url ?? ''));
    builder.set('path', first(span, 'url.path') ?? (url === undefined ? undefined : pathOf(url)));
    builder.set('status', statusCode(span));
  },
  query({ builder }, span) {
    const system = /^db\.(redis|mongodb|postgresql|mysql|sqlite)/.exec(span.op)?.[1];
    builder.set('system', first(span, 'db.system.name', 'db.system') ?? system);
    builder.set('statement', first(span, 'db.query.text', 'db.statement') ?? span.name);
    builder.set('operation', first(span, 'db.operation.name', 'db.operation'));
    builder.set('database', first(span, 'db.namespace', 'db.name'));
    builder.set('peer', first(span, 'server.address'));
  },
  span({ builder }, span) {
    builder.set('operation', span.op);
  },
};

function outcomeOf(kind: Kind, span: Span): 'ok' | 'error' {
  const status = statusCode(span);
  // A caller's mistake is no failure of the server that refuses it; for who makes it, it is one.
  if (status !== undefined) return status >= (kind === 'request' ? 500 : 400) ? 'error' : 'ok';
  const word = span.status ?? 'ok';
  return failed.has(word) || (kind !== 'request' && refused.has(word)) ? 'error' : 'ok';
}

function statusCode({ attributes }: Span): number | undefined {
  for (const name of ['http.response.status_code', 'http.status_code']) {
    const status = Number(attributes.get(name) ?? Number.NaN);
    if (Number.isInteger(status) && status >= 100 && status <= 599) return status;
  }
  return undefined;
}

function first({ attributes }: Span, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const text = textOf(attributes.get(name));
    if (text !== undefined) return text;
  }
  return undefined;
}

function times(of: unknown, end: string): Pick<Span, 'startMs' | 'endMs'> {
  return { startMs: millisecondsOf(fieldOf(of, 'start_timestamp')), endMs: millisecondsOf(fieldOf(of, end)) };
}

function ids(of: unknown): Pick<Span, 'traceId' | 'spanId' | 'parentSpanId'> {
  return {
    traceId: hexIdOf(fieldOf(of, 'trace_id')),
    spanId: hexIdOf(fieldOf(of, 'span_id')),
    parentSpanId: hexIdOf(fieldOf(of, 'parent_span_id')),
  };
}
