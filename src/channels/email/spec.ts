import type { ChannelSpec } from '../channel.ts';

export const emailSpec: ChannelSpec = {
  kind: 'email',
  title: 'E-mail',
  summary:
    'Sends a mail with a text and an HTML part. All mails about one alert are one thread; each keeps its Message-ID over all attempts.',
  builtIn: false,
  reaches: { persons: 'email', addresses: 'places' },
  fields: [
    { name: 'host', type: 'text', required: true, secret: false, help: 'Name of the mail server (SMTP).' },
    {
      name: 'port',
      type: 'number',
      required: false,
      secret: false,
      help: 'Default: 587, with `security: tls` 465, with `security: none` 25.',
    },
    {
      name: 'security',
      type: 'text',
      values: ['starttls', 'tls', 'none'],
      required: false,
      secret: false,
      help: '`starttls` (default) begins in the clear and sends nothing unless TLS follows; `tls` speaks TLS from the start; `none` is for a relay on the same host.',
    },
    {
      name: 'user',
      type: 'text',
      required: false,
      with: 'password',
      secret: false,
      help: 'To log in, together with `password`.',
    },
    {
      name: 'password',
      type: 'text',
      required: false,
      with: 'user',
      secret: true,
      help: 'To log in, together with `user`.',
    },
    { name: 'from', type: 'email', required: true, secret: false, help: 'Address that the mails come from.' },
  ],
  deduplication: 'by-key',
  example: [
    'people:',
    '  mia: { email: mia@tea.example }',
    'channels:',
    '  email:',
    '    host:     smtp.tea.example',
    '    user:     watchbill',
    '    password: secret SMTP_PASSWORD',
    '    from:     watchbill@tea.example',
    'severities:',
    '  urgent: { notify: [mia by email, email:team@tea.example] }',
  ].join('\n'),
};

/** Ports by the way in which TLS begins (RFC 8314, RFC 6409). */
export const emailPorts: Readonly<Record<'starttls' | 'tls' | 'none', number>> = { starttls: 587, tls: 465, none: 25 };
