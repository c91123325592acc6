import { expect, test } from 'vitest';
import { missingSecrets } from './missing-secrets.ts';

test('each secret that is not set is named with its channel; those that are set are not', async () => {
  const channels = [
    { name: 'ops', kind: 'webhook', settings: { url: { secret: 'OPS_URL' }, secret: { secret: 'OPS_SECRET' } } },
    { name: 'open', kind: 'webhook', settings: { url: { literal: 'https://open.example' } } },
  ];
  const people = [
    { name: 'mia', ntfy: { secret: 'MIA_TOPIC' } },
    { name: 'ben', ntfy: { literal: 'ben' }, telegram: { secret: 'BEN_CHAT' } },
  ];
  const ntfy = { name: 'push', kind: 'ntfy', settings: {} };
  const set = new Map([['OPS_SECRET', 'whsec_x']]);
  const webhooks = [{ kind: 'stripe', name: 'stripe', secret: 'STRIPE_SIGNING' }] as const;
  const rest = { url: 'http://a/', everyMs: {}, timeoutMs: 1, labels: [], keep: [], drop: [] };
  const scrapes = [
    { name: 'api', tokenSecret: 'METRICS_TOKEN', ...rest },
    { name: 'open', ...rest },
  ];
  const plan = { channels: [...channels, ntfy], people, webhooks, scrapes };
  expect(await missingSecrets(plan, async (name) => set.get(name))).toEqual([
    'The secret OPS_URL is not set: nobody can be told by ops.',
    'The secret MIA_TOPIC is not set: mia cannot be told by ntfy.',
    'The secret STRIPE_SIGNING is not set: nothing can come by the webhook stripe.',
    'The secret METRICS_TOKEN is not set: the target api cannot be asked.',
  ]);
});
