import { expect, test } from 'vitest';
import { compilePlan } from '#plan/compile.ts';
import type { CompiledPlan } from '#plan/model.ts';
import { authorOf } from './author.ts';
import { refuseNewSecretUses } from './secret-uses.ts';

function planWith(parts: string): CompiledPlan {
  const text = `plan: shop\nsignals:\n  seen: count(requests) over 5m\n${parts}`;
  const { plan, diagnostics } = compilePlan([{ path: 'plan.yaml', text }]);
  if (plan === undefined) throw new Error(JSON.stringify(diagnostics));
  return plan;
}

const mail = (host: string, password = 'MAIL', name = 'post') =>
  `channels:\n  ${name}: { kind: email, host: ${host}, user: w, password: secret ${password}, from: w@tea.example }\n`;
const ntfy = (url: string, topic: string) => `people:\n  mia: { ntfy: ${topic} }\nchannels:\n  ntfy: { url: ${url} }\n`;
const hook = (url: string) => `channels:\n  hook: { kind: webhook, url: ${url}, secret: secret HOOK }\n`;

test.each([
  ['what is in force', mail('smtp.tea.example'), mail('smtp.tea.example')],
  ['another name of the channel', mail('smtp.tea.example'), mail('smtp.tea.example', 'MAIL', 'letters')],
  ['one secret less', mail('smtp.tea.example'), ''],
  ['a channel without a secret', '', 'channels:\n  ntfy: { url: https://ntfy.tea.example }\n'],
])('%s is nothing new', (_, before, after) => {
  expect(() => refuseNewSecretUses(planWith(before), planWith(after))).not.toThrow();
});

test.each([
  ['a secret in a plan that had none', '', mail('smtp.tea.example'), 'channels.post'],
  ['the same secret for another host', mail('smtp.tea.example'), mail('smtp.evil.example'), 'channels.post'],
  ['another secret for the same host', mail('smtp.tea.example'), mail('smtp.tea.example', 'AWS_KEY'), 'channels.post'],
  ['the address of a signed webhook', hook('https://a.example'), hook('https://b.example'), 'channels.hook'],
  ['a secret in place of an address', hook('https://a.example'), hook('secret AWS_KEY'), 'channels.hook'],
  [
    'a server of their own for secret topics',
    ntfy('https://ntfy.tea.example', 'secret TOPIC'),
    ntfy('https://evil.example', 'secret TOPIC'),
    'channels.ntfy',
  ],
  [
    'another secret as a topic',
    ntfy('https://ntfy.tea.example', 'secret TOPIC'),
    ntfy('https://ntfy.tea.example', 'secret AWS_KEY'),
    'people.mia',
  ],
])('%s is for who administers the server', (_, before, after, where) => {
  expect(() => refuseNewSecretUses(planWith(before), planWith(after))).toThrow(
    expect.objectContaining({ code: 'forbidden', where }),
  );
});

test('a new plan brings no secrets with it', () => {
  expect(() => refuseNewSecretUses(undefined, planWith(mail('smtp.tea.example')))).toThrow('administer');
  expect(() => refuseNewSecretUses(undefined, planWith(''))).not.toThrow();
});

test.each([
  [{ serverLevel: 'editor', planLevels: {} }, false],
  [{ planLevels: { shop: 'admin' } }, false],
  [{ serverLevel: 'admin', planLevels: {} }, true],
] as const)('%j says where secrets go: %s', (levels, maySetSecrets) => {
  expect(authorOf({ kind: 'session', name: 'mia', ...levels })).toEqual({ by: 'mia', maySetSecrets });
});
