import { expect, it } from 'vitest';
import type { World } from '#core/model.ts';
import { emptyWorld } from '#core/world.ts';
import type { ChannelTest } from '#engine/channel-tests.ts';
import { T0, VirtualClock } from '#intake/test-support.ts';
import { compilePlan } from '#plan/compile.ts';
import type { Actor } from '../actor.ts';
import { createChannelServices } from './channel-services.ts';

const TEXT = `plan: shop
people: { mia: { email: mia@tea.example }, ben: { telegram: 12 } }
channels:
  ops: { kind: slack, url: secret SLACK_URL }
  ntfy: { topic: shop-alerts, url: http://ntfy.example }
severities: { urgent: { notify: [mia by email, slack:#ops, email:team@tea.example] } }
`;
const mia: Actor = { kind: 'session', name: 'mia', email: 'MIA@tea.example', planLevels: {} };

function start(options: { readonly tests?: readonly number[]; readonly world?: World } = {}) {
  const { plan } = compilePlan([{ path: 'plan.yaml', text: TEXT }]);
  if (plan === undefined) throw new Error('the plan has errors');
  const clock = new VirtualClock(T0);
  const asked: unknown[] = [];
  const tests = (options.tests ?? []).map((agoMs, index) => ({
    sequence: index,
    at: T0 - agoMs,
    kind: 'channel-tested' as const,
    subject: 'channel:ops',
    reason: 'provider-unreachable' as const,
    body: { channel: 'ops', accepted: false, recipient: 'slack:ops', problem: 'No answer.', by: 'ben' },
  }));
  const services = createChannelServices(
    {
      plans: () => ['shop'],
      lastWorld: () => emptyWorld(plan, 1, T0),
      async testChannel(name: string, test: ChannelTest, by: string) {
        asked.push([name, test, by]);
        return { accepted: true, reason: 'provider-accepted', recipient: test.recipient ?? 'slack:ops' };
      },
      repositories: {
        listDeliveries: async ({ channel, states }) =>
          channel === 'ops' && states?.includes('failed') === true
            ? [
                {
                  id: 'n1',
                  position: 1,
                  identity: {
                    episode: 'A-1',
                    policyVersion: 1,
                    cycle: 0,
                    step: 'fired',
                    recipient: 'slack:#ops',
                    channel,
                  },
                  rule: 'errors',
                  severity: 'urgent',
                  state: 'failed',
                  createdAt: T0,
                  settledAt: T0 + 1_000,
                  mayRepeat: false,
                  problem: 'Answered 410.',
                  attemptCount: 1,
                },
              ]
            : [],
        listFacts: async ({ subject, limit }) => (subject === 'channel:ops' ? tests.slice(-limit) : []),
      },
    },
    clock,
    async (name) => (name === 'SLACK_URL' ? 'https://hooks.example/planted' : undefined),
  );
  return { services, asked };
}

it('says of each channel how it is set up, whom it reaches and how it did, and never a secret', async () => {
  const channels = await start({ tests: [5_000] }).services.list('shop');
  expect(channels.map(({ channel, origin, ready, persons }) => [channel, origin, ready, persons])).toEqual([
    ['app', 'built-in', true, ['mia', 'ben']],
    ['ops', 'plan', true, []],
    ['ntfy', 'plan', true, []],
    ['email', 'installation', false, ['mia']],
  ]);
  expect(channels[1]).toMatchObject({
    kind: 'slack',
    settings: [{ name: 'url', required: true, secret: { name: 'SLACK_URL', set: true } }],
    addresses: ['slack:#ops'],
    needsRecipient: false,
    lastFailed: { alert: 'A-1', recipient: 'slack:#ops', problem: 'Answered 410.' },
    lastTest: { accepted: false, by: 'ben', problem: 'No answer.' },
  });
  expect(channels[1]).not.toHaveProperty('lastAccepted');
  expect(channels[2]).toMatchObject({ settings: [{ value: 'shop-alerts' }, {}, { value: 'http://ntfy.example' }] });
  expect(channels[3]).toMatchObject({ addresses: ['email:team@tea.example'], needsRecipient: true });
  expect(JSON.stringify(channels)).not.toContain('planted');
});

it('tests as the one who asks', async () => {
  const { services, asked } = start();
  await services.test('shop', 'ops', undefined, mia);
  await services.testToSelf('shop', 'email', mia);
  expect(asked).toEqual([
    ['shop', { channel: 'ops' }, 'mia'],
    ['shop', { channel: 'email', recipient: 'mia' }, 'mia'],
  ]);
  for (const actor of [{ ...mia, email: 'eve@evil.example' }, { kind: 'token', name: 't', planLevels: {} } as const]) {
    await expect(services.testToSelf('shop', 'email', actor)).rejects.toMatchObject({ code: 'not-found' });
  }
  await expect(services.test('other', 'ops', undefined, mia)).rejects.toMatchObject({ code: 'not-found' });
  expect(asked).toHaveLength(2);
});

it('refuses the sixth test of a channel within a minute', async () => {
  const often = start({ tests: [50_000, 40_000, 30_000, 20_000, 10_000] });
  await expect(often.services.test('shop', 'ops', undefined, mia)).rejects.toMatchObject({
    code: 'too-many-requests',
    retryAfterMs: 10_000,
  });
  expect(await often.services.test('shop', 'ntfy', undefined, mia)).toMatchObject({ accepted: true });
  const before = start({ tests: [61_000, 40_000, 30_000, 20_000, 10_000] });
  expect(await before.services.test('shop', 'ops', undefined, mia)).toMatchObject({ accepted: true });
});

it('finds who of each plan has a mail address, however it is written', () => {
  const { services } = start();
  expect(services.personsOf('MIA@tea.example')).toEqual([{ plan: 'shop', person: 'mia' }]);
  expect(services.personsOf('eve@evil.example')).toEqual([]);
});
