import type { Context } from 'hono';
import { expect, test } from 'vitest';
import { clientAddress, networkOf } from './client-address.ts';
import type { ApiEnvironment } from './environment.ts';

function request(socket: string, forwardedFor?: string): Context<ApiEnvironment> {
  const incoming = { socket: { remoteAddress: socket, remotePort: 1, remoteFamily: 'IPv4' } };
  return { env: { incoming }, req: { header: () => forwardedFor } } as unknown as Context<ApiEnvironment>;
}

test.each([
  ['192.0.2.1', undefined, 0, '192.0.2.1'],
  ['::ffff:192.0.2.1', undefined, 0, '192.0.2.1'],
  // Without a proxy, anybody can write the header.
  ['192.0.2.1', '203.0.113.9', 0, '192.0.2.1'],
  ['10.0.0.1', '203.0.113.9', 1, '203.0.113.9'],
  // What stands before the trusted end may be made up.
  ['10.0.0.1', '1.1.1.1, 203.0.113.9', 1, '203.0.113.9'],
  ['10.0.0.1', '1.1.1.1, 203.0.113.9, 10.0.0.2', 2, '203.0.113.9'],
  ['10.0.0.1', undefined, 1, '10.0.0.1'],
  ['10.0.0.1', 'unknown', 1, '10.0.0.1'],
  ['10.0.0.1', '2001:db8::1', 1, '2001:db8::1'],
])('%s forwarded for %s behind %i proxies is %s', (socket, forwardedFor, proxies, address) => {
  expect(clientAddress(request(socket, forwardedFor), proxies)).toBe(address);
});

test.each([
  ['192.0.2.1:50123', '192.0.2.1'],
  ['[2001:db8::1]:443', '2001:db8::1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:c000:201', '192.0.2.1'],
  ['2001:DB8:0::1', '2001:db8::1'],
  ['fe80::1%eth0', 'unknown'],
  ['1.2', 'unknown'],
  ['192.0.2.1:x', 'unknown'],
])('a proxy that writes %s means %s', (written, address) => {
  expect(clientAddress(request('unknown', written), 1)).toBe(address);
});

test('addresses of version 4 that are written as of version 6 are counted apart', () => {
  expect(networkOf('::ffff:192.0.2.1')).toBe(networkOf('192.0.2.1'));
  expect(networkOf('::ffff:192.0.2.1')).not.toBe(networkOf('::ffff:192.0.2.2'));
});
