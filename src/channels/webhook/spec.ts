import type { ChannelSpec } from '../channel.ts';

export const webhookSpec: ChannelSpec = {
  kind: 'webhook',
  title: 'Webhook',
  summary: 'Posts a signed JSON message to a URL, following Standard Webhooks.',
  builtIn: false,
  reaches: { addresses: 'binding' },
  fields: [
    {
      name: 'url',
      type: 'url',
      required: true,
      secret: false,
      help: 'Where to post, http or https. May also be written as `secret NAME` when the URL itself is a credential.',
    },
    {
      name: 'secret',
      type: 'text',
      required: true,
      secret: true,
      help: 'The key of the signature: `whsec_` and Base64 as Standard Webhooks has it, or any other text, taken as it is.',
    },
  ],
  deduplication: 'by-key',
  example: [
    'channels:',
    '  shop: { kind: webhook, url: secret SHOP_WEBHOOK_URL, secret: secret SHOP_WEBHOOK_SECRET }',
    'severities:',
    '  urgent: { notify: [webhook:shop] }',
  ].join('\n'),
};
