import dns from 'node:dns/promises';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import os from 'node:os';
import type { SecureContextOptions } from 'node:tls';
import ipaddr from 'ipaddr.js';
import type { DurationMs } from '#kernel/instant.ts';
import type { OutgoingRequest, Transport, TransportFailure } from '#kernel/ports.ts';
import { refuseAddress } from './address.ts';
import type { Allowance } from './allowance.ts';
import { type Exchange, exchange } from './exchange.ts';

export interface EgressOptions {
  /** What is permitted beside public addresses; see `parseEgressAllow`. */
  readonly allow: readonly Allowance[];
  /** All addresses of a name; throws when it has none. The system's resolver by default, which also reads the hosts file. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  /** Addresses of this host, which are refused even when public. Read anew for each request by default. */
  readonly ownAddresses?: () => readonly string[];
  /** Certificates to trust in place of the system's, for tests and private authorities. */
  readonly ca?: SecureContextOptions['ca'];
}

export interface Egress extends Transport {
  /** Closes idle and running connections. */
  close(): void;
}

/**
 * The one way out: parses the URL, resolves the name, checks every address, and dials a checked one, so that a name that
 * resolves differently a moment later changes nothing. A redirect is an answer like any other, never followed.
 * Connections are kept alive per checked address and name. No proxy is read from the environment.
 * Failures name the host, never the path, the query or a header, since these may hold secrets.
 */
export function createEgress(options: EgressOptions): Egress {
  const resolve = options.resolve ?? resolveBySystem;
  const ownAddresses = options.ownAddresses ?? interfaceAddresses;
  const agentOptions = { keepAlive: true, maxFreeSockets: 4, timeout: 30_000 };
  const agents = {
    'http:': new http.Agent(agentOptions),
    'https:': new https.Agent({ ...agentOptions, ...(options.ca === undefined ? {} : { ca: options.ca }) }),
  };

  async function send(request: OutgoingRequest): ReturnType<Transport['send']> {
    const deadline = AbortSignal.timeout(request.timeoutMs);
    const target = readTarget(request.url);
    if ('reason' in target) return { ok: false, failure: target };

    const addresses = await addressesOf(target, deadline, request.timeoutMs);
    if ('reason' in addresses) return { ok: false, failure: addresses };
    const own = new Set(ownAddresses().map(normalise));
    for (const address of addresses.list) {
      const refusal = refuseAddress(address, target.host, target.port, options.allow, own);
      if (refusal !== undefined) {
        const message = `${target.host} was not dialled: ${refusal}, which WATCHBILL_EGRESS_ALLOW does not permit.`;
        return { ok: false, failure: { reason: 'address-refused', message, sent: 'no' } };
      }
    }

    let failure: TransportFailure = notFound(target);
    for (const address of addresses.list) {
      const result = await exchange(request, target, address, agents[target.protocol], deadline);
      // Only a connection that never stood lets another address be tried: the request has not left.
      if (result.ok || result.failure.reason !== 'connection-failed' || result.failure.sent !== 'no') return result;
      failure = result.failure;
    }
    return { ok: false, failure };
  }

  async function addressesOf(
    target: Exchange,
    deadline: AbortSignal,
    timeoutMs: DurationMs,
  ): Promise<{ readonly list: readonly string[] } | TransportFailure> {
    if (net.isIP(target.host) !== 0) return { list: [target.host] };
    try {
      const list = await Promise.race([resolve(target.host), rejectOn(deadline)]);
      return list.length === 0 ? notFound(target) : { list };
    } catch {
      if (!deadline.aborted) return notFound(target);
      const message = `The name ${target.host} was not resolved within ${timeoutMs} ms.`;
      return { reason: 'timed-out', message, sent: 'no' };
    }
  }

  return {
    send,
    close() {
      agents['http:'].destroy();
      agents['https:'].destroy();
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

function notFound(target: Exchange): TransportFailure {
  return { reason: 'name-not-found', message: `The name ${target.host} has no address.`, sent: 'no' };
}

function rejectOn(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

async function resolveBySystem(host: string): Promise<readonly string[]> {
  return (await dns.lookup(host, { all: true })).map((entry) => entry.address);
}

function interfaceAddresses(): readonly string[] {
  return Object.values(os.networkInterfaces()).flatMap((entries) => (entries ?? []).map((entry) => entry.address));
}

function normalise(address: string): string {
  return ipaddr.isValid(address) ? ipaddr.parse(address).toString() : address;
}
