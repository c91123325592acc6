import type { Instant } from '#kernel/instant.ts';
import { checkTime, type DecodeContext, type Decoded, type RecordRefusal } from '../../decoding.ts';
import { RecordBuilder } from '../../record-builder.ts';
import { type OtlpAttributes, type OtlpSource, type OtlpSpan, STATUS_ERROR, spanKinds } from '../wire/shape.ts';
import { setError } from './errors.ts';
import { type Speaker, SpokenVersions, setResource, setSpeaker, speakersOf, USER } from './resource.ts';
import { addressParts, firstNumber, firstText, isAddress, setValue, textOfValue, withoutQuery } from './values.ts';

/**
 * Spans by the semantic conventions, the stable names first and those before them behind: server spans are requests, client and producer
 * spans calls, those to a database queries; all others are kept as `span`, so that a trace is whole. A span stands at its end, which
 * is when its outcome is known: a request that took ten minutes is not ten minutes late.
 */
export function mapSpans(read: OtlpSource<OtlpSpan>, context: DecodeContext): Decoded {
  const builder = new RecordBuilder(context);
  const versions = new SpokenVersions();
  const speakerOf = speakersOf();
  read((span, resource) => {
    const time = span.endMs ?? span.startMs ?? context.receivedAt;
    const problem = checkTime(time, context.receivedAt);
    if (problem !== undefined) return builder.refuse(problem.code, problem.message);
    const speaker = speakerOf(resource);
    versions.add(speaker, time);
    mapSpan(builder, speaker, span, time);
    mapSpanEvents(builder, speaker, span, context);
  });
  return { ...builder.build(), versions: versions.all };
}

const NO_ROOM: RecordRefusal = { code: 'body-too-large', message: 'There was no room left for it in the request.' };

/** What a span becomes. */
type Meaning = 'request' | 'call' | 'query' | 'span';

const KIND_NAMES: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(spanKinds).map(([name, kind]) => [kind, name]),
);
const METHOD = ['http.request.method', 'http.method'];
const STATUS = ['http.response.status_code', 'http.status_code'];
const HTTP_ROUTE = ['http.route', 'url.template'];
const PATH = ['url.path'];
const ADDRESS = ['url.full', 'http.url'];
const TARGET = ['http.target'];
const RPC_SERVICE = ['rpc.service'];
const RPC_METHOD = ['rpc.method'];
const PEER = ['server.address', 'net.peer.name', 'net.sock.peer.name', 'http.host'];
const PEER_ELSE = ['network.peer.address', 'net.peer.ip', 'peer.service', 'messaging.system', 'rpc.system'];
const SYSTEM = ['db.system.name', 'db.system'];
const STATEMENT = ['db.query.text', 'db.statement'];
const OPERATION = ['db.operation.name', 'db.operation'];
const DATABASE = ['db.namespace', 'db.name'];

/** Names that stand in a record under the plan's name, and not a second time under their own. `url.query` is never kept. */
const ALWAYS_MAPPED = [...METHOD, ...STATUS, ...HTTP_ROUTE, ...PATH, ...TARGET, ...USER, 'url.query'];
const MAPPED: Readonly<Record<Meaning, ReadonlySet<string>>> = {
  request: new Set(ALWAYS_MAPPED),
  call: new Set([...ALWAYS_MAPPED, ...PEER]),
  query: new Set([...ALWAYS_MAPPED, ...PEER, ...SYSTEM, ...STATEMENT, ...OPERATION, ...DATABASE]),
  span: new Set([...USER, 'url.query']),
};

function meaningOf({ kind, attributes }: OtlpSpan): Meaning {
  switch (kind) {
    case spanKinds.server:
      return 'request';
    case spanKinds.client:
      return firstText(attributes, SYSTEM) === undefined ? 'call' : 'query';
    case spanKinds.producer:
      return 'call';
    default:
      // A database inside of the process has no other side, so its spans are internal ones.
      return kind === spanKinds.internal && firstText(attributes, SYSTEM) !== undefined ? 'query' : 'span';
  }
}

function mapSpan(builder: RecordBuilder, speaker: Speaker, span: OtlpSpan, time: Instant): void {
  const { attributes, traceId, spanId } = span;
  const meaning = meaningOf(span);
  const hasTime = span.endMs !== undefined || span.startMs !== undefined;
  setSpeaker(builder, speaker);
  if (meaning === 'span') builder.set('kind', KIND_NAMES[span.kind] ?? 'internal');
  else setRequest(builder, span, meaning);
  if (meaning === 'query') {
    builder.set('system', firstText(attributes, SYSTEM));
    builder.set('statement', firstText(attributes, STATEMENT));
    builder.set('operation', firstText(attributes, OPERATION));
    builder.set('database', firstText(attributes, DATABASE));
  }
  builder.set('outcome', outcomeOf(span));
  if (span.status === STATUS_ERROR) builder.set('status_message', span.statusMessage);
  builder.set('span', span.name);
  builder.set('trace_id', traceId);
  builder.set('span_id', spanId);
  builder.set('parent_span_id', span.parentSpanId);
  for (const [name, value] of attributes) {
    if (MAPPED[meaning].has(name)) continue;
    if (isAddress(name)) builder.set(name, withoutQuery(textOfValue(value)));
    else setValue(builder, name, value);
  }
  setResource(builder, speaker);
  builder.end({
    name: meaning,
    time: hasTime ? time : undefined,
    id: idOf(span),
    user: firstText(attributes, USER) ?? speaker.user,
    durationMs: span.durationMs,
  });
}

/** What a request, a call and a query have in common. */
function setRequest(builder: RecordBuilder, { attributes }: OtlpSpan, meaning: Meaning): void {
  const address = addressParts(firstText(attributes, ADDRESS));
  builder.set('route', routeOf(attributes));
  builder.set('method', firstText(attributes, METHOD));
  builder.set('path', pathOf(attributes) ?? address.path);
  builder.set('status', firstNumber(attributes, STATUS));
  if (meaning !== 'request') {
    builder.set('peer', firstText(attributes, PEER) ?? address.host ?? firstText(attributes, PEER_ELSE));
  }
}

/** The route that a request was matched to; of a remote procedure its full name. A path has ids in it and is none. */
export function routeOf(attributes: OtlpAttributes): string | undefined {
  const route = firstText(attributes, HTTP_ROUTE);
  if (route !== undefined) return route;
  const method = firstText(attributes, RPC_METHOD);
  const service = firstText(attributes, RPC_SERVICE);
  if (method === undefined || service === undefined || method.includes('/')) return method ?? service;
  return `${service}/${method}`;
}

function pathOf(attributes: OtlpAttributes): string | undefined {
  const path = firstText(attributes, PATH);
  return path === undefined ? addressParts(firstText(attributes, TARGET)).path : withoutQuery(path);
}

/** The sender's own word, and a server's status from 500 on, which some instrumentations leave without one. */
function outcomeOf({ attributes, status }: OtlpSpan): 'ok' | 'error' {
  return status === STATUS_ERROR || (firstNumber(attributes, STATUS) ?? 0) >= 500 ? 'error' : 'ok';
}

/** Unique in the world, and the same when the span is sent again. */
function idOf({ traceId, spanId }: OtlpSpan): string | undefined {
  return traceId === undefined || spanId === undefined ? undefined : `${traceId}-${spanId}`;
}

/** Exceptions become errors, everything else that happened within a span a line of the log. */
function mapSpanEvents(builder: RecordBuilder, speaker: Speaker, span: OtlpSpan, context: DecodeContext): void {
  for (const [index, event] of span.events.entries()) {
    const time = event.timeMs ?? span.endMs ?? context.receivedAt;
    const problem = builder.isFull ? NO_ROOM : checkTime(time, context.receivedAt);
    if (problem !== undefined) {
      // The span itself was taken, so this is not counted among the spans that were refused.
      builder.trim(problem.code, `An event of a span: ${problem.message}`);
      continue;
    }
    const isException = event.name === 'exception';
    const mapped = new Set<string>();
    setSpeaker(builder, speaker);
    if (isException) {
      setError(builder, speaker, event.attributes, undefined, mapped);
    } else {
      builder.set('level', 'info');
      builder.set('message', event.name);
    }
    builder.set('route', routeOf(span.attributes));
    builder.set('method', firstText(span.attributes, METHOD));
    builder.set('span', span.name);
    builder.set('trace_id', span.traceId);
    builder.set('span_id', span.spanId);
    for (const [name, value] of event.attributes) if (!mapped.has(name)) setValue(builder, name, value);
    setResource(builder, speaker);
    const id = idOf(span);
    builder.end({
      name: isException ? 'error' : 'log',
      time,
      id: id === undefined ? undefined : `${id}-${index}`,
      user: firstText(span.attributes, USER) ?? speaker.user,
    });
  }
}
