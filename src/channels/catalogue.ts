import type { Channel, ChannelKind } from './channel.ts';
import { discord } from './discord/send.ts';
import { email } from './email/send.ts';
import { inbox } from './inbox/send.ts';
import { ntfy } from './ntfy/send.ts';
import { slack } from './slack/send.ts';
import { teams } from './teams/send.ts';
import { telegram } from './telegram/send.ts';
import { webhook } from './webhook/send.ts';

/** Every channel, a line each. A kind without its line does not compile. */
export const channelCatalogue: Readonly<Record<ChannelKind, Channel>> = {
  app: inbox,
  email,
  slack,
  teams,
  discord,
  telegram,
  ntfy,
  webhook,
};

/** The channel of a kind, undefined when there is none of that name. */
export function findChannel(kind: string): Channel | undefined {
  return Object.hasOwn(channelCatalogue, kind) ? channelCatalogue[kind as ChannelKind] : undefined;
}
