import { X509Certificate } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer } from 'node:net';
import tls from 'node:tls';
import { describe, expect, it } from 'vitest';
import { limits } from '#kernel/limits.ts';
import type { Predicate } from '#plan/model.ts';
import type { ProbeCheck } from '#plan/probe.ts';
import {
  checkProbeKind,
  expectKnownReason,
  lookAt,
  PROBE_SECRET,
  probeEgress,
  serve,
  serving,
} from '../../test/conformance/probe.ts';
import { dnsKind } from './dns/run.ts';
import { httpKind } from './http/run.ts';
import { tcpKind } from './tcp/run.ts';
import { tlsKind } from './tls/run.ts';

const read = (name: string): string => readFileSync(new URL(`../egress/fixtures/${name}`, import.meta.url), 'utf8');
const certificate = { cert: read('hooks.example.crt.pem'), key: read('hooks.example.key.pem') };
const resolve = async (): Promise<string[]> => ['127.0.0.1'];

const get = (port: number, path = '/', host = '127.0.0.1'): ProbeCheck => ({
  kind: 'http',
  method: 'GET',
  url: `http://${host}:${port}${path}`,
  headers: { Authorization: { secret: 'TOKEN' }, 'X-Plain': { literal: 'plain' } },
});

checkProbeKind({
  kind: httpKind,
  check: get,
  startWell: () => serve(createHttp((request, response) => response.end(`you sent ${request.headers.authorization}`))),
});
checkProbeKind({
  kind: tcpKind,
  check: (port) => ({ kind: 'tcp', host: '127.0.0.1', port }),
  startWell: () => serve(createServer((socket) => socket.on('error', () => {}))),
});
checkProbeKind({
  kind: tlsKind,
  check: (port) => ({ kind: 'tls', host: 'hooks.example', port }),
  startWell: () => serve(tls.createServer(certificate, (socket) => socket.on('error', () => {}))),
  egress: { ca: certificate.cert, resolve },
});

const allowed = probeEgress('127.0.0.1');
const { closers, serveHttp } = serving();
closers.push(() => allowed.close());

const expecting = (text: string, where: Predicate) => ({ expect: [{ text, where }] });
const compare = (field: string, operator: '=' | '<' | '>', value: string | number | boolean): Predicate => ({
  kind: 'compare',
  field,
  operator,
  value,
});

describe('http', () => {
  it('measures its parts, over a connection of its own each time', async () => {
    let connections = 0;
    const server = createHttp((_request, response) => response.end('fine'));
    server.on('connection', () => (connections += 1));
    const { port, stop } = await serve(server);
    closers.push(stop);
    for (let count = 1; count <= 3; count += 1) {
      const { fields } = await lookAt(get(port), allowed);
      expect(Object.keys(fields).sort()).toEqual(['size', 'status', 'time.connect', 'time.dns', 'time.first_byte']);
      expect(connections).toBe(count);
    }
  });

  it('takes a redirect for the answer', async () => {
    const port = await serveHttp((_request, response) =>
      response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
    );
    expect(await lookAt(get(port), allowed)).toMatchObject({
      outcome: 'failed',
      reason: 'status-unexpected',
      message: 'A status from 200 to 299 was expected; it was 302.',
    });
    expect(await lookAt(get(port), allowed, expecting('status = 302', compare('status', '=', 302)))).toMatchObject({
      outcome: 'passed',
    });
  });

  it('judges status, body, size and JSON, and says what it found', async () => {
    const port = await serveHttp((_request, response) =>
      response.end(
        '{"checks": {"database": {"state": "slow"}, "list": [1, 2]}, "ok": true, "at": "2026-01-01T00:00:00Z", "seen": "lately"}',
      ),
    );
    const judge = (text: string, where: Predicate) => lookAt(get(port), allowed, expecting(text, where));
    expect(await judge('json.ok = true', compare('json.ok', '=', true))).toMatchObject({ outcome: 'passed' });
    expect(await judge('second', compare('json.checks.list.1', '=', 2))).toMatchObject({ outcome: 'passed' });
    expect(await judge('size < 1MB', compare('size', '<', 1e6))).toMatchObject({ outcome: 'passed' });
    expect(await judge('age(json.at) > 1d', compare('age(json.at)', '>', 86_400_000))).toMatchObject({
      outcome: 'passed',
    });
    expect(await judge('age(json.at) < 5m', compare('age(json.at)', '<', 300_000))).toMatchObject({
      outcome: 'failed',
      message: expect.stringMatching(/^`age\(json\.at\) < 5m` was expected; `age\(json\.at\)` was \d+d/),
    });
    expect(await judge('age(json.seen) < 5m', compare('age(json.seen)', '<', 300_000))).toMatchObject({
      outcome: 'failed',
      message: '`age(json.seen) < 5m` was expected; there is no `age(json.seen)`, `json.seen` was "lately".',
    });
    const body: Predicate = { kind: 'text', field: 'body', test: 'contains', text: 'slow' };
    expect(await judge('body contains "slow"', body)).toMatchObject({ outcome: 'passed' });
    const state = 'json.checks.database.state';
    expect(await judge(`${state} = "ok"`, compare(state, '=', 'ok'))).toMatchObject({
      outcome: 'failed',
      reason: 'expectation-failed',
      message: `\`${state} = "ok"\` was expected; \`${state}\` was "slow".`,
      evidence: expect.stringContaining('"database"'),
    });
    expect(await judge('json.constructor', { kind: 'present', field: 'json.constructor' })).toMatchObject({
      outcome: 'failed',
      message: '`json.constructor` was expected; there is no `json.constructor`.',
    });
  });

  it('tells how the parts are that a health answer names, also when its status is bad', async () => {
    const health = { checks: { database: { status: 'UP' }, mail: 'down', search: false, odd: 7 } };
    const port = await serveHttp((_request, response) => response.writeHead(503).end(JSON.stringify(health)));
    const parts = Object.fromEntries(
      ['database', 'mail', 'search', 'odd', 'absent'].map((name) => [name, `json.checks.${name}`]),
    );
    expect(await lookAt(get(port), allowed, { parts })).toMatchObject({
      outcome: 'failed',
      parts: { database: true, mail: false, search: false },
    });
  });

  it('does not judge by a body that is larger than what it looks at', async () => {
    const port = await serveHttp((_request, response) => response.end('x'.repeat(limits.probeBodyBytes + 1)));
    const small = await lookAt(get(port), allowed, expecting('size < 1KB', compare('size', '<', 1_000)));
    expect(small).toMatchObject({ outcome: 'unmeasured', reason: 'too-large' });
    expect(await lookAt(get(port), allowed)).toMatchObject({ outcome: 'passed' });
  });

  it('asks nothing without a secret that it needs', async () => {
    const asked: unknown[] = [];
    const port = await serveHttp((request, response) => {
      asked.push(request.headers);
      response.end();
    });
    const without = await lookAt(get(port), allowed, {}, { secret: () => ({ state: 'unset' }) });
    expect(without).toMatchObject({
      outcome: 'unmeasured',
      reason: 'secret-missing',
      message: 'The secret TOKEN is not set here.',
    });
    expect(asked).toEqual([]);
    await lookAt(get(port), allowed);
    expect(asked).toMatchObject([{ authorization: PROBE_SECRET, 'x-plain': 'plain' }]);
  });
});

describe('tls', () => {
  const check = (port: number, host = 'hooks.example'): ProbeCheck => ({ kind: 'tls', host, port });
  const trusting = probeEgress('127.0.0.1', { ca: certificate.cert, resolve });
  const doubting = probeEgress('127.0.0.1', { resolve });
  closers.push(
    () => trusting.close(),
    () => doubting.close(),
  );

  it('tells days, issuer and protocol, and judges trust, name and time whatever is expected', async () => {
    const { port, stop } = await serve(tls.createServer(certificate, (socket) => socket.on('error', () => {})));
    closers.push(stop);
    const good = await lookAt(check(port), trusting, expecting('days_left > 1', compare('days_left', '>', 1)));
    expect(good).toMatchObject({ outcome: 'passed', fields: { protocol: 'TLSv1.3', days_left: expect.any(Number) } });
    const anything = expecting('time < 1h', compare('time', '<', 3_600_000));
    expect(await lookAt(check(port, 'shop.example'), trusting, anything)).toMatchObject({
      outcome: 'failed',
      reason: 'certificate-name',
    });
    expect(await lookAt(check(port), doubting, anything)).toMatchObject({ reason: 'certificate-untrusted' });
  });

  // proves: RACHEL-104
  it('tells the day and how many days are left, ten of them too few, and one that is over', async () => {
    const { port, stop } = await serve(tls.createServer(certificate, (socket) => socket.on('error', () => {})));
    closers.push(stop);
    const expires = Date.parse(new X509Certificate(certificate.cert).validTo);
    const soon = await lookAt(check(port), trusting, expecting('days_left > 14', compare('days_left', '>', 14)), {
      now: () => expires - 10.5 * 86_400_000,
    });
    expect(soon).toMatchObject({
      ...{ outcome: 'failed', reason: 'expectation-failed' },
      message: '`days_left > 14` was expected; `days_left` was 10.',
      fields: { days_left: 10, expires: new Date(expires).toISOString().slice(0, 10) },
    });
    expect(await lookAt(check(port), doubting)).toMatchObject({ reason: 'certificate-untrusted' });

    const over = { cert: read('old.example.crt.pem'), key: read('old.example.key.pem') };
    const believing = probeEgress('127.0.0.1', { ca: over.cert, resolve });
    const old = await serve(tls.createServer(over, (socket) => socket.on('error', () => {})));
    closers.push(old.stop, () => believing.close());
    expect(await lookAt(check(old.port, 'old.example'), believing)).toMatchObject({
      ...{ outcome: 'failed', reason: 'certificate-expired' },
      message: 'The certificate of old.example expired on 2020-02-01.',
      fields: { expires: '2020-02-01' },
    });
  });
});

/** A name server of one domain with two texts; it says nothing at all about `silent.example`. */
async function startNameServer(): Promise<number> {
  const socket = createSocket('udp4');
  socket.on('message', (question, from) => {
    const end = question.indexOf(0, 12) + 5;
    const name = question.subarray(12, end - 4).toString('latin1');
    if (name.includes('silent')) return;
    const isText = question[end - 3] === 16;
    const texts = !name.includes('shop') || !isText ? [] : ['v=spf1 -all', 'google-site=1'];
    const code = name.includes('shop') ? 0 : name.includes('broken') ? 2 : 3;
    const head = Buffer.from([
      question[0] ?? 0,
      question[1] ?? 0,
      0x81,
      0x80 + code,
      0,
      1,
      0,
      texts.length,
      0,
      0,
      0,
      0,
    ]);
    const answers = texts.map((text) =>
      // A pointer to the name in the question, type TXT, class IN, a minute, one string (RFC 1035, 4.1).
      Buffer.concat([
        Buffer.from([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60, 0, text.length + 1, text.length]),
        Buffer.from(text),
      ]),
    );
    socket.send(Buffer.concat([head, question.subarray(12, end), ...answers]), from.port, from.address);
  });
  await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done));
  closers.push(() => socket.close());
  return socket.address().port;
}

describe('dns', () => {
  it('tells the records of a domain, and what kind of nothing there is', async () => {
    const dialler = probeEgress('', { nameServers: [`127.0.0.1:${await startNameServer()}`] });
    closers.push(() => dialler.close());
    const ask = (domain: string, record: 'TXT' | 'MX' = 'TXT', probe: Parameters<typeof lookAt>[2] = {}) =>
      lookAt({ kind: 'dns', record, domain }, dialler, { timeoutMs: 1_000, ...probe });
    const found = await ask('Shop.example.');
    expect(found).toMatchObject({ outcome: 'passed', fields: { records: 2, value: 'google-site=1\nv=spf1 -all' } });
    const spf: Predicate = { kind: 'text', field: 'value', test: 'contains', text: 'v=spf1 include' };
    const other = await ask('shop.example', 'TXT', expecting('value contains "v=spf1 include"', spf));
    expect(other).toMatchObject({
      outcome: 'failed',
      reason: 'expectation-failed',
      evidence: expect.stringContaining('v=spf1'),
    });
    expect(await ask('shop.example', 'MX')).toMatchObject({ outcome: 'failed', reason: 'records-missing' });
    expect(await ask('gone.example')).toMatchObject({ outcome: 'failed', reason: 'name-not-found' });
    expect(await ask('broken.example')).toMatchObject({ outcome: 'failed', reason: 'connection-failed' });
    // That nobody answers is our resolver's fault, and counts for nothing.
    const silent = await ask('silent.example', 'TXT', { timeoutMs: 300 });
    expect(silent).toMatchObject({ outcome: 'unmeasured', reason: 'resolver-away' });
    for (const result of [found, other, silent]) expectKnownReason(dnsKind, result);
  });
});

describe('addresses that no plan may reach by itself', () => {
  const forms: readonly (readonly [string, string, string])[] = [
    ['loopback', '127.0.0.1', '127.0.0.1'],
    ['loopback written short', '127.1', ''],
    ['loopback as one number', '2130706433', ''],
    ['loopback in hexadecimal', '0x7f.0.0.1', ''],
    ['loopback by IPv6', '[::1]', '::1'],
    ['every address', '0.0.0.0', '0.0.0.0'],
    ['link-local, where clouds keep credentials', '169.254.169.254', '169.254.169.254'],
    ['link-local by IPv6', '[fe80::1]', 'fe80::1'],
    ['private', '10.0.0.1', '10.0.0.1'],
    ['private by IPv6', '[fd00::1]', 'fd00::1'],
    ['carrier-grade NAT', '100.64.0.1', '100.64.0.1'],
    ['IPv4-mapped', '[::ffff:127.0.0.1]', '::ffff:127.0.0.1'],
    ['IPv4-mapped and private', '[::ffff:10.0.0.1]', '::ffff:10.0.0.1'],
    ['NAT64', '[64:ff9b::7f00:1]', '64:ff9b::7f00:1'],
    ['6to4', '[2002:7f00:1::]', '2002:7f00:1::'],
  ];
  const strict = probeEgress('');
  closers.push(() => strict.close());

  it.each(forms)('refuses %s: %s', async (_name, host, address) => {
    const checks: ProbeCheck[] = [22, 80, 6379].map((port) => get(port, '/latest/meta-data', host));
    checks.push({ ...get(80, '/', host), method: 'POST' } as ProbeCheck);
    if (address !== '') {
      checks.push({ kind: 'tcp', host, port: 6379 }, { kind: 'tls', host, port: 443 });
    }
    for (const check of checks) {
      const result = await lookAt(check, strict);
      expect(result).toMatchObject({ outcome: 'unmeasured', reason: 'address-refused' });
      expect(result.message).toMatch(/was not dialled: .* is /);
    }
  });

  it.each(forms.filter(([, , address]) => address !== ''))(
    'refuses a name that resolves to %s',
    async (_name, _host, address) => {
      const rebound = probeEgress('', { resolve: async () => ['93.184.215.14', address] });
      for (const check of [get(80, '/', 'shop.example'), { kind: 'tcp', host: 'shop.example', port: 22 }] as const) {
        expect(await lookAt(check, rebound)).toMatchObject({ outcome: 'unmeasured', reason: 'address-refused' });
      }
      rebound.close();
    },
  );

  it('dials the address that it checked, whatever the name resolves to a moment later', async () => {
    let asked = 0;
    const port = await serveHttp((_request, response) => response.end('inside'));
    const rebinding = probeEgress(`127.0.0.2:${port}`, {
      resolve: async () => {
        asked += 1;
        return [asked === 1 ? '127.0.0.2' : '127.0.0.1'];
      },
    });
    const first = await lookAt(get(port, '/', 'shop.example'), rebinding);
    expect(asked).toBe(1);
    // Nobody listens at the address that was checked.
    expect(first).toMatchObject({ outcome: 'failed', reason: 'connection-failed' });
    expect(await lookAt(get(port, '/', 'shop.example'), rebinding)).toMatchObject({ reason: 'address-refused' });
    rebinding.close();
  });

  it('allows one port and no other, by the setting that the refusal names', async () => {
    const port = await serveHttp((_request, response) => response.end('inside'));
    const { message = '' } = await lookAt(get(port), strict);
    const setting = /add `(\S+)` to WATCHBILL_EGRESS_ALLOW/.exec(message)?.[1] ?? '';
    const opened = probeEgress(setting);
    expect(await lookAt(get(port), opened)).toMatchObject({ outcome: 'passed' });
    expect(await lookAt(get(port + 1), opened)).toMatchObject({ reason: 'address-refused' });
    opened.close();
  });

  it('never dials what is no http, nor credentials in an address', async () => {
    for (const url of ['file:///etc/passwd', 'gopher://127.0.0.1/', 'http://mia:hunter2@shop.example/']) {
      const result = await lookAt({ kind: 'http', method: 'GET', url, headers: {} }, strict);
      expect(result.outcome).toBe('unmeasured');
      expect(JSON.stringify(result)).not.toContain('hunter2');
    }
  });
});
