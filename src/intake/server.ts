import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ErrorCode } from '#kernel/error-codes.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import { NO_ROUTE, RequestCounts } from '#kernel/request-counts.ts';
import { type Answer, refusal } from './answer.ts';
import { type ContentEncoding, contentEncodings, readBody } from './body.ts';
import { Connections } from './connections.ts';
import type { Grant } from './credentials.ts';
import { createGate, type Gate } from './gate.ts';
import type { Intake } from './intake.ts';
import { overloaded } from './limiting/admission.ts';
import { listen } from './listen.ts';
import { ownMetricsRoute } from './own-metrics/route.ts';
import type { ReceiverRoute, RequestHead, RequestRefusal } from './receiver.ts';
import { receiverRoutes } from './receivers.ts';
import { RouteTable } from './route-table.ts';

export interface ServerOptions {
  readonly intake: Intake;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly clock: Clock;
  readonly log: (message: string) => void;
  /** How long a request may take in all, and its headers. */
  readonly requestTotalMs?: number;
  readonly requestHeadersMs?: number;
  /** How many requests of one key may be under way. */
  readonly requestsPerKey?: number;
  /** How many connections may stand. */
  readonly connections?: number;
  /** Shared with other servers; without one it has its own. */
  readonly gate?: Gate;
}

export interface RunningServer {
  readonly port: number;
  /** Takes no more connections, lets requests come to their end for at most `graceMs`, then cuts them. */
  stop(graceMs: number): Promise<void>;
}

/** An address that answers without taking anything in, open to everybody. */
interface OpenRoute {
  readonly method: 'GET' | 'OPTIONS';
  readonly path: string;
  answer(): Answer | Promise<Answer>;
}

/** How much of a refused body is still read, so that its sender sees the answer instead of a broken connection. */
const LINGER_BYTES = 4_194_304;
const LINGER_MS = 2_000;

/** Listens for everything that sends. Checks stand in the order of their cost: a bad credential never costs a decompression. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { intake, log, host, port } = options;
  const gate = options.gate ?? createGate(options.clock, options.requestsPerKey);
  const receivers = receiverRoutes(intake);
  const requests = new RequestCounts();
  const routes = new RouteTable<OpenRoute | ReceiverRoute>([
    { method: 'GET', path: '/healthz', answer: () => ({ status: 200, headers: {}, body: { status: 'ok' } }) },
    { method: 'GET', path: '/readyz', answer: () => readiness(intake) },
    ...receivers,
    ...receivers.flatMap(preflightRoute),
    ownMetricsRoute(intake, requests, gate.connections),
  ]);

  const server = createServer(
    {
      maxHeaderSize: limits.requestHeaderBytes,
      headersTimeout: options.requestHeadersMs ?? limits.requestHeadersMs,
      requestTimeout: options.requestTotalMs ?? limits.requestTotalMs,
      connectionsCheckingInterval: 500,
      keepAliveTimeout: limits.intakeKeepAliveMs,
    },
    (request, response) => {
      const requestId = intake.makeId();
      let route = NO_ROUTE;
      const onRoute = ({ method, path }: OpenRoute | ReceiverRoute): void => {
        route = `${method} ${path}`;
      };
      answerRequest(request, intake, requestId, routes, gate, onRoute)
        .catch((error: unknown) => {
          log(`Request ${requestId} failed: ${error instanceof Error ? error.stack : String(error)}`);
          return refusal('internal-error', 'Something of ours broke.', requestId);
        })
        .then((answer) => {
          requests.add(route, answer.status);
          respond(request, response, answer, options.clock);
        })
        .catch((error: unknown) => log(`Request ${requestId} could not be answered: ${String(error)}`));
    },
  );
  // More than that is answered with 431 by us; Node would leave the rest out in silence.
  server.maxHeadersCount = 0;
  const most = options.connections ?? limits.intakeConnections;
  const connections = new Connections(server, { name: 'HTTP', most, clock: options.clock, log });
  gate.connections.push(connections);
  server.on('request', (request, response) => response.once('close', connections.begin(request.socket)));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    answerBrokenRequest(error, socket as Socket, intake.makeId());
  });
  const bound = await listen(server, host, port);
  return {
    port: bound,
    stop: (graceMs) => stop(server, graceMs, options.clock),
  };
}

/** What lets a page of any origin read an answer; nothing here is decided by cookies, so none are allowed. */
const crossOriginHeaders = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'retry-after, x-sentry-rate-limits',
};
const PREFLIGHT_SECONDS = 86_400;

/** Tells a browser, before it sends from a page of another origin, that it may. */
function preflightRoute({ path, method, crossOrigin }: ReceiverRoute): readonly OpenRoute[] {
  if (crossOrigin === undefined) return [];
  const headers = {
    ...crossOriginHeaders,
    'access-control-allow-methods': method,
    'access-control-allow-headers': crossOrigin.headers.join(', '),
    'access-control-max-age': String(PREFLIGHT_SECONDS),
  };
  return [{ method: 'OPTIONS', path, answer: () => ({ status: 200, headers, body: {} }) }];
}

/** Who sends while that is not known yet: all of these together have the room of one key. */
const UNNAMED: Grant = { keyId: '', plan: '' };

async function answerRequest(
  request: IncomingMessage,
  intake: Intake,
  requestId: string,
  routes: RouteTable<OpenRoute | ReceiverRoute>,
  gate: Gate,
  onRoute: (route: OpenRoute | ReceiverRoute) => void,
): Promise<Answer> {
  const url = request.url ?? '/';
  if (request.rawHeaders.length / 2 > limits.requestHeaders) {
    return refusal('headers-too-large', `At most ${limits.requestHeaders} headers are taken.`, requestId);
  }
  if (url.length > limits.urlBytes) {
    return refusal('url-too-long', `The URL is longer than ${limits.urlBytes} bytes.`, requestId);
  }
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const method = request.method ?? '';
  const found = routes.find(method, path);
  switch (found.state) {
    case 'absent':
      return refusal('not-found', 'There is nothing at this path.', requestId);
    case 'other-method': {
      const allow = found.methods.map((one) => (one === 'GET' ? 'GET, HEAD' : one)).join(', ');
      return refusal('method-not-allowed', `Use ${allow}.`, requestId, { headers: { allow } });
    }
    case 'found': {
      const { route, parameters } = found;
      onRoute(route);
      if ('answer' in route) return await route.answer();
      const query = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
      const head = { method, path, parameters, query, headers: request.headers, requestId };
      const answer = await receive(request, intake, head, route, gate);
      return route.crossOrigin === undefined
        ? answer
        : { ...answer, headers: { ...answer.headers, ...crossOriginHeaders } };
    }
  }
}

async function receive(
  request: IncomingMessage,
  intake: Intake,
  head: RequestHead,
  route: ReceiverRoute,
  { admission, turns }: Gate,
): Promise<Answer> {
  const refuse = (refused: RequestRefusal): Answer =>
    route.refuse?.(refused, head) ?? refusal(refused.code, refused.message, head.requestId, refused);
  const judged = route.authorize(head);
  // Without a key in the head, a protocol may have it in the body; until it is found there, nothing is unpacked.
  const unnamed = judged.ok || judged.failure.code !== 'credential-missing' ? undefined : route.unnamed;
  if (!judged.ok && unnamed === undefined) return refuse(judged.failure);
  let grant = judged.ok ? judged.value : UNNAMED;
  const { traffic } = route;
  const { bodyBytes } = unnamed ?? route;
  const encodings = unnamed === undefined ? route.encodings : (['identity'] as const);
  const refuseFlood = (refused: RequestRefusal): Answer => {
    if (grant !== UNNAMED) intake.noteFlood(grant.plan, refused);
    return refuse(refused);
  };
  const announcedBytes = Number(head.headers['content-length'] ?? 0);
  const { rateLimits } = intake;
  if (unnamed === undefined) {
    const bytes = Math.min(announcedBytes, bodyBytes);
    const tooMuch =
      route.isUnproven === true
        ? rateLimits.admitUnproven(grant, traffic, bytes)
        : rateLimits.admit(grant, traffic, bytes);
    if (tooMuch !== undefined) return refuseFlood(tooMuch);
  }
  const ticket = admission.admit(grant, traffic, route.isUnproven === true);
  if ('code' in ticket) return refuseFlood(ticket);
  try {
    const problem = route.inspect?.(head);
    if (problem !== undefined) return refuse(problem);
    const encoding = encodingOf(head.headers['content-encoding']);
    if (encoding === undefined || !encodings.some((one) => one === encoding)) {
      const message = `Content-Encoding: ${encodings.join(' or ')} is needed.`;
      return refuse({ code: 'unsupported-type', message });
    }
    const tooLarge: RequestRefusal = {
      code: 'body-too-large',
      message: `At most ${bodyBytes} bytes are taken, packed or unpacked.`,
    };
    if (announcedBytes > bodyBytes) return refuse(tooLarge);

    const body = await readBody(request, encoding, bodyBytes, ticket);
    switch (body.state) {
      case 'too-large':
        return refuse(tooLarge);
      case 'overloaded':
        return refuseFlood(overloaded(`The requests with ${traffic} that are under way leave no room for this one.`));
      case 'malformed':
        return refuse({ code: 'malformed-body', message: `The body is not whole ${encoding}.` });
      case 'cut':
        return refuse({ code: 'malformed-body', message: 'The body ended before its time.' });
      case 'read': {
        const { bytes } = body;
        if (unnamed === undefined) {
          const more = Math.max(0, bytes.length - announcedBytes);
          if (route.isUnproven === true) rateLimits.chargeUnproven(grant, traffic, more);
          else rateLimits.chargeBytes(grant, traffic, more);
        } else {
          const named = unnamed.authorize(head, bytes);
          if (!named.ok) return refuse(named.failure);
          grant = named.value;
          const tooMuch = rateLimits.admit(grant, traffic, bytes.length);
          if (tooMuch !== undefined) return refuseFlood(tooMuch);
        }
        const sender = grant;
        const answer = await turns.take(grant.plan, traffic, () => route.receive({ head, grant: sender, body: bytes }));
        const waited = `The request waited ${limits.intakeWaitMs / 1_000} s for its turn.`;
        return answer ?? refuseFlood(overloaded(waited));
      }
    }
  } finally {
    ticket.end();
  }
}

function readiness(intake: Intake): Answer {
  const { ready, reasons } = intake.status();
  return { status: ready ? 200 : 503, headers: {}, body: { ready, reasons } };
}

function encodingOf(header: string | undefined): ContentEncoding | undefined {
  const encoding = (header ?? '').trim().toLowerCase();
  if (encoding === '' || encoding === 'identity') return 'identity';
  if (encoding === 'x-gzip') return 'gzip';
  return contentEncodings.find((known) => known === encoding);
}

function respond(request: IncomingMessage, response: ServerResponse, answer: Answer, clock: Clock): void {
  // The connection is gone, or was answered when its time was up.
  if (response.destroyed || request.socket.destroyed) return;
  const { body } = answer;
  const bytes = body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body));
  const headers: Record<string, string | number> = {
    'content-type': 'application/json',
    'content-length': bytes.length,
    ...answer.headers,
  };
  const announced = request.headers['content-length'];
  if (!request.complete && announced !== undefined && Number(announced) <= limits.refusedBodyBytes) {
    // A sender that is told to wait comes again: opening a connection each time would cost more than reading what it sent.
    request.resume();
  } else if (!request.complete) {
    // Closing at once would reset the connection, and the sender would never read why.
    headers['connection'] = 'close';
    linger(request, clock);
  }
  response.writeHead(answer.status, headers);
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

/** Reads on for a little while and throws it away, then cuts the connection. */
function linger(request: IncomingMessage, clock: Clock): void {
  const { socket } = request;
  let read = 0;
  const cancel = clock.after(LINGER_MS, () => socket.destroy());
  request.removeAllListeners('data');
  request.on('data', (chunk: Buffer) => {
    read += chunk.length;
    if (read > LINGER_BYTES) socket.destroy();
  });
  request.on('error', () => {});
  socket.once('close', cancel);
  request.resume();
}

/** What Node's parser refuses before there is a request: it is answered all the same. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket, requestId: string): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [code, message]: readonly [ErrorCode, string] =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? ['request-timeout', 'The request was not complete in time.']
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? ['headers-too-large', `The headers are larger than ${limits.requestHeaderBytes} bytes.`]
        : ['invalid-request', 'This is not HTTP/1.1.'];
  const { status, body } = refusal(code, message, requestId);
  const text = JSON.stringify(body);
  socket.end(
    `HTTP/1.1 ${status} ${code}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`,
    () => socket.destroy(),
  );
}

function stop(server: Server, graceMs: number, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(graceMs, () => server.closeAllConnections());
    server.close(() => {
      cancel();
      resolve();
    });
    server.closeIdleConnections();
  });
}
