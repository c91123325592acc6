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

/** One request and its answer over a connection to exactly this address; `deadline` covers all of it. */
export function exchange(
  outgoing: OutgoingRequest,
  target: Exchange,
  address: string,
  agent: http.Agent,
  deadline: AbortSignal,
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
    function lose(reason: TransportFailure['reason'], message: string): void {
      finish(fail({ reason, message, sent }));
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
      if (sent === 'no') lose('connection-failed', `${target.host} (${address}) cannot be reached: ${what}.`);
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

/** Reads up to the limit and hangs up on the rest. */
async function readBody(
  response: http.IncomingMessage,
  mostBytes: number,
): Promise<Pick<IncomingResponse, 'body' | 'isCut'>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  let isCut = false;
  for await (const part of response as AsyncIterable<Uint8Array>) {
    const room = mostBytes - length;
    isCut = part.length > room;
    parts.push(isCut ? part.subarray(0, room) : part);
    length += Math.min(part.length, room);
    if (isCut) break;
  }
  const body = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    body.set(part, offset);
    offset += part.length;
  }
  return isCut ? { body, isCut } : { body };
}

function plainHeaders(response: http.IncomingMessage): IncomingResponse['headers'] {
  const headers: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}
