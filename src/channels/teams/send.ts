import type { LeasedNotification } from '#core/store.ts';
import type { Attempt, Channel, ChannelContext } from '../channel.ts';
import { postJson } from '../post-json.ts';
import { describeRichly } from '../rich-message.ts';
import { renderTeams } from './render.ts';
import { teamsSpec } from './spec.ts';

export const teams: Channel = { spec: teamsSpec, send };

/** A workflow answers 202 with next to nothing; a connector of the older kind answers 200 also when Teams has refused, and says so in words. */
const REFUSED = /"error"\s*:|failed with error|returned HTTP error/i;

async function send(notification: LeasedNotification, context: ChannelContext): Promise<Attempt> {
  const { url } = context.settings;
  if (typeof url !== 'string') return { outcome: 'refused', problem: 'The channel has no url.' };
  const message = renderTeams(describeRichly(notification, context, teamsSpec));
  return postJson(context, url, message, { isTaken: (body) => !REFUSED.test(body) });
}
