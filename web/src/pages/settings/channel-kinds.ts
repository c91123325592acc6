import type { ChannelKind, ChannelSpec } from '#channels/channel.ts';
import { discordSpec } from '#channels/discord/spec.ts';
import { emailSpec } from '#channels/email/spec.ts';
import { inboxSpec } from '#channels/inbox/spec.ts';
import { ntfySpec } from '#channels/ntfy/spec.ts';
import { slackSpec } from '#channels/slack/spec.ts';
import { teamsSpec } from '#channels/teams/spec.ts';
import { telegramSpec } from '#channels/telegram/spec.ts';
import { webhookSpec } from '#channels/webhook/spec.ts';

/** What each kind says of itself, without the code that sends. A kind without its line does not compile. */
const specs: Readonly<Record<ChannelKind, ChannelSpec>> = {
  app: inboxSpec,
  email: emailSpec,
  slack: slackSpec,
  teams: teamsSpec,
  discord: discordSpec,
  telegram: telegramSpec,
  ntfy: ntfySpec,
  webhook: webhookSpec,
};

/** Every kind that a plan can bind. */
export const channelKinds: readonly ChannelSpec[] = Object.values(specs).filter(({ builtIn }) => !builtIn);

/** The environment variables that a kind's example takes its secrets from. */
export function secretsOf({ example }: Pick<ChannelSpec, 'example'>): readonly string[] {
  return [...new Set([...example.matchAll(/\bsecret ([A-Z][A-Z0-9_]*)/g)].map(([, name]) => name ?? ''))];
}
