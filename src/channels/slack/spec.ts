import type { ChannelSpec } from '../channel.ts';

export const slackSpec: ChannelSpec = {
  kind: 'slack',
  title: 'Slack',
  summary: 'Posts to a Slack channel through an incoming webhook, which belongs to one channel of Slack.',
  builtIn: false,
  reaches: { addresses: 'one place' },
  fields: [
    {
      name: 'url',
      type: 'url',
      required: true,
      secret: true,
      help: 'The URL of the incoming webhook. Who has it can post, so it is a secret.',
    },
  ],
  deduplication: 'none',
  example: [
    'channels:',
    '  slack:  { url: secret SLACK_URL }',
    '  alerts: { kind: slack, url: secret SLACK_ALERTS_URL }',
    'severities:',
    '  urgent: { notify: [slack:#engineering, slack:#alerts] }',
  ].join('\n'),
};

/** In UTF-16 units, of the escaped text. From the reference of Block Kit; the text of a message is cut by Slack itself beyond 4,000. */
export const slackLimits = { text: 3_000, section: 3_000, button: 75 } as const;
