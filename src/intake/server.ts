import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { ErrorCode } from '#kernel/error-codes.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import { type Answer, refusal } from './answer.ts';
import { type Budget, type ContentEncoding, readBody } from './body.ts';
import { EVENTS_SCOPE, type Intake } from './intake.ts';

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

interface Route {
  readonly methods: readonly string[];
  answer(request: IncomingMessage, requestId: string): Promise<Answer>;
}

const EVENTS_TYPES: Readonly<Record<string, 'json' | 'lines'>> = {
  'application/json': 'json',
  'application/x-ndjson': 'lines',
  'application/ndjson': 'lines',
};
const IDEMPOTENCY_KEY_CHARACTERS = 255;
const OVERLOADED_RETRY_SECONDS = 2;
const NOISY_RETRY_SECONDS = 1;
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
  const routes: Readonly<Record<string, Route>> = {
    '/v1/events': { methods: ['POST'], answer: (request, id) => answerEvents(request, id, intake, budget) },
    '/healthz': {
      methods: ['GET', 'HEAD'],
      answer: async () => ({ status: 200, headers: {}, body: { status: 'ok' } }),
    },
    '/readyz': { methods: ['GET', 'HEAD'], answer: async () => readiness(intake) },
  };

  const server = createServer(
    {
      maxHeaderSize: limits.requestHeaderBytes,
      headersTimeout: options.requestHeadersMs ?? limits.requestHeadersMs,
      requestTimeout: options.requestTotalMs ?? limits.requestTotalMs,
      connectionsCheckingInterval: 500,
    },
    (request, response) => {
      const requestId = intake.makeId();
      answerRequest(request, requestId, routes)
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
  routes: Readonly<Record<string, Route>>,
): Promise<Answer> {
  const url = request.url ?? '/';
  if (request.rawHeaders.length / 2 > limits.requestHeaders) {
    return refusal('headers-too-large', `At most ${limits.requestHeaders} headers are taken.`, requestId);
  }
  if (url.length > limits.urlBytes) {
    return refusal('url-too-long', `The URL is longer than ${limits.urlBytes} bytes.`, requestId);
  }
  const path = url.split('?', 1)[0] ?? '/';
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (route === undefined) return refusal('not-found', 'There is nothing at this path.', requestId);
  if (!route.methods.includes(request.method ?? '')) {
    return refusal('method-not-allowed', `Use ${route.methods.join(' or ')}.`, requestId, {
      headers: { allow: route.methods.join(', ') },
    });
  }
  return await route.answer(request, requestId);
}

async function answerEvents(
  request: IncomingMessage,
  requestId: string,
  intake: Intake,
  budget: RequestBudget,
): Promise<Answer> {
  const { headers } = request;
  const grant = intake.authorize(headers.authorization, EVENTS_SCOPE);
  if (!grant.ok) {
    const retry = grant.failure.code === 'not-ready' ? { retryAfterSeconds: OVERLOADED_RETRY_SECONDS } : undefined;
    return refusal(grant.failure.code, grant.failure.message, requestId, retry);
  }
  const { keyId } = grant.value;
  const ofKey = budget.byKey.get(keyId) ?? 0;
  if (ofKey >= budget.perKey) {
    return refusal('too-many-requests', `${ofKey} requests of this key are under way.`, requestId, {
      retryAfterSeconds: NOISY_RETRY_SECONDS,
    });
  }
  if (budget.requests <= 0) return overloaded(requestId);
  const form = EVENTS_TYPES[(headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''];
  if (form === undefined) {
    return refusal('unsupported-type', 'Content-Type: application/json or application/x-ndjson is needed.', requestId);
  }
  const encoding = encodingOf(headers['content-encoding']);
  if (encoding === undefined) {
    return refusal('unsupported-type', 'Content-Encoding: gzip or none is needed.', requestId);
  }
  const key = headers['idempotency-key'];
  if (key !== undefined && (typeof key !== 'string' || key === '' || key.length > IDEMPOTENCY_KEY_CHARACTERS)) {
    return refusal('invalid-request', 'Idempotency-Key: 1 to 255 characters are needed.', requestId);
  }
  if (Number(headers['content-length'] ?? 0) > limits.eventsBodyBytes) return tooLarge(requestId);

  budget.requests -= 1;
  budget.byKey.set(keyId, ofKey + 1);
  let held = 0;
  try {
    const body = await readBody(request, encoding, limits.eventsBodyBytes, budget);
    held = body.held;
    switch (body.state) {
      case 'too-large':
        return tooLarge(requestId);
      case 'overloaded':
        return overloaded(requestId);
      case 'malformed':
        return refusal('malformed-body', 'The body is not whole gzip.', requestId);
      case 'cut':
        return refusal('malformed-body', 'The body ended before its time.', requestId);
      case 'read':
        return await intake.receiveEvents(
          grant.value,
          { body: body.bytes, lines: form === 'lines', ...(key !== undefined && { idempotencyKey: key }) },
          requestId,
        );
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
  const encoding = (header ?? 'identity').trim().toLowerCase();
  if (encoding === '' || encoding === 'identity') return 'identity';
  return encoding === 'gzip' || encoding === 'x-gzip' ? 'gzip' : undefined;
}

function tooLarge(requestId: string): Answer {
  return refusal('body-too-large', `At most ${limits.eventsBodyBytes} bytes are taken, packed or unpacked.`, requestId);
}

function overloaded(requestId: string): Answer {
  return refusal('overloaded', 'Too many requests are under way.', requestId, {
    retryAfterSeconds: OVERLOADED_RETRY_SECONDS,
  });
}

function respond(request: IncomingMessage, response: ServerResponse, answer: Answer, clock: Clock): void {
  // The connection is gone, or was answered when its time was up.
  if (response.destroyed || request.socket.destroyed) return;
  const text = JSON.stringify(answer.body);
  const headers: Record<string, string | number> = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...answer.headers,
  };
  if (!request.complete) {
    // Closing at once would reset the connection, and the sender would never read why.
    headers['connection'] = 'close';
    linger(request, clock);
  }
  response.writeHead(answer.status, headers);
  response.end(request.method === 'HEAD' ? undefined : text);
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
