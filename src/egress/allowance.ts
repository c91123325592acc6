import ipaddr from 'ipaddr.js';
import type { Failure } from '#kernel/error-codes.ts';
import { fail, ok, type Result } from '#kernel/result.ts';

/**
 * What the operator permits beside public addresses: one entry of `WATCHBILL_EGRESS_ALLOW`. An entry by name permits
 * whatever that name resolves to; an entry by address or network permits that address under any name.
 */
export type Allowance =
  | { readonly kind: 'name'; readonly name: string; readonly port?: number }
  | { readonly kind: 'network'; readonly network: Network; readonly port?: number };

type Network = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

/**
 * Reads a list separated by commas or white space of `host`, `host:port`, `IP`, `IP:port`, `[IPv6]:port` and CIDR networks.
 * Fails with `configuration-invalid` naming the first entry that is none of these.
 */
export function parseEgressAllow(text: string): Result<readonly Allowance[], Failure> {
  const allowances: Allowance[] = [];
  for (const entry of text.split(/[\s,]+/)) {
    if (entry === '') continue;
    const allowance = parseEntry(entry);
    if (allowance === undefined) {
      return fail({
        code: 'configuration-invalid',
        message: `'${entry}' is no host, host:port, address, address:port or CIDR network.`,
        where: 'WATCHBILL_EGRESS_ALLOW',
      });
    }
    allowances.push(allowance);
  }
  return ok(allowances);
}

/** Whether an entry permits this address, reached under this host name (lower case, no brackets) and port. */
export function isAllowed(
  allowances: readonly Allowance[],
  host: string,
  address: ipaddr.IPv4 | ipaddr.IPv6,
  port: number,
): boolean {
  return allowances.some((allowance) => {
    if (allowance.port !== undefined && allowance.port !== port) return false;
    if (allowance.kind === 'name') return allowance.name === host;
    const [network, prefix] = allowance.network;
    return network.kind() === address.kind() && address.match(network, prefix);
  });
}

/** The setting that permits this host, which may be an IPv6 address without brackets. */
export function allowanceFor(host: string, port: number): string {
  return `WATCHBILL_EGRESS_ALLOW=${ipaddr.IPv6.isValid(host) ? `[${host}]` : host}:${port}`;
}

function parseEntry(entry: string): Allowance | undefined {
  if (entry.includes('/')) {
    return ipaddr.isValidCIDR(entry) ? { kind: 'network', network: ipaddr.parseCIDR(entry) } : undefined;
  }
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(entry);
  if (bracketed !== null) return addressEntry(bracketed[1] ?? '', bracketed[2]);
  // An IPv6 address without brackets has no port: its colons are its own.
  if (ipaddr.IPv6.isValid(entry)) return addressEntry(entry, undefined);
  const split = /^([^:]+)(?::(\d+))?$/.exec(entry);
  if (split === null) return undefined;
  const [, host = '', portText] = split;
  if (ipaddr.IPv4.isValidFourPartDecimal(host)) return addressEntry(host, portText);
  // A name that consists of digits and dots would be read as an address by the URL parser and never match.
  if (!/^[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?$/i.test(host) || /^[\d.]+$/.test(host)) return undefined;
  const port = parsePort(portText);
  if (port === 'invalid') return undefined;
  return { kind: 'name', name: host.toLowerCase(), ...(port === undefined ? {} : { port }) };
}

function addressEntry(text: string, portText: string | undefined): Allowance | undefined {
  const port = parsePort(portText);
  if (port === 'invalid' || !ipaddr.isValid(text)) return undefined;
  const address = ipaddr.parse(text);
  const network: Network = [address, address.kind() === 'ipv4' ? 32 : 128];
  return { kind: 'network', network, ...(port === undefined ? {} : { port }) };
}

function parsePort(text: string | undefined): number | 'invalid' | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  return port >= 1 && port <= 65_535 ? port : 'invalid';
}
