import type { ChannelAnswer, ChannelTestAnswer } from '#contract/channels.ts';
import type { Actor } from '../actor.ts';

/** Throws `not-found` for a plan, channel or recipient that is not there. */
export interface ChannelServices {
  list(plan: string): Promise<ChannelAnswer[]>;
  /** Throws `too-many-requests` when the channel was tested often just now. */
  test(plan: string, channel: string, recipient: string | undefined, actor: Actor): Promise<ChannelTestAnswer>;
  /** To the person of the plan who has the actor's mail address. */
  testToSelf(plan: string, channel: string, actor: Actor): Promise<ChannelTestAnswer>;
  /** Who has this mail address, in each plan that runs. */
  personsOf(email: string): { readonly plan: string; readonly person: string }[];
}
