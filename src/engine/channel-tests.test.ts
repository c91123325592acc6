import { describe, expect, it } from 'vitest';
import { channelCatalogue } from '#channels/catalogue.ts';
import { createEgress } from '#egress/egress.ts';
import { seededRandom, settle, T0, VirtualClock } from '#intake/test-support.ts';
import type { MailTransport, Transport } from '#kernel/ports.ts';
import { compilePlan } from '#plan/compile.ts';
import { MemoryStore } from '../../test/simulation/memory-store.ts';
import type { ChannelTest } from './channel-tests.ts';
import { startCore } from './core-process.ts';
import type { CoreRepositories } from './repositories.ts';

const PLAN = 'shop';

interface Options {
  readonly transport?: Transport;
  readonly mail?: MailTransport;
  readonly secret?: (name: string) => string | undefined;
}

const nothing: Required<Pick<Options, 'transport' | 'mail'>> = {
  transport: { send: async () => Promise.reject(new Error('Nothing is sent here.')) },
  mail: { sendMail: async () => Promise.reject(new Error('Nothing is sent here.')) },
};

async function start(text: string, options: Options = {}) {
  const { plan, diagnostics } = compilePlan([{ path: 'plan.yaml', text: `plan: ${PLAN}\ntitle: The shop\n${text}` }]);
  if (plan === undefined) throw new Error(JSON.stringify(diagnostics));
  const store = new MemoryStore();
  const clock = new VirtualClock(T0);
  const rows = store.of(PLAN);
  const repositories: Partial<CoreRepositories> = {
    currentPlans: async () => [{ plan: PLAN, version: 1, files: [], appliedAt: T0, appliedBy: 'mia' }],
    listKeys: async () => [],
    unexported: async () => [],
    listFacts: async ({ after = 0, limit }) =>
      rows.facts.slice(after, after + limit).map(({ sequence, fact }) => ({ sequence, ...fact })),
  };
  const log: string[] = [];
  const core = await startCore({
    owner: 'here',
    store,
    repositories: repositories as CoreRepositories,
    ...nothing,
    ...options,
    clock,
    random: seededRandom(1),
    resolveSecret: async (name) => options.secret?.(name),
    compile: () => ({ plan, diagnostics: [], notExecuted: [] }),
    log: (level, message, details) => log.push(`${level} ${message} ${JSON.stringify(details)}`),
  });
  await settle();
  return {
    log,
    facts: () => rows.facts.map(({ fact }) => fact).filter(({ kind }) => kind === 'channel-tested'),
    inbox: () => store.inbox,
    test: (test: ChannelTest) => core.testChannel(PLAN, test, 'mia'),
    async stop() {
      const stopped = core.stop();
      await clock.advance(1_000);
      await stopped;
    },
  };
}

const people = 'people: { mia: { email: mia@tea.example }, ben: {} }\n';

it('sends a marked message once and records who asked and what became of it', async () => {
  const running = await start(`${people}severities: { urgent: { notify: [mia by app] } }\n`);
  expect(await running.test({ channel: 'app', recipient: 'mia' })).toEqual({
    accepted: true,
    reason: 'provider-accepted',
    recipient: 'mia',
  });
  expect([...running.inbox().values()]).toMatchObject([{ person: 'mia', title: 'Test: The shop reaches mia' }]);
  expect(running.facts()).toMatchObject([
    { subject: 'channel:app', reason: 'provider-accepted', body: { channel: 'app', recipient: 'mia', by: 'mia' } },
  ]);
  await running.stop();
});

it('says what is missing, and records that too', async () => {
  const running = await start(`${people}severities: { urgent: { notify: [mia by email] } }\n`);
  const result = await running.test({ channel: 'email', recipient: 'mia' });
  expect(result).toMatchObject({
    accepted: false,
    reason: 'secret-missing',
    problem: expect.stringContaining('MAIL_HOST'),
  });
  expect(running.facts()).toMatchObject([{ reason: 'secret-missing', body: { problem: result.problem } }]);
  const address = await start(`${people}severities: { urgent: { notify: [mia by email] } }\n`, { secret: () => 'x' });
  expect(await address.test({ channel: 'email', recipient: 'ben' })).toMatchObject({
    accepted: false,
    reason: 'recipient-has-no-channel',
  });
  await running.stop();
  await address.stop();
});

it('writes to nobody whom the plan does not name', async () => {
  const text = `${people}channels: { slack: { url: secret A }, ops: { kind: slack, url: secret B } }
severities: { urgent: { notify: [mia by email, email:team@tea.example, slack:#shop] } }
`;
  const running = await start(text, { secret: () => 'x' });
  for (const test of [
    { channel: 'nope' },
    { channel: 'telegram' },
    { channel: 'email', recipient: 'eve' },
    { channel: 'email', recipient: 'email:eve@evil.example' },
    { channel: 'slack', recipient: 'slack:#elsewhere' },
    { channel: 'slack', recipient: 'mia' },
  ]) {
    await expect(running.test(test)).rejects.toMatchObject({ code: 'not-found' });
  }
  await expect(running.test({ channel: 'email' })).rejects.toMatchObject({ code: 'invalid-request' });
  for (const test of [
    { channel: 'email', recipient: 'email:team@tea.example' },
    { channel: 'slack' },
    { channel: 'slack', recipient: 'slack:#shop' },
    { channel: 'ops', recipient: 'slack:#ops' },
  ]) {
    expect(await running.test(test)).toMatchObject({ accepted: false });
  }
  await running.stop();
});

describe('a planted secret leaves only for the provider', () => {
  const planted = 'UGxhbnRlZC1wbGFudGVkLXBsYW50ZWQ';
  /** Repeats all that it was given, as a provider may. */
  const echoing = (status: number): Transport => ({
    async send(request) {
      const body = new TextEncoder().encode(
        JSON.stringify({ ...request, body: new TextDecoder().decode(request.body) }),
      );
      return { ok: true, value: { status, headers: { 'retry-after': planted, location: request.url }, body } };
    },
  });
  const throwing = {
    transport: { send: async (request: unknown) => Promise.reject(new Error(JSON.stringify(request))) },
    mail: { sendMail: async (mail: unknown) => Promise.reject(new Error(JSON.stringify(mail))) },
  };
  const egress = createEgress({ allow: [], resolve: async () => ['127.0.0.1'] });
  const nowhere = createEgress({ allow: [], resolve: () => Promise.reject(new Error(planted)) });
  const ways: readonly (readonly [string, Options])[] = [
    ...[200, 302, 400, 401, 429, 500].map((status) => [`HTTP ${status}`, { transport: echoing(status) }] as const),
    ['a bug', throwing],
    ['an address that is refused', { transport: egress, mail: egress }],
    ['a name that is not found', { transport: nowhere, mail: nowhere }],
  ];
  const kinds = Object.values(channelCatalogue).map(({ spec }) => [spec.kind, spec] as const);

  it.each(kinds)('%s', async (_, spec) => {
    for (const [, way] of ways) {
      for (const value of [
        planted,
        `https://hooks.example/${planted}?sig=${planted}`,
        `http://x:${planted}@h.example/`,
        `\r\n${planted}`,
      ]) {
        const running = await start(`${spec.example}\n`, { ...way, secret: () => value });
        const results: unknown[] = [];
        const { plan } = compilePlan([{ path: 'plan.yaml', text: `plan: shop\n${spec.example}\n` }]);
        for (const recipient of plan?.severities.flatMap(({ notify }) => notify) ?? []) {
          const [channel, to] =
            recipient.kind === 'channel'
              ? ([recipient.channel, recipient.target] as const)
              : ([recipient.channels[0] ?? '', recipient.person] as const);
          results.push(await running.test({ channel, recipient: to }));
        }
        expect(results.length).toBeGreaterThan(0);
        expect(JSON.stringify([results, running.facts(), running.log])).not.toContain(planted);
        await running.stop();
      }
    }
  });
});
