import type { Channel } from '#channels/channel.ts';
import { fail, ok, type Result } from '#kernel/result.ts';
import type { ChannelBinding } from '#plan/people.ts';
import type { AttemptResult } from './settlement.ts';

/** The value of a secret by its name, undefined when there is none. */
export type ResolveSecret = (name: string) => Promise<string | undefined>;

export interface ResolvedChannel {
  readonly channel: Channel;
  readonly settings: Readonly<Record<string, string | number | boolean>>;
}

/**
 * The channel behind a name and its settings, secrets resolved. A channel that is there by itself is named by its kind; any
 * other by its binding in the plan in force, which may have lost it since the message was queued.
 */
export async function resolveBinding(
  name: string,
  bindings: readonly ChannelBinding[],
  findChannel: (kind: string) => Channel | undefined,
  resolveSecret: ResolveSecret,
): Promise<Result<ResolvedChannel, AttemptResult>> {
  const binding = bindings.find((candidate) => candidate.name === name);
  const channel = findChannel(binding?.kind ?? name);
  if (channel === undefined || (binding === undefined && !channel.spec.builtIn)) {
    const problem = `The plan in force has no channel '${name}'.`;
    return fail({ outcome: 'impossible', reason: 'channel-removed', problem });
  }
  const settings: Record<string, string | number | boolean> = {};
  for (const [field, value] of Object.entries(binding?.settings ?? {})) {
    if ('literal' in value) settings[field] = value.literal;
    else {
      const secret = await resolveSecret(value.secret);
      if (secret === undefined) {
        const problem = `The secret '${value.secret}' that channel '${name}' needs is not set.`;
        return fail({ outcome: 'waiting', reason: 'secret-missing', problem });
      }
      settings[field] = secret;
    }
  }
  return ok({ channel, settings });
}
