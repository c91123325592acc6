import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { ProbeCheck } from '#plan/probe.ts';
import { checkProbeKind, lookAt, probeEgress, serve, serving } from '../../../test/conformance/probe.ts';
import { httpKind } from './run.ts';

const post = (port: number, host = '127.0.0.1'): ProbeCheck => ({
  kind: 'http',
  method: 'POST',
  url: `http://${host}:${port}/send?run=<run>`,
  headers: { 'X-Run': { literal: '<run>' } },
  body: {
    kind: 'json',
    value: {
      object: [
        ['to', { list: [{ object: [['run', { literal: 'Check <run>' }]] }] }],
        ['token', { secret: 'TOKEN' }],
        ['retries', { literal: 3 }],
        ['html', { literal: null }],
      ],
    },
  },
});

checkProbeKind({
  kind: { ...httpKind, spec: { ...httpKind.spec, form: 'POST' } },
  check: post,
  startWell: () => serve(createServer((request, response) => void request.pipe(response))),
});
const allowed = probeEgress('127.0.0.1');
const { closers, serveHttp } = serving();
closers.push(() => allowed.close());

describe('a POST', () => {
  it('sends a body with its secrets and the id of the look, once, and keeps none of the secrets', async () => {
    const secret = 'quoted "secret"';
    const sent: { readonly url: string; readonly type: string; readonly run: string; readonly body: string }[] = [];
    const port = await serveHttp(async (request, response) => {
      let body = '';
      for await (const part of request) body += String(part);
      const { 'content-type': type = '', 'x-run': run = '' } = request.headers;
      sent.push({ url: request.url ?? '', type, run: String(run), body });
      // The connection breaks after the request was read: it may have had its effect.
      if (sent.length > 1) request.socket.destroy();
      else response.writeHead(500).end(`refused: ${body}`);
    });
    const look = () => lookAt(post(port), allowed, {}, { secret: () => ({ state: 'known', value: secret }) });
    const result = await look();
    const [{ url = '', type, run = '', body = '' } = {}] = sent;
    expect(run).toMatch(/^wb[a-z2-7]{24}$/);
    expect({ url, type }).toEqual({ url: `/send?run=${run}`, type: 'application/json' });
    expect(JSON.parse(body)).toEqual({ to: [{ run: `Check ${run}` }], token: secret, retries: 3, html: null });
    expect(result).toMatchObject({ outcome: 'failed', evidence: expect.stringContaining('"token":"***"') });
    expect(await look()).toMatchObject({ outcome: 'failed', reason: 'connection-lost' });
    expect(sent.map((one) => one.run)).toEqual([run, expect.not.stringContaining(run)]);
  });

  it('keeps no password of basic auth either, when the target says it plainly', async () => {
    const port = await serveHttp((request, response) => {
      const [, pair = ''] = (request.headers.authorization ?? '').split(' ');
      response.writeHead(401).end(`unknown: ${Buffer.from(pair, 'base64')}`);
    });
    const check = { ...post(port), headers: { Authorization: { secret: 'BASIC' } } } as ProbeCheck;
    const value = `Basic ${Buffer.from('AC277:hunter2').toString('base64')}`;
    const result = await lookAt(check, allowed, {}, { secret: () => ({ state: 'known', value }) });
    expect(result.evidence).toBe('unknown: AC277:***');
  });

  it('sends text as it stands, of a type that the plan may name', async () => {
    const types: unknown[] = [];
    const port = await serveHttp((request, response) => {
      types.push(request.headers['content-type']);
      request.pipe(response);
    });
    const text = (headers: Extract<ProbeCheck, { kind: 'http' }>['headers']): ProbeCheck => ({
      ...{ kind: 'http', method: 'POST', url: `http://127.0.0.1:${port}/`, headers },
      body: { kind: 'text', text: { literal: 'To=1&Body=ok' } },
    });
    const where = { kind: 'compare', field: 'body', operator: '=', value: 'To=1&Body=ok' } as const;
    const whole = { expect: [{ text: 'body', where }] };
    expect(await lookAt(text({}), allowed, whole)).toMatchObject({ outcome: 'passed' });
    const form = 'application/x-www-form-urlencoded';
    expect(await lookAt(text({ 'Content-Type': { literal: form } }), allowed, whole)).toMatchObject({
      outcome: 'passed',
    });
    expect(types).toEqual(['text/plain; charset=utf-8', form]);
    const without = { ...text({}), body: { kind: 'text', text: { secret: 'TOKEN' } } } as ProbeCheck;
    const unset = await lookAt(without, allowed, {}, { secret: () => ({ state: 'awaited' }) });
    expect(unset).toMatchObject({ outcome: 'unmeasured', message: 'The secret TOKEN has not come yet.' });
    expect(types).toHaveLength(2);
  });
});
