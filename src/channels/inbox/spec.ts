import type { ChannelSpec } from '../channel.ts';

export const inboxSpec: ChannelSpec = {
  kind: 'app',
  title: 'Inbox',
  summary: "Puts the message in the person's inbox in Watchbill itself.",
  builtIn: true,
  reaches: { persons: 'name' },
  fields: [],
  deduplication: 'by-key',
  example: ['people:', '  mia: {}', 'severities:', '  urgent: { notify: [mia by app] }'].join('\n'),
};
