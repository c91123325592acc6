import type { Channel, ChannelContext } from '#channels/channel.ts';
import type { NotificationIdentity } from '#core/notification.ts';
import type { LeasedNotification } from '#core/store.ts';
import type { Instant } from '#kernel/instant.ts';
import { fail, ok, type Result } from '#kernel/result.ts';
import type { CompiledPlan } from '#plan/model.ts';
import type { Person, SecretOr } from '#plan/people.ts';
import { type ResolveSecret, resolveBinding } from './channel-settings.ts';
import type { AttemptResult } from './settlement.ts';

/** What of the plan in force messages depend on. */
export type MessagePlan = Pick<CompiledPlan, 'name' | 'channels' | 'people' | 'severities' | 'timezone'>;

/** Where the links of messages lead. */
export interface MessageLinks {
  alertUrl(plan: string, alert: string): string;
  /** A link by which this person may acknowledge this alert without signing in, in a message that was made at `at`. */
  acknowledgeUrl?(plan: string, alert: string, person: string, at: Instant): string;
}

/** A channel together with what it has to know of one message. */
export interface ReadyChannel {
  readonly channel: Channel;
  readonly context: Pick<ChannelContext, 'settings' | 'to' | 'links' | 'severityRank' | 'timezone'>;
}

/** Finds the channel of a message, its settings, the address of the recipient, and the links; or why the message cannot be sent. */
export async function readyChannel(
  notification: Pick<LeasedNotification, 'identity' | 'severity' | 'content' | 'createdAt'>,
  plan: MessagePlan,
  findChannel: (kind: string) => Channel | undefined,
  resolveSecret: ResolveSecret,
  links: MessageLinks | undefined,
): Promise<Result<ReadyChannel, AttemptResult>> {
  const { identity } = notification;
  const resolved = await resolveBinding(identity.channel, plan.channels, findChannel, resolveSecret);
  if (!resolved.ok) return resolved;
  const { channel, settings } = resolved.value;
  const address = await addressOf(identity, channel, plan.people, resolveSecret);
  if (!address.ok) return address;
  const rank = plan.severities.findIndex(({ name }) => name === notification.severity);
  return ok({
    channel,
    context: {
      settings,
      timezone: plan.timezone,
      ...(address.value === undefined ? {} : { to: address.value }),
      ...(rank < 0 ? {} : { severityRank: rank }),
      ...(links === undefined ? {} : { links: linksOf(links, notification) }),
    },
  });
}

/** An address as plans write it has a colon; names of persons have none. */
function isAddress(recipient: string): boolean {
  return recipient.includes(':');
}

function linksOf(
  links: MessageLinks,
  { identity: { recipient }, content: { plan, alert, state }, createdAt }: Parameters<typeof readyChannel>[0],
): NonNullable<ChannelContext['links']> {
  const acknowledge =
    isAddress(recipient) || state !== 'firing' ? undefined : links.acknowledgeUrl?.(plan, alert, recipient, createdAt);
  return { alert: links.alertUrl(plan, alert), ...(acknowledge === undefined ? {} : { acknowledge }) };
}

/** Where to within the channel: a person's address as the plan in force has it, or the place after the colon unless that is the binding itself. */
async function addressOf(
  { recipient, channel: binding }: NotificationIdentity,
  channel: Channel,
  people: readonly Person[],
  resolveSecret: ResolveSecret,
): Promise<Result<string | undefined, AttemptResult>> {
  if (isAddress(recipient)) {
    const place = recipient.slice(recipient.indexOf(':') + 1);
    return ok(place.replace(/^#/, '') === binding ? undefined : place);
  }
  const field = channel.spec.reaches.persons;
  if (field === 'name') return ok(undefined);
  const person = people.find(({ name }) => name === recipient);
  const value = field === undefined ? undefined : readAddress(person, field);
  if (value === undefined) {
    const what = field ?? 'an address';
    const problem = `${recipient} has no ${what} for channel '${binding}' in the plan in force.`;
    return fail({ outcome: 'impossible', reason: 'recipient-has-no-channel', problem });
  }
  if ('literal' in value) return ok(value.literal);
  const secret = await resolveSecret(value.secret);
  if (secret !== undefined) return ok(secret);
  const problem = `The secret '${value.secret}', by which channel '${binding}' reaches ${recipient}, is not set.`;
  return fail({ outcome: 'waiting', reason: 'secret-missing', problem });
}

function readAddress(person: Person | undefined, field: 'email' | 'telegram' | 'ntfy'): SecretOr<string> | undefined {
  if (field === 'email') return person?.email === undefined ? undefined : { literal: person.email };
  return person?.[field];
}
