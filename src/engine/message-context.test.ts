import { expect, it } from 'vitest';
import { findChannel } from '#channels/catalogue.ts';
import { compilePlan } from '#plan/compile.ts';
import { sampleNotification } from '../../test/conformance/channel.ts';
import { type MessageLinks, readyChannel } from './message-context.ts';

const { plan } = compilePlan([
  {
    path: 'plan.yaml',
    text: `plan: tea-shop
timezone: Europe/Berlin
people: { mia: { email: mia@tea.example, ntfy: secret MIA_TOPIC }, ben: {} }
channels: { ntfy: {}, ops: { kind: ntfy, topic: shop }, slack: { url: secret SLACK } }
severities: { page: { notify: [mia by email] }, urgent: { notify: [mia by app] } }
`,
  },
]);
if (plan === undefined) throw new Error('the plan has errors');
const inForce = plan;

const links: MessageLinks = {
  alertUrl: (name, alert) => `https://watch.example/plans/${name}/alerts/${alert}`,
  acknowledgeUrl: (name, alert, person, at) => `https://watch.example/a/${name}.${alert}.${person}.${at}`,
};
const secrets: Readonly<Record<string, string>> = {
  SLACK: 'https://hooks.example/x',
  MAIL_HOST: 'h.example',
  MAIL_USER: 'u',
};

async function ready(recipient: string, channel: string, more: object = {}) {
  const sample = sampleNotification();
  const notification = {
    ...sample,
    identity: { ...sample.identity, recipient, channel },
    content: { ...sample.content, ...more },
  };
  return readyChannel(notification, inForce, findChannel, async (name) => secrets[name], links);
}

it('gives a person the address that the plan in force has, and a link of their own to acknowledge by', async () => {
  expect(await ready('mia', 'app')).toMatchObject({
    ok: true,
    value: {
      channel: { spec: { kind: 'app' } },
      context: {
        severityRank: 1,
        timezone: 'Europe/Berlin',
        links: {
          alert: 'https://watch.example/plans/tea-shop/alerts/A-1',
          acknowledge: 'https://watch.example/a/tea-shop.A-1.mia.1772440000100',
        },
      },
    },
  });
  const over = await ready('mia', 'app', { state: 'resolved' });
  expect(over.ok && over.value.context.links).toEqual({ alert: 'https://watch.example/plans/tea-shop/alerts/A-1' });
});

it.each([
  ['slack:#shop', 'slack', '#shop'],
  ['ntfy:ops', 'ops', undefined],
  ['ntfy:elsewhere', 'ntfy', 'elsewhere'],
])(
  'gives the address %s of the binding %s the place %s, and no link to acknowledge by',
  async (recipient, channel, to) => {
    const result = await ready(recipient, channel);
    expect(result.ok && result.value.context.to).toBe(to);
    expect(result.ok && result.value.context.links).not.toHaveProperty('acknowledge');
  },
);

it('says why nobody can be told', async () => {
  expect(await ready('ben', 'ntfy')).toMatchObject({
    failure: {
      outcome: 'impossible',
      reason: 'recipient-has-no-channel',
      problem: expect.stringContaining('ben has no ntfy'),
    },
  });
  expect(await ready('gone', 'ntfy')).toMatchObject({ failure: { reason: 'recipient-has-no-channel' } });
  expect(await ready('mia', 'slack')).toMatchObject({ failure: { reason: 'recipient-has-no-channel' } });
  expect(await ready('mia', 'ntfy')).toMatchObject({
    failure: { outcome: 'waiting', reason: 'secret-missing', problem: expect.stringContaining('MIA_TOPIC') },
  });
  expect(await ready('mia', 'email')).toMatchObject({
    failure: { outcome: 'waiting', reason: 'secret-missing', problem: expect.stringContaining('MAIL_PASSWORD') },
  });
  expect(await ready('webhook:shop', 'shop')).toMatchObject({ failure: { reason: 'channel-removed' } });
});
