import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Egress } from '#egress/egress.ts';
import { Secrets } from '#intake/secrets.ts';
import { keyOf, Receiving } from '#intake/testing.ts';
import { scopesOfKind } from '#kernel/ingest-key.ts';
import { compilePlan } from '#plan/compile.ts';
import type { Probe } from '#plan/probe.ts';
import { IntakeLink } from '../../src/probes/intake-link.ts';
import type { ProbeResult } from '../../src/probes/result.ts';
import { localEgress, lookAt } from '../../test/kit/look-at.ts';

const PROBER = `wb_prober_${'a'.repeat(16)}_${'b'.repeat(32)}`;
const ELSEWHERE = `wb_ingest_${'c'.repeat(16)}_${'d'.repeat(32)}`;
const SECRET = 'planted-secret-of-a-provider';
const TOKEN = 'token-of-the-webhooks';

/** What the provider does with what it has accepted. */
type Delivery = (sent: string) => Promise<unknown>;

let there: Receiving;
let egress: Egress;
let link: IntakeLink;
let provider: string;
let text = '';
let deliver: Delivery = async () => {};
const asked: { readonly headers: IncomingMessage['headers']; readonly body: string }[] = [];

/** What is said to those that only ask. */
const answers = new Map<string, { readonly status: number; readonly body: string }>();

/** All providers: they accept whatever they are sent, and deliver it, or do not. */
const server = createServer(async (request, response) => {
  let body = '';
  for await (const part of request) body += String(part);
  asked.push({ headers: request.headers, body });
  const said = request.method === 'GET' ? answers.get(request.url ?? '') : undefined;
  if (said !== undefined) {
    response.writeHead(said.status).end(said.body);
    return;
  }
  response.writeHead(request.url?.endsWith('.json') === true ? 201 : 202).end('{"status":"queued"}');
  await deliver(body);
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  provider = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  text = (await readFile(join(import.meta.dirname, 'plan.yaml'), 'utf8'))
    .replaceAll(/https:\/\/(?:api\.(?:twilio|sendgrid|anthropic)\.com|kulti\.upstash\.io)/g, provider)
    .replaceAll(/within: \d+m/g, 'within: 2s');
  const secrets: Secrets = new Secrets((names) => {
    setImmediate(() => secrets.accept(Object.fromEntries(names.map((name) => [name, TOKEN]))));
  });
  there = await Receiving.start({ secrets });
  const keys = [keyOf(PROBER, scopesOfKind.prober), keyOf(ELSEWHERE, scopesOfKind.ingest, { plan: 'other' })];
  await there.configure(keys, text);
  egress = localEgress();
  link = new IntakeLink({ url: there.url(''), key: PROBER, location: 'berlin', transport: egress });
});

afterAll(async () => {
  await there.stop();
  egress.close();
  server.closeAllConnections();
  server.close();
});

function probe(name: string): Probe {
  const found = compilePlan([{ path: 'plan.yaml', text }]).plan?.probes?.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no probe ${name}`);
  return found;
}

/** Looks with a provider that does this, and given so much time that only what it does decides. */
function lookWith(name: string, does: Delivery, withinMs = 60_000): Promise<ProbeResult> {
  deliver = does;
  const one = probe(name);
  const confirm = one.confirm && { ...one.confirm, withinMs };
  const heard = (question: Parameters<IntakeLink['heard']>[1]) => link.heard('shop', question);
  return lookAt({ ...one, ...(confirm && { confirm }) }, egress, SECRET, heard);
}

async function post(path: string, headers: Record<string, string>, body: string): Promise<number> {
  const response = await fetch(there.url(path), { method: 'POST', headers, body });
  await response.body?.cancel();
  return response.status;
}

const basic = `Basic ${Buffer.from(`watchbill:${TOKEN}`).toString('base64')}`;

/** As Twilio tells of a text that came to a number. */
const arrives = (sent: string): Promise<number> => {
  const form = new URLSearchParams({
    MessageSid: `SM${asked.length}`,
    Body: new URLSearchParams(sent).get('Body') ?? '',
  });
  const headers = { authorization: basic, 'content-type': 'application/x-www-form-urlencoded' };
  return post('/v1/webhooks/shop/texts', headers, form.toString());
};

/** As SendGrid tells what became of a mail: its own arguments stand beside the event. */
function becomes(...events: readonly string[]): (sent: string) => Promise<number> {
  return (sent) => {
    const { personalizations } = JSON.parse(sent) as { personalizations: { custom_args: object }[] };
    const told = events.map((event) => ({
      ...{ event, sg_event_id: `${event}-${asked.length}`, timestamp: Math.floor(Date.now() / 1_000) },
      ...personalizations[0]?.custom_args,
    }));
    return post(
      '/v1/webhooks/shop/mails',
      { authorization: basic, 'content-type': 'application/json' },
      JSON.stringify(told),
    );
  };
}

// proves: KULTI-277
it.each([
  ['anthropic', '/v1/models', '{"data":[]}', { status: 529, body: '{"type":"error"}' }],
  ['redis', '/ping', '{"result":"PONG"}', { status: 200, body: '{"error":"LOADING"}' }],
])('%s passes when it answers, and fails when it does not as it should', async (name, path, body, bad) => {
  answers.set(path, { status: 200, body });
  expect(await lookAt(probe(name), egress, SECRET)).toMatchObject({ outcome: 'passed' });
  expect(Object.values(asked.at(-1)?.headers ?? {})).toContain(SECRET);
  answers.set(path, bad);
  expect(await lookAt(probe(name), egress, SECRET)).toMatchObject({ outcome: 'failed' });
});

describe('a message that is sent each week', () => {
  it.each([
    ['texts', arrives],
    ['mails', becomes('processed', 'delivered')],
  ])('passes when it arrives: %s', async (name, does) => {
    const result = await lookWith(name, does);
    expect(result).toMatchObject({ outcome: 'passed', fields: { 'time.confirmed': expect.any(Number) } });
    expect(result.durationMs).toBeGreaterThanOrEqual(Number(result.fields['time.confirmed']));
    const { headers, body } = asked.at(-1) ?? { headers: {}, body: '' };
    expect(body).toContain(result.fields['run']);
    expect(headers.authorization).toBe(SECRET);
    expect(JSON.stringify(result)).not.toContain(SECRET);
  });

  it('fails when its provider accepts it and delivers nothing', async () => {
    for (const name of ['texts', 'mails']) {
      const result = await lookWith(name, async () => {}, 300);
      expect(result).toMatchObject({
        ...{ outcome: 'failed', reason: 'not-confirmed' },
        message: expect.stringMatching(/^Within 300ms no `(?:delivered|text-received)` whose `(?:run|text)` holds wb/),
      });
    }
  });

  it('fails when the mail is only processed, or what arrives is another', async () => {
    expect(await lookWith('mails', becomes('processed'), 300)).toMatchObject({ reason: 'not-confirmed' });
    const another = (sent: string) => becomes('delivered')(sent.replaceAll(/wb[a-z2-7]{24}/g, `wb${'a'.repeat(24)}`));
    expect(await lookWith('mails', another, 300)).toMatchObject({ reason: 'not-confirmed' });
  });

  it('is confirmed by nobody else: not by a key of another plan, nor by a webhook without its token', async () => {
    const statuses: number[] = [];
    const forged: Delivery = async (sent) => {
      const run = /wb[a-z2-7]{24}/.exec(sent)?.[0] ?? '';
      const json = { 'content-type': 'application/json' };
      const event = JSON.stringify({ name: 'text-received', text: run });
      statuses.push(await post('/v1/events', { ...json, authorization: `Bearer ${ELSEWHERE}` }, event));
      const wrong = { ...json, authorization: `Basic ${Buffer.from('watchbill:guessed').toString('base64')}` };
      statuses.push(await post('/v1/webhooks/shop/texts', wrong, JSON.stringify({ Body: run })));
    };
    expect(await lookWith('texts', forged, 600)).toMatchObject({ reason: 'not-confirmed' });
    await vi.waitUntil(() => statuses.length === 2, { timeout: 60_000 });
    expect(statuses).toEqual([200, 401]);
  });

  it('sends nothing when nobody could say whether it arrives', async () => {
    const before = asked.length;
    const result = await lookAt(probe('texts'), egress, SECRET);
    expect(result).toMatchObject({ outcome: 'unmeasured', reason: 'confirmation-unknown' });
    expect(asked).toHaveLength(before);
  });

  it('is not blamed for what intake may have missed', async () => {
    const result = await lookWith('texts', () => there.restart().then(useNewPort), 1_500);
    expect(result).toMatchObject({ outcome: 'unmeasured', reason: 'confirmation-unknown' });
  });
});

/** The one that was started anew listens elsewhere. */
function useNewPort(): void {
  link = new IntakeLink({ url: there.url(''), key: PROBER, location: 'berlin', transport: egress });
}
