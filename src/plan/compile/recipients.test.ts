import { describe, expect, it } from 'vitest';
import { compilePlan } from '../compile.ts';
import { explainPlan } from '../explain.ts';

const PEOPLE =
  'people: { mia: { email: mia@tea.example, telegram: 42, order: [app, email] }, ben: { ntfy: secret BEN } }';

function compile(channels: string, notify: string) {
  const text = `plan: shop\n${PEOPLE}\nroles: { team: [mia, ben] }\nchannels: { ${channels} }\nseverities: { urgent: { notify: [${notify}] } }\n`;
  return compilePlan([{ path: 'plan.yaml', text }]);
}

/** Each finding as `line:column code message`. */
function findings(channels: string, notify: string): readonly string[] {
  return compile(channels, notify).diagnostics.map(
    ({ line, column, code, message }) => `${line}:${column} ${code} ${message}`,
  );
}

function told(channels: string, notify: string): readonly string[] {
  const compilation = compile(channels, notify);
  expect(compilation.diagnostics).toEqual([]);
  expect(compilation.notExecuted).toEqual([]);
  return (compilation.plan?.severities[0]?.notify ?? []).map((recipient) =>
    recipient.kind === 'channel'
      ? `${recipient.target} -> ${recipient.channel}`
      : `${recipient.person} by ${recipient.channels.join(', ')}`,
  );
}

const slack = 'slack: { url: secret A }';
const ops = 'ops: { kind: slack, url: secret B }';

describe('an address leads to', () => {
  it.each([
    ['the binding of its kind', ops, 'slack:ops', 'slack:ops -> ops'],
    ['the same with a hash', ops, 'slack:#ops', 'slack:#ops -> ops'],
    ['else to the binding named like the kind', slack, 'slack:#shop', 'slack:#shop -> slack'],
    ['the binding before the one named like the kind', `${slack}, ${ops}`, 'slack:#ops', 'slack:#ops -> ops'],
    ['a place within the binding before the colon', ops, 'ops:#any', 'ops:#any -> ops'],
    ['a mail address', '', 'email:team@tea.example', 'email:team@tea.example -> email'],
    [
      'a mail address by another account',
      'work: { kind: email, host: h.example, from: a@h.example }',
      'work:team@tea.example',
      'work:team@tea.example -> work',
    ],
    ['a chat', 'telegram: { token: secret T }', 'telegram:-1001', 'telegram:-1001 -> telegram'],
    [
      'the chat of a binding',
      'ops: { kind: telegram, token: secret T, chat: 7 }',
      'telegram:ops',
      'telegram:ops -> ops',
    ],
    ['a topic', 'ntfy: {}', 'ntfy:shop-alerts', 'ntfy:shop-alerts -> ntfy'],
    ['the topic of a binding', 'ops: { kind: ntfy, topic: secret T }', 'ntfy:ops', 'ntfy:ops -> ops'],
    [
      'a webhook',
      'ops: { kind: webhook, url: https://a.example, secret: secret S }',
      'webhook:ops',
      'webhook:ops -> ops',
    ],
  ])('%s', (_, channels, notify, expected) => expect(told(channels, notify)).toEqual([expected]));
});

it('one place of a webhook may be named often, a second one is a mistake', () => {
  expect(told(slack, 'slack:#shop, slack:#shop')).toHaveLength(1);
  expect(findings(slack, 'slack:#shop, slack:#other')).toEqual([
    '5:47 E137 `channels.slack` leads to one place, which is `#shop` elsewhere in the plan.',
  ]);
});

it.each([
  ['teams:ops', '', 'E137 There is no teams `ops` under `channels`.'],
  ['slack:#x', 'x: { kind: teams, url: secret A }', 'E137 There is no slack `#x` under `channels`.'],
  ['telegram:ops', '', 'E137 There is no telegram `ops` under `channels`.'],
  [
    'telegram:ops',
    'ops: { kind: telegram, token: secret T }',
    'E139 `channels.ops` does not say its `chat`, so `telegram:ops` leads nowhere.',
  ],
  [
    'telegram:ops',
    'telegram: { token: secret T }',
    'E122 `ops` is not a chat: its number, or `@name` of a public channel.',
  ],
  ['email:team', '', 'E122 `team` is not a mail address, e.g. `email:team@shop.example`.'],
  ['ntfy:a/b', 'ntfy: {}', 'E122 `a/b` is not a topic: letters, digits, `-` and `_`.'],
  ['mia by telegram', '', 'E137 There is no `telegram` under `channels`.'],
  ['ben by telegram', 'telegram: { token: secret T }', 'E139 `ben` has no `telegram`, so telegram cannot reach them.'],
  ['ben by email', '', 'E139 `ben` has no `email`, so email cannot reach them.'],
  ['mia by ops', ops, 'is not executed'],
])('%s with `%s`: %s', (notify, channels, expected) => {
  const found = findings(channels, notify);
  if (expected === 'is not executed') {
    expect(compile(channels, notify).notExecuted.map(({ what }) => what)).toEqual(['telling persons by ops']);
    expect(found).toEqual([]);
  } else expect(found.map((text) => text.replace(/^\d+:\d+ /, ''))).toEqual([expected]);
});

it('a person is told by every channel of their own order when the line names none', () => {
  expect(told('', 'mia')).toEqual(['mia by app, email']);
  expect(told('ntfy: {}', 'mia by email, ben by ntfy and app')).toEqual(['mia by email', 'ben by ntfy, app']);
});

describe('the mail account of the installation', () => {
  const named = (channels: string, notify: string) =>
    compile(channels, notify).plan?.channels.map(({ name, kind, implied }) => [name, kind, implied]);

  it('is there when somebody is told by e-mail and the plan binds no server', () => {
    expect(named('', 'mia by email')).toEqual([['email', 'email', true]]);
    expect(named('', 'email:team@tea.example')).toEqual([['email', 'email', true]]);
    expect(named('', 'mia by app')).toEqual([]);
    expect(named('email: { host: h.example, from: a@h.example }', 'mia by email')).toEqual([
      ['email', 'email', undefined],
    ]);
  });

  it('takes everything from secrets, and is named as a default', () => {
    const compilation = compile('', 'mia by email');
    expect(compilation.plan?.channels[0]?.settings).toEqual({
      host: { secret: 'MAIL_HOST' },
      user: { secret: 'MAIL_USER' },
      password: { secret: 'MAIL_PASSWORD' },
      from: { secret: 'MAIL_FROM' },
    });
    expect(explainPlan(compilation)).toContain('email: the mail account of the installation  (default)');
  });
});

it('addresses of persons are held to the form that their channel needs, and may be secrets', () => {
  const text =
    'plan: shop\npeople: { mia: { telegram: "@mia", ntfy: secret TOPIC }, ben: { telegram: ben, ntfy: a b } }\n';
  const { diagnostics } = compilePlan([{ path: 'plan.yaml', text }]);
  expect(diagnostics.map(({ line, column, code }) => `${line}:${column} ${code}`)).toEqual(['2:75 E122', '2:86 E122']);
});
