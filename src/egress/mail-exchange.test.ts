import { readFileSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import type { SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import type { MailServer, OutgoingMail } from '#kernel/ports.ts';
import { type MailServerForTests, smtpError, startMailServer } from '../../test/kit/mail-server.ts';
import { parseEgressAllow } from './allowance.ts';
import { createEgress, type Egress, type EgressOptions } from './egress.ts';

const read = (name: string): string => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');
const certificate = { cert: read('hooks.example.crt.pem'), key: read('hooks.example.key.pem') };
const PASSWORD = 'planted-password-planted';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function egress(options: Partial<EgressOptions> = {}): Egress {
  const allow = parseEgressAllow('127.0.0.1');
  if (!allow.ok) throw new Error(allow.failure.message);
  const made = createEgress({
    allow: allow.value,
    resolve: async () => ['127.0.0.1'],
    ca: certificate.cert,
    ...options,
  });
  closers.push(() => made.close());
  return made;
}

async function serve(options: Parameters<typeof startMailServer>[0] = {}): Promise<MailServerForTests> {
  const server = await startMailServer(options);
  closers.push(() => server.close());
  return server;
}

function mailTo(
  server: Partial<MailServer> & { readonly port: number },
  more: Partial<OutgoingMail> = {},
): OutgoingMail {
  return {
    server: { host: 'hooks.example', security: 'none', ...server },
    from: { name: 'Watchbill', address: 'watchbill@tea.example' },
    to: 'mia@tea.example',
    subject: 'errors fires – büro',
    text: 'It fires.',
    html: '<p>It fires.</p>',
    date: 1_772_440_000_000,
    messageId: '<n1.watchbill@tea.example>',
    references: ['<a1.watchbill@tea.example>'],
    headers: { 'Auto-Submitted': 'auto-generated' },
    timeoutMs: 5_000,
    ...more,
  };
}

const login: Pick<SMTPServerOptions, 'onAuth'> = {
  onAuth: ({ username, password }, _session, callback) => {
    if (username === 'mia' && password === PASSWORD) callback(null, { user: username });
    else callback(new Error(`no such login ${password}`));
  },
};

it('delivers a mail that every reader takes apart again', async () => {
  const server = await serve();
  const result = await egress().sendMail(mailTo(server));
  expect(result).toEqual({ ok: true, value: '250' });
  expect(server.taken).toMatchObject([
    {
      from: 'watchbill@tea.example',
      to: ['mia@tea.example'],
      mail: {
        subject: 'errors fires – büro',
        messageId: '<n1.watchbill@tea.example>',
        inReplyTo: '<a1.watchbill@tea.example>',
        references: '<a1.watchbill@tea.example>',
        date: '2026-03-02T08:26:40.000Z',
        text: expect.stringContaining('It fires.'),
        html: expect.stringContaining('<p>It fires.</p>'),
      },
    },
  ]);
  expect(server.taken[0]?.raw).toMatch(/^Auto-Submitted: auto-generated\r$/m);
});

describe('TLS', () => {
  it('begins it on the open connection, checks the name, and only then logs in', async () => {
    const server = await serve({ ...certificate, ...login });
    const secure = mailTo({ port: server.port, security: 'starttls', login: { user: 'mia', password: PASSWORD } });
    expect(await egress().sendMail(secure)).toMatchObject({ ok: true });
    expect(server.taken).toMatchObject([{ secure: true, user: 'mia' }]);
  });

  it('speaks it from the first byte on when told so', async () => {
    const server = await serve({ ...certificate, secure: true });
    expect(await egress().sendMail(mailTo({ port: server.port, security: 'tls' }))).toMatchObject({ ok: true });
    expect(server.taken).toMatchObject([{ secure: true }]);
  });

  it('sends nothing to a server that does not offer it', async () => {
    const server = await serve(login);
    const mail = mailTo({ port: server.port, security: 'starttls', login: { user: 'mia', password: PASSWORD } });
    const result = await egress().sendMail(mail);
    expect(result).toMatchObject({ ok: false, failure: { reason: 'session-refused', sent: 'no' } });
    expect(server.taken).toEqual([]);
  });

  it.each(['starttls', 'tls'] as const)(
    'refuses a certificate of nobody, and of another name: %s',
    async (security) => {
      const server = await serve({ ...certificate, secure: security === 'tls' });
      const strange = await egress({ ca: undefined }).sendMail(mailTo({ port: server.port, security }));
      expect(strange).toMatchObject({ ok: false, failure: { sent: 'no' } });
      const other = await egress().sendMail(mailTo({ port: server.port, security, host: 'other.example' }));
      expect(other).toMatchObject({ ok: false, failure: { sent: 'no' } });
      expect(server.taken).toEqual([]);
    },
  );
});

describe('refusals', () => {
  it.each([
    ['450 greylisting', 450, 'mail-deferred'],
    ['452 full', 452, 'mail-deferred'],
    ['550 unknown', 550, 'mail-refused'],
    ['553 not allowed', 553, 'mail-refused'],
  ] as const)('of the recipient: %s', async (_, code, reason) => {
    const server = await serve({
      onRcptTo: (_to, _session, callback) => callback(smtpError(code, `secret words ${PASSWORD}`)),
    });
    const result = await egress().sendMail(mailTo(server));
    expect(result).toMatchObject({
      ok: false,
      failure: { reason, sent: 'no', message: expect.stringContaining(`: ${code}`) },
    });
    expect(JSON.stringify(result)).not.toContain(PASSWORD);
  });

  it.each([
    [451, 'mail-deferred'],
    [552, 'mail-refused'],
  ] as const)('of the message, after its data: %i', async (code, reason) => {
    const server = await serve({ afterData: () => smtpError(code, 'not this one') });
    expect(await egress().sendMail(mailTo(server))).toMatchObject({ ok: false, failure: { reason, sent: 'no' } });
  });

  it('of the login are about the session, and never repeat the password', async () => {
    const server = await serve({ ...certificate, ...login });
    const mail = mailTo({ port: server.port, security: 'starttls', login: { user: 'mia', password: `x${PASSWORD}` } });
    const result = await egress().sendMail(mail);
    expect(result).toMatchObject({
      ok: false,
      failure: { reason: 'session-refused', sent: 'no', message: expect.stringContaining('at the login: 535') },
    });
    expect(JSON.stringify(result)).not.toContain(PASSWORD);
  });

  it('by the greeting are about the session', async () => {
    const server = await serve({ onConnect: (_session, callback) => callback(smtpError(554, 'go away')) });
    expect(await egress().sendMail(mailTo(server))).toMatchObject({
      ok: false,
      failure: { reason: 'session-refused', sent: 'no' },
    });
  });
});

describe('what breaks on the way', () => {
  it('may have arrived when the connection is cut after the data', async () => {
    const server = await serve({ afterData: () => 'cut' });
    expect(await egress().sendMail(mailTo(server))).toMatchObject({
      ok: false,
      failure: { reason: 'connection-lost', sent: 'maybe' },
    });
  });

  it('may have arrived when the server hangs after the data', async () => {
    const server = await serve({ afterData: () => 'hang' });
    expect(await egress().sendMail(mailTo(server, { timeoutMs: 300 }))).toMatchObject({
      ok: false,
      failure: { reason: 'timed-out', sent: 'maybe' },
    });
  });

  it.each([
    ['says nothing', ''],
    ['greets and says no more', '220 hooks.example\r\n'],
    ['talks without end', '220-'.padEnd(1_000, 'x')],
  ])('has a deadline for a server that %s', async (_, greeting) => {
    const port = await listenRaw((socket) => socket.write(greeting));
    expect(await egress().sendMail(mailTo({ port }, { timeoutMs: 300 }))).toMatchObject({
      ok: false,
      failure: { reason: 'timed-out', sent: 'no' },
    });
  });

  it('is accepted although QUIT fails', async () => {
    const port = await listenRaw((socket) => {
      socket.write('220 hooks.example\r\n');
      let data = false;
      socket.on('data', (bytes) => {
        const text = bytes.toString('latin1');
        if (data) {
          if (!text.endsWith('\r\n.\r\n')) return;
          data = false;
          socket.write('250 2.6.0 taken\r\n');
        } else if (text.startsWith('DATA')) {
          data = true;
          socket.write('354 go on\r\n');
        } else if (text.startsWith('QUIT')) socket.resetAndDestroy();
        else socket.write('250 fine\r\n');
      });
    });
    expect(await egress().sendMail(mailTo({ port }))).toEqual({ ok: true, value: '250 2.6.0' });
  });

  it('says so when the server hangs up without a word', async () => {
    const port = await listenRaw((socket) => socket.destroy());
    const result = await egress().sendMail(mailTo({ port }));
    expect(result).toMatchObject({ ok: false, failure: { reason: 'connection-lost', sent: 'no' } });
  });

  it('says so when nobody listens', async () => {
    const server = await startMailServer();
    await server.close();
    const result = await egress().sendMail(mailTo(server));
    expect(result).toMatchObject({ ok: false, failure: { reason: 'connection-failed', sent: 'no' } });
  });
});

it.each([
  ['127.0.0.1', 'a loopback address'],
  ['10.1.2.3', 'a private address'],
  ['169.254.169.254', 'a link-local address'],
])('does not dial %s without an allowance', async (address, words) => {
  const server = await serve();
  const result = await egress({ allow: [], resolve: async () => [address] }).sendMail(mailTo(server));
  expect(result).toMatchObject({
    ok: false,
    failure: { reason: 'address-refused', message: expect.stringContaining(words) },
  });
  expect(server.taken).toEqual([]);
});

it('lets no line of its own into the headers or the envelope', async () => {
  const server = await serve();
  const hostile = 'x\r\nBcc: eve@evil.example\r\n\r\nbody';
  await egress().sendMail(mailTo(server, { subject: hostile, headers: { 'List-Id': hostile } }));
  await egress().sendMail(mailTo(server, { to: 'mia@tea.example>\r\nRCPT TO:<eve@evil.example' }));
  for (const { to, mail } of server.taken) {
    expect(to).not.toContain('eve@evil.example');
    expect(mail.headers.map(({ key }) => key)).not.toContain('bcc');
  }
});

async function listenRaw(onConnection: (socket: net.Socket) => void): Promise<number> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}
