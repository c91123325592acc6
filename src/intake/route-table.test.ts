import { describe, expect, test } from 'vitest';
import { RouteTable } from './route-table.ts';

const table = new RouteTable([
  { method: 'GET', path: '/healthz' },
  { method: 'POST', path: '/v1/events' },
  { method: 'POST', path: '/api/:project/envelope/' },
  { method: 'POST', path: '/v1/webhooks/:plan/:name' },
]);

describe('a route', () => {
  test.each([
    ['POST', '/v1/events', {}],
    ['GET', '/healthz', {}],
    ['HEAD', '/healthz', {}],
    ['POST', '/api/1/envelope/', { project: '1' }],
    ['POST', '/v1/webhooks/tea-shop/a%20b', { plan: 'tea-shop', name: 'a b' }],
    ['POST', '/v1/webhooks/__proto__/constructor', { plan: '__proto__', name: 'constructor' }],
  ])('%s %s is found', (method, path, parameters) => {
    const found = table.find(method, path);
    expect(found).toMatchObject({ state: 'found', parameters });
  });

  test.each(['/', '/v1/events/', '/v1', '/api//envelope/', '/api/1/envelope', '/v1/webhooks/shop/%zz', '/toString'])(
    'there is none at %s',
    (path) => {
      expect(table.find('POST', path)).toEqual({ state: 'absent' });
    },
  );

  test('with another method the ones that it has are named', () => {
    expect(table.find('GET', '/v1/events')).toEqual({ state: 'other-method', methods: ['POST'] });
    expect(table.find('DELETE', '/api/7/envelope/')).toEqual({ state: 'other-method', methods: ['POST'] });
  });
});
