import type { ChannelSpec } from '../channel.ts';

export const ntfySpec: ChannelSpec = {
  kind: 'ntfy',
  title: 'ntfy',
  summary:
    'Pushes to phones and desktops that subscribe to a topic of ntfy, on ntfy.sh or a server of your own. The most severe is as loud as ntfy can be.',
  builtIn: false,
  reaches: { persons: 'ntfy', addresses: 'places', placeField: 'topic' },
  fields: [
    {
      name: 'topic',
      type: 'text',
      required: false,
      secret: false,
      help: 'The topic of `ntfy:NAME` where NAME is the binding. On a public server who knows it can read along: write `secret NAME` there.',
    },
    { name: 'token', type: 'text', required: false, secret: true, help: 'An access token, for a protected topic.' },
    {
      name: 'url',
      type: 'url',
      required: false,
      secret: false,
      help: 'A server of your own. Default: `https://ntfy.sh`.',
    },
  ],
  deduplication: 'by-key',
  example: [
    'people:',
    '  mia: { ntfy: secret MIA_TOPIC }',
    'channels:',
    '  ntfy: { url: https://ntfy.tea.example, token: secret NTFY_TOKEN }',
    'severities:',
    '  urgent: { notify: [mia by ntfy, ntfy:ops] }',
  ].join('\n'),
};

/** Bytes of the message and the title; ntfy takes 4,096 of a message and 8,192 of all the JSON. */
export const ntfyLimits = { title: 250, message: 2_400 } as const;
