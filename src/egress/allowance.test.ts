import ipaddr from 'ipaddr.js';
import { describe, expect, it } from 'vitest';
import { isAllowed, parseEgressAllow } from './allowance.ts';

function allows(list: string, host: string, address: string, port: number): boolean {
  const parsed = parseEgressAllow(list);
  if (!parsed.ok) throw new Error(parsed.failure.message);
  return isAllowed(parsed.value, host, ipaddr.parse(address), port);
}

describe('the allow list', () => {
  it.each([
    ['127.0.0.1:8080', 'localhost', '127.0.0.1', 8080, true],
    ['127.0.0.1:8080', 'localhost', '127.0.0.1', 8081, false],
    ['127.0.0.1', 'anything', '127.0.0.1', 9, true],
    ['10.0.0.0/8', 'anything', '10.1.2.3', 443, true],
    ['10.0.0.0/8', 'anything', '11.1.2.3', 443, false],
    ['10.0.0.0/8', 'anything', '::1', 443, false],
    ['Hooks.Internal:443', 'hooks.internal', '10.1.2.3', 443, true],
    ['hooks.internal:443', 'other.internal', '10.1.2.3', 443, false],
    ['hooks.internal', 'hooks.internal', 'fd00::1', 80, true],
    ['[::1]:8080', 'localhost', '::1', 8080, true],
    ['[::1]:8080', 'localhost', '::1', 80, false],
    ['::1', 'localhost', '::1', 80, true],
    ['fd00::/8', 'anything', 'fd12::1', 80, true],
    [' a.example , 127.0.0.1:1\n10.0.0.0/8 ', 'x', '10.0.0.1', 1, true],
    ['', 'x', '10.0.0.1', 1, false],
    ['10.1.0.0/16:5432', 'x', '10.1.2.3', 5432, true],
    ['10.1.0.0/16:5432', 'x', '10.1.2.3', 5433, false],
    ['fd00::/8:5432', 'x', 'fd12::1', 5432, true],
  ])('%s for %s at %s port %i: %s', (list, host, address, port, expected) => {
    expect(allows(list, host, address, port)).toBe(expected);
  });

  it.each([
    'host:0',
    'host:70000',
    '10.0.0.0/40',
    '[::1',
    '300.1.1.1',
    'a b/8',
    '*',
    'http://x',
    'erp=',
    '=10.0.0.1',
    'a=b=c',
    '10.0.0.0/8:0',
    '7=10.0.0.1',
  ])('refuses %s and names it', (entry) => {
    const parsed = parseEgressAllow(entry);
    expect(parsed.ok).toBe(false);
    if (!parsed.ok) expect(parsed.failure.code).toBe('configuration-invalid');
  });
});
