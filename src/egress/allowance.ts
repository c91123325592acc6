import ipaddr from 'ipaddr.js';
import type { Failure } from '#kernel/error-codes.ts';
import { fail, ok, type Result } from '#kernel/result.ts';

/**
 * What the operator permits beside public addresses: one entry of `WATCHBILL_EGRESS_ALLOW`. An entry by name permits
 * whatever that name resolves to; an entry by address or network permits that address under any name. One that names a plan permits it to
 * what this plan names, and to nothing else.
 */
export type Allowance = { readonly plan?: string; readonly port?: number } & (
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'network'; readonly network: Network }
);

type Network = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

/**
 * Reads a list separated by commas or white space of `host`, `host:port`, `IP`, `IP:port`, `[IPv6]:port` and CIDR networks, with or
 * without a port, each for all plans or, with `PLAN=` before it, for that one.
 * Fails with `configuration-invalid` naming the first entry that is none of these.
 */
export function parseEgressAllow(text: string): Result<readonly Allowance[], Failure> {
  const allowances: Allowance[] = [];
  for (const entry of text.split(/[\s,]+/)) {
    if (entry === '') continue;
    const [, plan, place = entry] = /^([a-z][\w-]*)=(.*)$/i.exec(entry) ?? [];
    const allowance = parseEntry(place);
    if (allowance === undefined) {
      return fail({
        code: 'configuration-invalid',
        message: `'${entry}' is no host, host:port, address, address:port or CIDR network, nor one of them after PLAN=.`,
        where: 'WATCHBILL_EGRESS_ALLOW',
      });
    }
    allowances.push(plan === undefined ? allowance : { ...allowance, plan });
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

/** Those that hold for one plan, or for what is of none. */
export function allowancesFor(allowances: readonly Allowance[], plan: string | undefined): readonly Allowance[] {
  return allowances.filter((allowance) => allowance.plan === undefined || allowance.plan === plan);
}

/**
 * What to do so that this host, which may be an IPv6 address without brackets, is permitted to a plan or to all. It names one more entry and
 * no whole setting, which would put out what is permitted already.
 */
export function allowanceAdvice(host: string, port: number, plan?: string): string {
  const scope = plan === undefined ? '' : `${plan}=`;
  return entryAdvice(`${scope}${ipaddr.IPv6.isValid(host) ? `[${host}]` : host}:${port}`);
}

/** The same for an entry of which more is not to be said. */
export function entryAdvice(entry: string): string {
  return `To allow it, add \`${entry}\` to WATCHBILL_EGRESS_ALLOW.`;
}

function parseEntry(entry: string): Allowance | undefined {
  if (entry.includes('/')) {
    const [, cidr = '', portText] = /^([^/]+\/\d+)(?::(\d+))?$/.exec(entry) ?? [];
    const port = parsePort(portText);
    if (port === 'invalid' || !ipaddr.isValidCIDR(cidr)) return undefined;
    return { kind: 'network', network: ipaddr.parseCIDR(cidr), ...(port === undefined ? {} : { port }) };
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
