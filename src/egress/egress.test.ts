import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { limits } from '#kernel/limits.ts';
import type { OutgoingRequest } from '#kernel/ports.ts';
import { parseEgressAllow } from './allowance.ts';
import { createEgress, type Egress, type EgressOptions } from './egress.ts';
import { createGuard } from './guard.ts';
import { createHoldsBack } from './holds-back.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

function egress(allow: string, options: Omit<EgressOptions, 'allow'> = {}): Egress {
  const parsed = parseEgressAllow(allow);
  if (!parsed.ok) throw new Error(parsed.failure.message);
  const made = createEgress({ allow: parsed.value, ...options });
  closers.push(() => made.close());
  return made;
}

async function listen(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    if (server instanceof http.Server) server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

function post(url: string, more: Partial<OutgoingRequest> = {}): OutgoingRequest {
  return { method: 'POST', url, headers: {}, body: new TextEncoder().encode('hello'), timeoutMs: 5_000, ...more };
}

describe('what is allowed to one plan', () => {
  it('is allowed to no other, and the reason names the entry to add', async () => {
    const port = await listen(http.createServer((_, response) => response.end('here')));
    const out = egress(`erp=127.0.0.1:${port}`);
    const url = `http://127.0.0.1:${port}/`;
    const words = (entry: string) =>
      `127.0.0.1 was not dialled: 127.0.0.1 is a loopback address. To allow it, add \`${entry}127.0.0.1:${port}\` to WATCHBILL_EGRESS_ALLOW.`;
    expect(await out.forPlan('erp').send(post(url))).toMatchObject({ ok: true, value: { status: 200 } });
    expect(await out.forPlan('shop').send(post(url))).toMatchObject({ failure: { message: words('shop=') } });
    expect(await out.send(post(url))).toMatchObject({ failure: { message: words('') } });
    // A connection that stands already is no way round.
    expect(await out.forPlan('shop').send(post(url))).toMatchObject({ failure: { reason: 'address-refused' } });
  });

  it('holds for probes, for mail and for what is known beforehand', async () => {
    const port = await listen(net.createServer((socket) => socket.destroy()));
    const out = egress(`erp=127.0.0.0/8:${port}`);
    const place = { host: '127.0.0.1', port };
    const { signal } = new AbortController();
    const connect = (plan: string) => out.forPlan(plan).connect(place, 5_000, signal);
    const stood = await connect('erp');
    expect(stood.ok).toBe(true);
    if (stood.ok) stood.value.socket.destroy();
    expect(await connect('shop')).toMatchObject({ failure: { reason: 'address-refused' } });
    expect(await out.forPlan('shop').ask(post(`http://127.0.0.1:${port}/`), signal)).toMatchObject({
      failure: { reason: 'address-refused' },
    });
    const parsed = parseEgressAllow(`erp=10.0.0.0/8:5432, 10.0.0.1:25`);
    if (!parsed.ok) throw new Error(parsed.failure.message);
    const holdsBack = createHoldsBack(parsed.value);
    expect(holdsBack('10.1.2.3', 5432, 'erp')).toBeUndefined();
    expect(holdsBack('10.1.2.3', 5432, 'shop')).toBe('10.1.2.3 is a private address');
    expect(holdsBack('10.1.2.3', 5432)).toBe('10.1.2.3 is a private address');
    expect(holdsBack('10.0.0.1', 25, 'shop')).toBeUndefined();
  });
});

describe('addresses', () => {
  it.each([
    '127.0.0.1',
    '127.9.9.9',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '192.0.2.1',
    '198.18.0.1',
    '203.0.113.9',
    '240.0.0.1',
    '::',
    '::1',
    'fe80::1',
    'fc00::1',
    'fd12::1',
    'ff02::1',
    '::ffff:8.8.8.8',
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::1',
    '2002:7f00:1::',
    '2001:0:7f00:1::',
    '2001:db8::1',
    '::7f00:1',
    '4000::1',
    'fe80::1%eth0',
    'nonsense',
  ])('refuses %s as an answer of the resolver', async (address) => {
    const result = await egress('', { resolve: async () => [address] }).send(post('http://name.example/secret'));
    expect(result).toMatchObject({ ok: false, failure: { reason: 'address-refused', sent: 'no' } });
    expect(JSON.stringify(result)).not.toContain('secret');
  });

  it.each([
    'http://127.1/',
    'http://0x7f.0.0.1/',
    'http://2130706433/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::1]/',
    'http://localhost/',
    'http://0/',
  ])('refuses %s however it is written', async (url) => {
    expect(await egress('').send(post(url))).toMatchObject({ failure: { reason: 'address-refused' } });
  });

  it.each([
    [
      'http://10.1.2.3:9000/',
      '10.1.2.3 is a private address. To allow it, add `10.1.2.3:9000` to WATCHBILL_EGRESS_ALLOW.',
    ],
    ['http://[::1]/', '::1 is a loopback address. To allow it, add `[::1]:80` to WATCHBILL_EGRESS_ALLOW.'],
    [
      'https://hooks.internal/',
      '10.9.9.9 is a private address. To allow it, add `hooks.internal:443` to WATCHBILL_EGRESS_ALLOW.',
    ],
  ])('says how to allow %s, and that allows it', async (url, words) => {
    const resolve = async (): Promise<string[]> => ['10.9.9.9'];
    const result = await egress('', { resolve }).send(post(url));
    expect(result).toMatchObject({ failure: { message: expect.stringContaining(words) } });
    const [, allowance = ''] = /add `(\S+)`/.exec(words) ?? [];
    const parsed = parseEgressAllow(allowance);
    const { hostname, port, protocol } = new URL(url);
    const number = port === '' ? { 'http:': 80, 'https:': 443 }[protocol] : Number(port);
    const guard = createGuard({ allow: parsed.ok ? parsed.value : [], resolve });
    const answer = await guard(hostname.replace(/^\[|\]$/g, ''), number ?? 0, AbortSignal.timeout(1_000), 1_000);
    expect(answer).toHaveProperty('list');
  });

  it('refuses a name when only one of its addresses is private', async () => {
    const out = egress('', { resolve: async () => ['93.184.216.34', '10.0.0.1'] });
    expect(await out.send(post('http://two.example/'))).toMatchObject({ failure: { reason: 'address-refused' } });
  });

  it('refuses a public address of this host', async () => {
    const out = egress('', { resolve: async () => ['93.184.216.34'], ownAddresses: () => ['93.184.216.34'] });
    expect(await out.send(post('http://me.example/'))).toMatchObject({ failure: { reason: 'address-refused' } });
  });

  it('dials the address it has checked, whatever the name resolves to next', async () => {
    const port = await listen(http.createServer((_, response) => response.end('right')));
    const answers = [['127.0.0.1'], ['10.0.0.1']];
    const asked: string[] = [];
    const out = egress(`127.0.0.1:${port}`, {
      resolve: async (host) => {
        asked.push(host);
        return answers.shift() ?? [];
      },
    });
    expect(await out.send(post(`http://rebind.example:${port}/`))).toMatchObject({ ok: true, value: { status: 200 } });
    expect(asked).toEqual(['rebind.example']);
    expect(await out.send(post(`http://rebind.example:${port}/`))).toMatchObject({
      failure: { reason: 'address-refused' },
    });
  });

  it('tries the next address when one cannot be reached', async () => {
    const port = await listen(http.createServer((_, response) => response.end()));
    const out = egress('127.0.0.0/8', { resolve: async () => ['127.0.0.2', '127.0.0.1'] });
    expect(await out.send(post(`http://two.example:${port}/`))).toMatchObject({ ok: true });
  });
});

describe('what is asked for', () => {
  it.each(['ftp://a.example/', 'file:///etc/passwd', 'javascript:alert(1)'])(
    'refuses the scheme of %s',
    async (url) => {
      expect(await egress('').send(post(url))).toMatchObject({ failure: { reason: 'scheme-refused', sent: 'no' } });
    },
  );

  it.each(['http://user:canary@a.example/', 'http://canary@a.example/', 'canary not a url'])(
    'refuses %s without repeating it',
    async (url) => {
      const result = await egress('').send(post(url));
      expect(result).toMatchObject({ failure: { reason: 'url-refused', sent: 'no' } });
      expect(JSON.stringify(result)).not.toContain('canary');
    },
  );

  it('refuses a header that HTTP forbids without repeating it', async () => {
    const out = egress('127.0.0.1');
    const result = await out.send(post('http://127.0.0.1:1/', { headers: { authorization: 'canary\r\nx: y' } }));
    expect(result).toMatchObject({ failure: { reason: 'url-refused', sent: 'no' } });
    expect(JSON.stringify(result)).not.toContain('canary');
  });

  it('sends method, path, headers, body and the original host', async () => {
    const seen: unknown[] = [];
    const server = http.createServer(async (request, response) => {
      let body = '';
      for await (const part of request) body += String(part);
      seen.push([request.method, request.url, request.headers.host, request.headers['x-a'], body]);
      response.setHeader('x-b', '2').end('answer');
    });
    const port = await listen(server);
    const out = egress('127.0.0.1', { resolve: async () => ['127.0.0.1'] });
    const result = await out.send(post(`http://shop.example:${port}/a?b=c`, { headers: { 'x-a': '1' } }));
    expect(seen).toEqual([['POST', '/a?b=c', `shop.example:${port}`, '1', 'hello']]);
    expect(result).toMatchObject({ ok: true, value: { status: 200, headers: { 'x-b': '2' } } });
    if (result.ok) expect(new TextDecoder().decode(result.value.body)).toBe('answer');
  });
});

describe('answers', () => {
  it('takes a redirect for what it is', async () => {
    let requests = 0;
    const port = await listen(
      http.createServer((_, response) => {
        requests += 1;
        response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
      }),
    );
    const result = await egress('127.0.0.1').send(post(`http://127.0.0.1:${port}/`));
    expect(result).toMatchObject({ ok: true, value: { status: 302 } });
    expect(requests).toBe(1);
  });

  it('takes as much of a body as the request says, and says when there was more', async () => {
    const size = limits.egressResponseBytes + 1_000;
    const port = await listen(http.createServer((_, response) => response.end(Buffer.alloc(size, 'x'))));
    for (const responseBytes of [size, size - 1]) {
      const result = await egress('127.0.0.1').send({ ...post(`http://127.0.0.1:${port}/`), responseBytes });
      if (!result.ok) throw new Error(result.failure.message);
      expect([result.value.body.length, result.value.isCut]).toEqual([
        responseBytes,
        responseBytes < size ? true : undefined,
      ]);
    }
  });

  it('cuts a huge body and hangs up', async () => {
    let closed: () => void = () => {};
    const hungUp = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const port = await listen(
      http.createServer((request, response) => {
        request.socket.once('close', closed);
        const chunk = Buffer.alloc(100_000, 'x');
        const pump = (): void => {
          while (response.write(chunk));
          response.once('drain', pump);
        };
        pump();
      }),
    );
    const result = await egress('127.0.0.1').send(post(`http://127.0.0.1:${port}/`));
    if (!result.ok) throw new Error(result.failure.message);
    expect(result.value.body.length).toBe(limits.egressResponseBytes);
    expect(result.value.isCut).toBe(true);
    await hungUp;
  });

  it('gives up on a body that drips', async () => {
    const port = await listen(http.createServer((_, response) => void response.writeHead(200).write('x')));
    const result = await egress('127.0.0.1').send(post(`http://127.0.0.1:${port}/`, { timeoutMs: 100 }));
    expect(result).toMatchObject({ failure: { reason: 'timed-out', sent: 'maybe' } });
  });

  it('gives up on a resolver that hangs', async () => {
    const out = egress('', { resolve: () => new Promise(() => {}) });
    const result = await out.send(post('http://a.example/', { timeoutMs: 50 }));
    expect(result).toMatchObject({ failure: { reason: 'timed-out', sent: 'no' } });
  });

  it('says that nothing was sent when the connection is refused or the name unknown', async () => {
    const server = net.createServer();
    const port = await listen(server);
    server.close();
    expect(await egress('127.0.0.1').send(post(`http://127.0.0.1:${port}/`))).toMatchObject({
      failure: { reason: 'connection-failed', sent: 'no' },
    });
    const out = egress('', {
      resolve: async () => {
        throw new Error('ENOTFOUND');
      },
    });
    expect(await out.send(post('http://a.example/'))).toMatchObject({
      failure: { reason: 'name-not-found', sent: 'no' },
    });
  });

  it('says that the request may have been read when the connection is cut', async () => {
    const cutAtOnce = await listen(net.createServer((socket) => socket.destroy()));
    const cutAfterReading = await listen(
      net.createServer((socket) => {
        socket.on('data', () => socket.destroy());
        socket.on('error', () => {});
      }),
    );
    for (const port of [cutAtOnce, cutAfterReading]) {
      expect(await egress('127.0.0.1').send(post(`http://127.0.0.1:${port}/`))).toMatchObject({
        failure: { reason: 'connection-lost', sent: 'maybe' },
      });
    }
  });

  it('says so when the answer breaks off', async () => {
    const port = await listen(
      http.createServer((_, response) => {
        response.writeHead(200, { 'content-length': '10' });
        response.write('half', () => response.destroy());
      }),
    );
    expect(await egress('127.0.0.1').send(post(`http://127.0.0.1:${port}/`))).toMatchObject({
      failure: { reason: 'connection-lost', sent: 'maybe' },
    });
  });
});

describe('connections', () => {
  it('keeps one alive', async () => {
    let connections = 0;
    const server = http.createServer((request, response) => {
      request.resume();
      response.end('ok');
    });
    server.on('connection', () => {
      connections += 1;
    });
    const port = await listen(server);
    const out = egress('127.0.0.1');
    for (let n = 0; n < 3; n += 1)
      expect(await out.send(post(`http://127.0.0.1:${port}/`))).toMatchObject({ ok: true });
    expect(connections).toBe(1);
  });

  it('holds a certificate against the name as written, not the address', async () => {
    const folder = new URL('./fixtures/', import.meta.url);
    const key = readFileSync(new URL('hooks.example.key.pem', folder));
    const cert = readFileSync(new URL('hooks.example.crt.pem', folder));
    const port = await listen(https.createServer({ key, cert }, (_, response) => response.end('ok')));
    const out = egress('127.0.0.1', { resolve: async () => ['127.0.0.1'], ca: cert });
    expect(await out.send(post(`https://hooks.example:${port}/`))).toMatchObject({ ok: true, value: { status: 200 } });
    expect(await out.send(post(`https://other.example:${port}/`))).toMatchObject({
      failure: { reason: 'connection-failed', sent: 'no' },
    });
    const distrusting = egress('127.0.0.1', { resolve: async () => ['127.0.0.1'] });
    expect(await distrusting.send(post(`https://hooks.example:${port}/`))).toMatchObject({
      failure: { reason: 'connection-failed', sent: 'no' },
    });
  });
});
