import http from 'node:http';
import https from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import type { MailTransport, OutgoingRequest, Transport, TransportFailure } from '#kernel/ports.ts';
import { type Exchange, exchange } from './exchange.ts';
import { createGuard, type GuardOptions, nameNotFound } from './guard.ts';
import { createMailExchange } from './mail-exchange.ts';

export interface EgressOptions extends GuardOptions {
  /** Certificates to trust in place of the system's, for tests and private authorities. */
  readonly ca?: SecureContextOptions['ca'];
}

export interface Egress extends Transport, MailTransport {
  /** Closes idle and running connections. */
  close(): void;
}

/**
 * The one way out, for HTTP and for mail: resolves the name, checks every address, and dials a checked one, so that a name that
 * resolves differently a moment later changes nothing. A redirect is an answer like any other, never followed.
 * Connections of HTTP are kept alive per checked address and name. No proxy is read from the environment.
 * Failures name the host, never the path, the query or a header, since these may hold secrets.
 */
export function createEgress(options: EgressOptions): Egress {
  const guard = createGuard(options);
  const agentOptions = { keepAlive: true, maxFreeSockets: 4, timeout: 30_000 };
  const agents = {
    'http:': new http.Agent(agentOptions),
    'https:': new https.Agent({ ...agentOptions, ...(options.ca === undefined ? {} : { ca: options.ca }) }),
  };
  const mail = createMailExchange(guard, options.ca);

  async function send(request: OutgoingRequest): ReturnType<Transport['send']> {
    const deadline = AbortSignal.timeout(request.timeoutMs);
    const target = readTarget(request.url);
    if ('reason' in target) return { ok: false, failure: target };

    const addresses = await guard(target.host, target.port, deadline, request.timeoutMs);
    if ('reason' in addresses) return { ok: false, failure: addresses };

    let failure: TransportFailure = nameNotFound(target.host);
    for (const address of addresses.list) {
      const result = await exchange(request, target, address, agents[target.protocol], deadline);
      // Only a connection that never stood lets another address be tried: the request has not left.
      if (result.ok || result.failure.reason !== 'connection-failed' || result.failure.sent !== 'no') return result;
      failure = result.failure;
    }
    return { ok: false, failure };
  }

  return {
    send,
    sendMail: mail.sendMail,
    close() {
      agents['http:'].destroy();
      agents['https:'].destroy();
      mail.close();
    },
  };
}

function readTarget(text: string): Exchange | TransportFailure {
  if (!URL.canParse(text)) return { reason: 'url-refused', message: 'The address is no URL.', sent: 'no' };
  const url = new URL(text);
  const protocol = url.protocol;
  if (protocol !== 'http:' && protocol !== 'https:') {
    return { reason: 'scheme-refused', message: `Only http and https are dialled, not '${protocol}'.`, sent: 'no' };
  }
  if (url.username !== '' || url.password !== '') {
    const message = 'The URL holds a user name or password; give credentials as a secret of the channel.';
    return { reason: 'url-refused', message, sent: 'no' };
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return {
    protocol,
    host,
    port: url.port === '' ? (protocol === 'https:' ? 443 : 80) : Number(url.port),
    hostHeader: url.host,
    path: `${url.pathname}${url.search}`,
  };
}
