import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { ErrorCode } from '#kernel/error-codes.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import { type Answer, refusal } from './answer.ts';
import { type Budget, type ContentEncoding, contentEncodings, readBody } from './body.ts';
import type { Intake } from './intake.ts';
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
}

export interface RunningServer {
  readonly port: number;
  /** Takes no more connections, lets requests come to their end for at most `graceMs`, then cuts them. */
  stop(graceMs: number): Promise<void>;
}

interface RequestBudget extends Budget {
  readonly perKey: number;
  /** Requests that are under way, by the key's id. */
  readonly byKey: Map<string, number>;
}

/** An address that answers without taking anything in, open to everybody. */
interface OpenRoute {
  readonly method: 'GET';
  readonly path: string;
  answer(): Answer | Promise<Answer>;
}

const OVERLOADED_RETRY_SECONDS = 2;
const NOISY_RETRY_SECONDS = 1;
const OVERLOADED: RequestRefusal = {
  code: 'overloaded',
  message: 'Too many requests are under way.',
  retryAfterSeconds: OVERLOADED_RETRY_SECONDS,
};
/** How much of a refused body is still read, so that its sender sees the answer instead of a broken connection. */
const LINGER_BYTES = 4_194_304;
const LINGER_MS = 2_000;

/** Listens for everything that sends. Checks stand in the order of their cost: a bad credential never costs a decompression. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { intake, log, host, port } = options;
  const budget: RequestBudget = {
    requests: limits.intakeRequests,
    bytes: limits.intakeBytesInFlight,
    perKey: options.requestsPerKey ?? limits.intakeRequestsPerKey,
    byKey: new Map(),
  };
  const routes = new RouteTable<OpenRoute | ReceiverRoute>([
    { method: 'GET', path: '/healthz', answer: () => ({ status: 200, headers: {}, body: { status: 'ok' } }) },
    { method: 'GET', path: '/readyz', answer: () => readiness(intake) },
    ...receiverRoutes(intake),
  ]);

  const server = createServer(
    {
      maxHeaderSize: limits.requestHeaderBytes,
      headersTimeout: options.requestHeadersMs ?? limits.requestHeadersMs,
      requestTimeout: options.requestTotalMs ?? limits.requestTotalMs,
      connectionsCheckingInterval: 500,
    },
    (request, response) => {
      const requestId = intake.makeId();
      answerRequest(request, requestId, routes, budget)
        .catch((error: unknown) => {
          log(`Request ${requestId} failed: ${error instanceof Error ? error.stack : String(error)}`);
          return refusal('internal-error', 'Something of ours broke.', requestId);
        })
        .then((answer) => respond(request, response, answer, options.clock))
        .catch((error: unknown) => log(`Request ${requestId} could not be answered: ${String(error)}`));
    },
  );
  // More than that is answered with 431 by us; Node would leave the rest out in silence.
  server.maxHeadersCount = 0;
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    answerBrokenRequest(error, socket as Socket, intake.makeId());
  });
  await listen(server, host, port);
  return {
    port: (server.address() as AddressInfo).port,
    stop: (graceMs) => stop(server, graceMs, options.clock),
  };
}

async function answerRequest(
  request: IncomingMessage,
  requestId: string,
  routes: RouteTable<OpenRoute | ReceiverRoute>,
  budget: RequestBudget,
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
      if ('answer' in route) return await route.answer();
      const query = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
      const head = { method, path, parameters, query, headers: request.headers, requestId };
      return await receive(request, head, route, budget);
    }
  }
}

async function receive(
  request: IncomingMessage,
  head: RequestHead,
  route: ReceiverRoute,
  budget: RequestBudget,
): Promise<Answer> {
  const refuse = (refused: RequestRefusal): Answer =>
    route.refuse?.(refused, head) ?? refusal(refused.code, refused.message, head.requestId, refused);
  const grant = route.authorize(head);
  if (!grant.ok) return refuse(grant.failure);
  const { keyId } = grant.value;
  const ofKey = budget.byKey.get(keyId) ?? 0;
  if (ofKey >= budget.perKey) {
    const message = `${ofKey} requests of this key are under way.`;
    return refuse({ code: 'too-many-requests', message, retryAfterSeconds: NOISY_RETRY_SECONDS });
  }
  if (budget.requests <= 0) return refuse(OVERLOADED);
  const problem = route.inspect?.(head);
  if (problem !== undefined) return refuse(problem);
  const encoding = encodingOf(head.headers['content-encoding']);
  if (encoding === undefined || !route.encodings.includes(encoding)) {
    const message = `Content-Encoding: ${route.encodings.join(' or ')} is needed.`;
    return refuse({ code: 'unsupported-type', message });
  }
  const tooLarge: RequestRefusal = {
    code: 'body-too-large',
    message: `At most ${route.bodyBytes} bytes are taken, packed or unpacked.`,
  };
  if (Number(head.headers['content-length'] ?? 0) > route.bodyBytes) return refuse(tooLarge);

  budget.requests -= 1;
  budget.byKey.set(keyId, ofKey + 1);
  let held = 0;
  try {
    const body = await readBody(request, encoding, route.bodyBytes, budget);
    held = body.held;
    switch (body.state) {
      case 'too-large':
        return refuse(tooLarge);
      case 'overloaded':
        return refuse(OVERLOADED);
      case 'malformed':
        return refuse({ code: 'malformed-body', message: `The body is not whole ${encoding}.` });
      case 'cut':
        return refuse({ code: 'malformed-body', message: 'The body ended before its time.' });
      case 'read':
        return await route.receive({ head, grant: grant.value, body: body.bytes });
    }
  } finally {
    budget.requests += 1;
    budget.bytes += held;
    releaseKey(budget, keyId);
  }
}

function releaseKey(budget: RequestBudget, keyId: string): void {
  const left = (budget.byKey.get(keyId) ?? 1) - 1;
  if (left === 0) budget.byKey.delete(keyId);
  else budget.byKey.set(keyId, left);
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
  if (!request.complete) {
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

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
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
