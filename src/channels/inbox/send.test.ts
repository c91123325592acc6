import { expect, it } from 'vitest';
import { channelConformance, tryChannel } from '../../../test/conformance/channel.ts';
import { inbox } from './send.ts';

channelConformance(inbox, 'inbox');

it('puts the words in the inbox of the person', async () => {
  const { attempt, inbox: messages } = await tryChannel(inbox);
  expect(attempt).toEqual({ outcome: 'delivered' });
  expect(messages).toMatchObject([
    { plan: 'tea-shop', person: 'mia', alert: 'A-1', title: 'urgent: errors [/orders] fires (A-1, Tea shop)' },
  ]);
});
