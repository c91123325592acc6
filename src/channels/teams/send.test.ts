import { afterEach, expect, it } from 'vitest';
import { channelConformance } from '../../../test/conformance/channel.ts';
import {
  type HttpProvider,
  hostileNotification,
  type ProviderReply,
  resolvedNotification,
  type SeenRequest,
  startHttpProvider,
} from '../../../test/kit/http-provider.ts';
import { teams } from './send.ts';

channelConformance(teams, 'http');

let provider: HttpProvider | undefined;
afterEach(() => provider?.close());

/** A workflow takes messages of up to 28 KB with cards in them, and says next to nothing. */
function answerAsTeams({ body, bytes }: SeenRequest): ProviderReply {
  if (bytes > 28_000) return { status: 413, body: '{"error":{"code":"RequestEntityTooLarge"}}' };
  const card = body.attachments?.[0];
  const isCard =
    card?.contentType === 'application/vnd.microsoft.card.adaptive' && card.content.type === 'AdaptiveCard';
  return body.type === 'message' && isCard ? { status: 202 } : { status: 400, body: '{"error":{"code":"BadRequest"}}' };
}

async function start(reply: (request: SeenRequest) => ProviderReply = answerAsTeams): Promise<HttpProvider> {
  provider = await startHttpProvider(reply);
  return provider;
}

it('posts one card with the state in words and in colour', async () => {
  const server = await start();
  expect(await server.send(teams, { url: `${server.url}/workflows/x?sig=secret` })).toMatchObject({
    outcome: 'accepted',
  });
  expect(server.seen[0]?.query.get('sig')).toBe('secret');
  const { content } = server.seen[0]?.body.attachments[0] ?? {};
  expect(content.body[0]).toMatchObject({ style: 'attention', items: [{ inlines: [{ text: 'Firing' }] }] });
  expect(content.actions).toMatchObject([
    { type: 'Action.OpenUrl', title: 'Acknowledge' },
    { type: 'Action.OpenUrl', title: 'Open the alert', url: 'https://watch.example/plans/tea-shop/alerts/A-1' },
  ]);
  await server.send(teams, { url: server.url }, {}, resolvedNotification());
  expect(server.seen[1]?.body.attachments[0].content.body[0]).toMatchObject({ style: 'good' });
});

it('cuts what is too long, and shows texts only where Teams reads no Markdown', async () => {
  const server = await start();
  expect(await server.send(teams, { url: server.url }, {}, hostileNotification())).toMatchObject({
    outcome: 'accepted',
  });
  expect(JSON.stringify(server.seen[0]?.body)).not.toMatch(/"TextBlock"|"FactSet"/);
});

it('stays within 28 KB also where each sign is three bytes', async () => {
  const server = await start();
  const hostile = hostileNotification();
  const text = '茶'.repeat(5_000);
  const content = { ...hostile.content, condition: text, group: JSON.stringify([text]), runbook: text };
  const evidence = content.evidence.map((one) => ({ ...one, text: `和${text}` }));
  const notification = { ...hostile, content: { ...content, evidence } };
  expect(await server.send(teams, { url: server.url }, {}, notification)).toMatchObject({ outcome: 'accepted' });
});

it.each([
  'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429',
  '{"error":{"code":"WorkflowTriggerIsNotEnabled"}}',
])('takes a 200 that says %s for a failure', async (body) => {
  const server = await start(() => ({ status: 200, body }));
  expect(await server.send(teams, { url: server.url })).toMatchObject({ outcome: 'retry' });
});
