import type { ChannelSpec } from '../channel.ts';

export const teamsSpec: ChannelSpec = {
  kind: 'teams',
  title: 'Microsoft Teams',
  summary:
    'Posts an Adaptive Card to a channel or chat of Teams, through a workflow that begins with "When a Teams webhook request is received".',
  builtIn: false,
  reaches: { addresses: 'one place' },
  fields: [
    {
      name: 'url',
      type: 'url',
      required: true,
      secret: true,
      help: 'The URL that the workflow shows. It holds a signature, so it is a secret.',
    },
  ],
  deduplication: 'none',
  example: [
    'channels:',
    '  ops: { kind: teams, url: secret TEAMS_OPS_URL }',
    'severities:',
    '  urgent: { notify: [teams:ops] }',
  ].join('\n'),
};

/** Bytes of the text in a card. Teams takes 28 KB for all of a message. */
export const teamsLimits = { text: 12_000 } as const;
