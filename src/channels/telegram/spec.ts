import type { ChannelSpec } from '../channel.ts';

export const telegramSpec: ChannelSpec = {
  kind: 'telegram',
  title: 'Telegram',
  summary:
    'Sends a message by a bot of Telegram. A person has to have written to the bot once, and a group has to have it as a member.',
  builtIn: false,
  reaches: { persons: 'telegram', addresses: 'places', placeField: 'chat' },
  fields: [
    { name: 'token', type: 'text', required: true, secret: true, help: "The bot's token." },
    {
      name: 'chat',
      type: 'text',
      required: false,
      secret: false,
      help: 'The chat of `telegram:NAME` where NAME is the binding: a number, or `@name` of a public channel.',
    },
    {
      name: 'url',
      type: 'url',
      required: false,
      secret: false,
      help: 'A Bot API server of your own. Default: `https://api.telegram.org`.',
    },
  ],
  deduplication: 'none',
  example: [
    'people:',
    '  mia: { telegram: 123456789 }',
    'channels:',
    '  telegram: { token: secret TELEGRAM_TOKEN }',
    '  ops:      { kind: telegram, token: secret TELEGRAM_TOKEN, chat: -1001234567890 }',
    'severities:',
    '  urgent: { notify: [mia by telegram, telegram:ops] }',
  ].join('\n'),
};

/** Characters of a message with its references; Telegram counts 4,096 without them. */
export const telegramLimits = { title: 500, text: 4_000 } as const;
