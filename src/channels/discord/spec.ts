import type { ChannelSpec } from '../channel.ts';

export const discordSpec: ChannelSpec = {
  kind: 'discord',
  title: 'Discord',
  summary: 'Posts to a channel of Discord through one of its webhooks. It mentions nobody, whatever the text says.',
  builtIn: false,
  reaches: { addresses: 'one place' },
  fields: [
    {
      name: 'url',
      type: 'url',
      required: true,
      secret: true,
      help: "The webhook's URL, for a thread with `?thread_id=…`. Who has it can post, so it is a secret.",
    },
  ],
  deduplication: 'none',
  example: [
    'channels:',
    '  ops: { kind: discord, url: secret DISCORD_OPS_URL }',
    'severities:',
    '  urgent: { notify: [discord:ops] }',
  ].join('\n'),
};

/** In UTF-16 units, escapes included. All of an embed together may have 6,000. */
export const discordLimits = { title: 256, description: 4_096, footer: 2_048, name: 80 } as const;
