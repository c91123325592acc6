import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';
import ipaddr from 'ipaddr.js';
import type { ApiEnvironment } from './environment.ts';

/**
 * The address of whoever asks. Behind `trustedProxies` proxies it is the one that the outermost of them saw: counted from the end of
 * `X-Forwarded-For`, since everything before it may be made up. Without a proxy the header is not looked at.
 */
export function clientAddress(context: Context<ApiEnvironment>, trustedProxies: number): string {
  const socket = socketAddress(context);
  if (trustedProxies === 0) return socket;
  const chain = (context.req.header('x-forwarded-for') ?? '').split(',').map((part) => part.trim());
  return readAddress(chain.at(-trustedProxies)) ?? socket;
}

function socketAddress(context: Context<ApiEnvironment>): string {
  // A request that came through no socket, in a test.
  if (context.env === undefined || !('incoming' in (context.env as object))) return 'unknown';
  const address = getConnInfo(context).remote.address ?? 'unknown';
  return readAddress(address) ?? address;
}

/**
 * An address in its one form. Some proxies write the port with it, some IPv4 as IPv6: counted as written, the one would make everybody
 * new at each connection, the other everybody the same.
 */
function readAddress(written: string | undefined): string | undefined {
  const text =
    written?.replace(/^\[([^\]]+)\](?::\d{1,5})?$/, '$1').replace(/^(\d+\.\d+\.\d+\.\d+):\d{1,5}$/, '$1') ?? '';
  if (text.includes('%') || !(ipaddr.IPv6.isValid(text) || ipaddr.IPv4.isValidFourPartDecimal(text))) return undefined;
  return ipaddr.process(text).toString();
}

/** Whom an address belongs to, for counting: of IPv6 a customer has the whole of its first 64 bits. */
export function networkOf(address: string): string {
  const read = readAddress(address) ?? address;
  if (!ipaddr.IPv6.isValid(read)) return read;
  return ipaddr.IPv6.parse(read)
    .parts.slice(0, 4)
    .map((part) => part.toString(16))
    .join(':');
}
