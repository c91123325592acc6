import { expect, test } from 'vitest';
import { ApiFailure, createApiClient, type Fetch, fillPath } from './client.ts';

interface Sent {
  readonly url: string;
  readonly init: Parameters<Fetch>[1];
}

function answering(status: number, text: string) {
  const sent: Sent[] = [];
  const fetch: Fetch = async (url, init) => {
    sent.push({ url, init });
    return { ok: status < 400, status, text: async () => text };
  };
  return { sent, client: createApiClient({ fetch, baseUrl: 'http://localhost:4700' }) };
}

test('parameters are encoded into the path and the query, what is undefined is left out', async () => {
  const { sent, client } = answering(200, '[]');
  await client.get('/plans/{plan}/facts', { params: { plan: 'a/b c' }, query: { after: 5, subject: undefined } });
  expect(sent[0]?.url).toBe('http://localhost:4700/api/plans/a%2Fb%20c/facts?after=5');
  expect(sent[0]?.init.method).toBe('GET');
  expect(sent[0]?.init.headers).not.toHaveProperty('content-type');
});

test('a body is sent as JSON', async () => {
  const { sent, client } = answering(200, '{}');
  await client.post('/plans/{plan}/keys', { params: { plan: 'shop' }, body: { name: 'web' } });
  expect(sent[0]?.init).toMatchObject({ method: 'POST', body: '{"name":"web"}' });
  expect(sent[0]?.init.headers).toMatchObject({ 'content-type': 'application/json' });
});

test('a refusal is thrown with its code, hint and place', async () => {
  const error = { code: 'not-found', message: 'There is no plan "x".', hint: 'Look.', where: 'x', requestId: 'r1' };
  const { client } = answering(404, JSON.stringify({ error }));
  const failure = await client.get('/status').catch((thrown: unknown) => thrown);
  expect(failure).toBeInstanceOf(ApiFailure);
  expect(failure).toMatchObject({ status: 404, ...error });
});

test.each([
  [502, '<html>'],
  [200, '<html>'],
])('%i with something that is no answer is an internal error', async (status, text) => {
  const { client } = answering(status, text);
  await expect(client.get('/status')).rejects.toMatchObject({ status, code: 'internal-error' });
});

test('a parameter that looks like a path stays one parameter', () => {
  expect(fillPath('/plans/{plan}', { plan: '../status' })).toBe('/plans/..%2Fstatus');
});
