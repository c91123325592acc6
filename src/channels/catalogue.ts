import type { Channel, ChannelKind } from './channel.ts';
import { inbox } from './inbox/send.ts';
import { webhook } from './webhook/send.ts';

/** Every channel, a line each. A kind without its line does not compile. */
export const channelCatalogue: Readonly<Record<ChannelKind, Channel>> = {
  app: inbox,
  webhook,
};

/** The channel of a kind, undefined when there is none of that name. */
export function findChannel(kind: string): Channel | undefined {
  return Object.hasOwn(channelCatalogue, kind) ? channelCatalogue[kind as ChannelKind] : undefined;
}
