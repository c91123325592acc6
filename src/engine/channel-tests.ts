import type { Attempt, Channel } from '#channels/channel.ts';
import type { DecisionReason, Fact } from '#core/model.ts';
import type { LeasedNotification, Store } from '#core/store.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock, MailTransport, Random, Transport } from '#kernel/ports.ts';
import type { CompiledPlan } from '#plan/model.ts';
import type { Recipient } from '#plan/people.ts';
import type { ResolveSecret } from './channel-settings.ts';
import type { HostedPlan } from './hosted-plan.ts';
import { describeProblem, type Log } from './log.ts';
import { readyChannel } from './message-context.ts';
import type { OwnedPlan } from './plan-runner.ts';
import type { AttemptResult } from './settlement.ts';

export interface ChannelTest {
  /** Name of a binding, or the kind of a channel that is there by itself. */
  readonly channel: string;
  /** Name of a person, or an address that the plan names; not needed where the binding itself leads to one place. */
  readonly recipient?: string;
}

/** What became of a test message. `reason` is the one of the fact that was recorded. */
export interface ChannelTestResult {
  readonly accepted: boolean;
  readonly reason: DecisionReason;
  readonly recipient: string;
  readonly receipt?: string;
  /** What is wrong, for people; holds no secret. */
  readonly problem?: string;
}

export interface ChannelTests {
  /**
   * Sends one message that is marked as a test, at once and once, beside the queue. Throws `not-found` for a channel or recipient that the
   * plan does not have, and `invalid-request` when it has to be said to whom.
   */
  testChannel(plan: string, test: ChannelTest, by: string): Promise<ChannelTestResult>;
}

export interface ChannelTestsOptions {
  /** Throws `not-found`. */
  readonly find: (plan: string) => HostedPlan;
  /** Waits for the plan to be ours. */
  readonly ownedBy: (hosted: HostedPlan) => Promise<OwnedPlan>;
  readonly store: Pick<Store, 'commit' | 'putInbox'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly transport: Transport;
  readonly mail: MailTransport;
  readonly log: Log;
  readonly findChannel: (kind: string) => Channel | undefined;
  readonly resolveSecret: ResolveSecret;
}

/** The subject of the facts about a channel. */
export function channelSubject(channel: string): string {
  return `channel:${channel}`;
}

export function createChannelTests(options: ChannelTestsOptions): ChannelTests {
  const { store, clock, log, findChannel, resolveSecret } = options;

  async function attempt(notification: LeasedNotification, plan: CompiledPlan, by: string): Promise<AttemptResult> {
    const ready = await readyChannel(notification, plan, findChannel, resolveSecret, undefined);
    if (!ready.ok) return ready.failure;
    const { channel, context } = ready.value;
    const sending = channel.send(notification, {
      ...context,
      test: { by },
      transport: options.transport.forPlan?.(plan.name) ?? options.transport,
      mail: options.mail.forPlan?.(plan.name) ?? options.mail,
      now: clock.now(),
      timeoutMs: limits.egressTimeoutMs,
      putInbox: (message) => store.putInbox(message),
    });
    return sending.catch((): Attempt => {
      log('error', 'a channel failed', { plan: plan.name, channel: channel.spec.kind });
      return { outcome: 'refused', problem: 'The channel failed; see the log.' };
    });
  }

  return {
    async testChannel(planName, { channel: name, recipient: wanted }, by) {
      const hosted = options.find(planName);
      const { epoch, world } = await options.ownedBy(hosted);
      const { plan } = world;
      const recipient = recipientOf(plan, name, wanted, findChannel);
      const notification = testNotification(plan, name, recipient, clock.now(), options.random);
      const result = await attempt(notification, plan, by);
      const outcome = resultOf(result, recipient);
      const fact: Fact = {
        at: clock.now(),
        kind: 'channel-tested',
        subject: channelSubject(name),
        reason: outcome.reason,
        body: { channel: name, ...outcome, by },
      };
      const commit = { plan: planName, epoch, at: fact.at, changes: [], removals: [], notifications: [] };
      await store.commit({ ...commit, facts: [fact] }).catch((caught: unknown) => {
        // The message has left; whoever asked for it hears so.
        log('error', 'a test of a channel cannot be recorded', { plan: planName, problem: describeProblem(caught) });
      });
      hosted.exporter.wake();
      hosted.feed.wake();
      return outcome;
    },
  };
}

/** To whom a test goes: only to somebody or something that the plan itself names. */
function recipientOf(
  plan: CompiledPlan,
  name: string,
  wanted: string | undefined,
  findChannel: (kind: string) => Channel | undefined,
): string {
  const binding = plan.channels.find((candidate) => candidate.name === name);
  const spec = findChannel(binding?.kind ?? name)?.spec;
  if (spec === undefined || (binding === undefined && !spec.builtIn)) {
    throw new WatchbillError('not-found', `The plan ${plan.name} has no channel "${name}".`, 'channel');
  }
  const { persons, addresses, placeField } = spec.reaches;
  const placed = addresses === 'places' ? binding?.settings[placeField ?? ''] !== undefined : addresses !== undefined;
  if (wanted === undefined) {
    if (placed) return `${spec.kind}:${name}`;
    throw new WatchbillError('invalid-request', `Say to whom: the channel ${name} leads to many.`, 'recipient');
  }
  if (persons !== undefined && plan.people.some((person) => person.name === wanted)) return wanted;
  const own = placed && wanted.slice(wanted.indexOf(':') + 1).replace(/^#/, '') === name;
  if (wanted.includes(':') && (own || addressesOf(plan, name).includes(wanted))) return wanted;
  throw new WatchbillError('not-found', `The channel ${name} of ${plan.name} tells no "${wanted}".`, 'recipient');
}

/** The addresses that lines of the plan name for a channel. */
export function addressesOf(plan: CompiledPlan, channel: string): readonly string[] {
  const told: readonly Recipient[] = [
    ...plan.severities.flatMap(({ notify }) => notify),
    ...plan.rules.flatMap(({ notify }) => notify ?? []),
  ];
  const targets = told.flatMap((recipient) =>
    recipient.kind === 'channel' && recipient.channel === channel ? [recipient.target] : [],
  );
  return [...new Set(targets)].sort();
}

function testNotification(
  plan: CompiledPlan,
  channel: string,
  recipient: string,
  now: number,
  random: Random,
): LeasedNotification {
  const rule = 'test';
  const severity = plan.severities[0]?.name ?? 'test';
  return {
    id: `test-${[...random.bytes(16)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`,
    plan: plan.name,
    identity: { episode: 'test', policyVersion: 0, cycle: 0, step: 'fired', recipient, channel },
    rule,
    severity,
    content: {
      plan: plan.name,
      planTitle: plan.title,
      alert: 'test',
      rule,
      group: '[]',
      severity,
      state: 'firing',
      step: 'fired',
      openedAt: now,
      condition: '',
      evidence: [],
      repeatMs: 0,
    },
    createdAt: now,
    attempt: 1,
    fence: 0,
    mayRepeat: false,
  };
}

function resultOf(result: AttemptResult, recipient: string): ChannelTestResult {
  switch (result.outcome) {
    case 'accepted':
    case 'delivered': {
      const receipt = result.receipt === undefined ? {} : { receipt: result.receipt };
      return { accepted: true, reason: 'provider-accepted', recipient, ...receipt };
    }
    case 'refused':
      return { accepted: false, reason: 'provider-refused', recipient, problem: result.problem };
    case 'retry':
      return { accepted: false, reason: result.because, recipient, problem: result.problem };
    case 'impossible':
    case 'waiting':
      return { accepted: false, reason: result.reason, recipient, problem: result.problem };
  }
}
