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
  const seen = chain.at(-trustedProxies);
  return seen !== undefined && /^[0-9a-fA-F.:]{2,45}$/.test(seen) ? seen : socket;
}

function socketAddress(context: Context<ApiEnvironment>): string {
  // A request that came through no socket, in a test.
  if (context.env === undefined || !('incoming' in (context.env as object))) return 'unknown';
  const address = getConnInfo(context).remote.address ?? 'unknown';
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
}

/** Whom an address belongs to, for counting: of IPv6 a customer has the whole of its first 64 bits. */
export function networkOf(address: string): string {
  if (!ipaddr.IPv6.isValid(address)) return address;
  return ipaddr.IPv6.parse(address)
    .parts.slice(0, 4)
    .map((part) => part.toString(16))
    .join(':');
}
