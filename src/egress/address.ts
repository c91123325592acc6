import ipaddr from 'ipaddr.js';
import { type Allowance, isAllowed } from './allowance.ts';

/** Global unicast (RFC 4291): what lies outside of it, e.g. the old IPv4-compatible `::/96`, is no address of the internet. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/** Why an address may not be dialled; undefined when it may. `own` are the addresses of this host's interfaces. */
export function refuseAddress(
  text: string,
  host: string,
  port: number,
  allowances: readonly Allowance[],
  own: Pick<ReadonlySet<string>, 'has'>,
): string | undefined {
  // A zone (`fe80::1%eth0`) can only be link-local; ipaddr.js reads it, but it belongs to no network of an allowance.
  if (!ipaddr.isValid(text) || text.includes('%')) return `'${text}' is no address that may be dialled`;
  const address = ipaddr.parse(text);
  if (isAllowed(allowances, host, address, port)) return undefined;
  const range = address.range();
  if (range !== 'unicast') return `${text} is ${rangeWords[range] ?? `in the range '${range}'`}`;
  if (address.kind() === 'ipv6' && !address.match(GLOBAL_UNICAST)) return `${text} is not on the internet`;
  if (own.has(address.toString())) return `${text} is an address of this host`;
  return undefined;
}

const rangeWords: Readonly<Record<string, string>> = {
  unspecified: 'the unspecified address',
  broadcast: 'the broadcast address',
  multicast: 'a multicast address',
  linkLocal: 'a link-local address',
  loopback: 'a loopback address',
  carrierGradeNat: 'a carrier-grade NAT address',
  private: 'a private address',
  uniqueLocal: 'a private address',
  reserved: 'a reserved address',
  ipv4Mapped: 'an IPv4-mapped address',
  rfc6145: 'an IPv4-translated address',
  rfc6052: 'a NAT64 address',
  '6to4': 'a 6to4 address',
  teredo: 'a Teredo address',
};
