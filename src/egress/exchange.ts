import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { limits } from '#kernel/limits.ts';
import type { IncomingResponse, OutgoingRequest, Transport, TransportFailure } from '#kernel/ports.ts';
import { fail, ok } from '#kernel/result.ts';

/** Where a request goes, taken from its URL. */
export interface Exchange {
  readonly protocol: 'http:' | 'https:';
  /** Lower case, without brackets. */
  readonly host: string;
  readonly port: number;
  readonly hostHeader: string;
  /** Path and query. */
  readonly path: string;
}

/** How long the parts of an exchange took, ms; a part that was not reached is absent. Each is written once. */
export interface Timings {
  /** Looking the name up and checking its addresses. */
  dnsMs?: number;
  /** Until the connection stood. */
  connectMs?: number;
  /** Of the TLS handshake. */
  tlsMs?: number;
  /** From the standing connection to the first byte of the answer's head. */
  firstByteMs?: number;
}

/** Measures the parts of one exchange from the moment that it is made; `monotonicMs` is its clock. */
export interface Watch {
  readonly timings: Timings;
  readonly monotonicMs: () => number;
}

/** One request and its answer over a connection to exactly this address; `deadline` covers all of it. */
export function exchange(
  outgoing: OutgoingRequest,
  target: Exchange,
  address: string,
  agent: http.Agent,
  deadline: AbortSignal,
  watch?: Watch,
): ReturnType<Transport['send']> {
  return new Promise((resolve) => {
    let sent: TransportFailure['sent'] = 'no';
    let done = false;
    let request: http.ClientRequest;

    function finish(result: Awaited<ReturnType<Transport['send']>>): void {
      if (done) return;
      done = true;
      deadline.removeEventListener('abort', onDeadline);
      resolve(result);
    }
    function lose(reason: TransportFailure['reason'], message: string, ours = false): void {
      finish(fail({ reason, message, sent, ...(ours ? { isOurs: true } : {}) }));
      request?.destroy();
    }
    function onDeadline(): void {
      lose('timed-out', `${target.host} did not answer within ${outgoing.timeoutMs} ms.`);
    }

    try {
      request = (target.protocol === 'https:' ? https : http).request({
        agent,
        host: address,
        port: target.port,
        method: outgoing.method,
        path: target.path,
        // The certificate is checked against the name as written; an address as written has no server name.
        ...(target.protocol === 'https:' ? { servername: net.isIP(target.host) === 0 ? target.host : '' } : {}),
        headers: {
          ...outgoing.headers,
          host: target.hostHeader,
          ...(outgoing.body === undefined ? {} : { 'content-length': String(outgoing.body.length) }),
        },
      });
    } catch {
      // Node refuses header values with control characters; the value itself may be a secret.
      finish(fail({ reason: 'url-refused', message: 'The request has a header or path that HTTP forbids.', sent }));
      return;
    }
    if (watch !== undefined) measure(request, target.protocol, watch);
    request.on('socket', (socket) => {
      // A kept connection stands already, so the request leaves at once.
      if (request.reusedSocket || !(socket.connecting || target.protocol === 'https:')) sent = 'maybe';
      else
        socket.once(target.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
          sent = 'maybe';
        });
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      const what = error.code ?? 'an unnamed error';
      if (sent === 'no')
        lose('connection-failed', `${target.host} (${address}) cannot be reached: ${what}.`, isOurs(what));
      else lose('connection-lost', `The connection to ${target.host} (${address}) was lost: ${what}.`);
    });
    let answered = false;
    request.on('close', () => {
      if (!answered) lose('connection-lost', `The connection to ${target.host} (${address}) was closed.`);
    });
    request.on('response', (response) => {
      answered = true;
      void readBody(response, outgoing.responseBytes ?? limits.egressResponseBytes).then(
        (read) => finish(ok({ status: response.statusCode ?? 0, headers: plainHeaders(response), ...read })),
        () => lose('connection-lost', `The answer of ${target.host} (${address}) broke off.`),
      );
    });
    deadline.addEventListener('abort', onDeadline, { once: true });
    if (deadline.aborted) onDeadline();
    else request.end(outgoing.body);
  });
}

const OURS = new Set(['ENETUNREACH', 'ENETDOWN', 'EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM']);

/** Whether an error's code says that this machine could not begin, whatever the other side does. */
export function isOurs(code: string): boolean {
  return OURS.has(code);
}

function measure(request: http.ClientRequest, protocol: Exchange['protocol'], { timings, monotonicMs }: Watch): void {
  let lastMs = monotonicMs();
  const lap = (part: keyof Timings): void => {
    const nowMs = monotonicMs();
    timings[part] = nowMs - lastMs;
    lastMs = nowMs;
  };
  request.once('socket', (socket) => {
    socket.once('connect', () => lap('connectMs'));
    if (protocol === 'https:') socket.once('secureConnect', () => lap('tlsMs'));
  });
  request.once('response', () => lap('firstByteMs'));
}

/** Reads up to the limit and hangs up on the rest. By events: a loop over the stream costs a probe more than all else that is done with an answer. */
function readBody(
  response: http.IncomingMessage,
  mostBytes: number,
): Promise<Pick<IncomingResponse, 'body' | 'isCut'>> {
  return new Promise((resolve, reject) => {
    const parts: Uint8Array[] = [];
    let length = 0;
    let isCut = false;
    const finish = (): void => {
      const [first] = parts;
      const body = parts.length === 1 && first !== undefined ? new Uint8Array(first) : joined(parts, length);
      resolve(isCut ? { body, isCut } : { body });
    };
    response.on('data', (part: Uint8Array) => {
      if (isCut) return;
      const room = mostBytes - length;
      isCut = part.length > room;
      parts.push(isCut ? part.subarray(0, room) : part);
      length += Math.min(part.length, room);
      if (!isCut) return;
      finish();
      response.destroy();
    });
    response.on('end', finish);
    response.on('error', reject);
    // Closed before its end, without an error of its own.
    response.on('close', () => reject(new Error('closed')));
  });
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const body = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    body.set(part, offset);
    offset += part.length;
  }
  return body;
}

function plainHeaders(response: http.IncomingMessage): IncomingResponse['headers'] {
  const headers: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}
