import { describe, expect, it } from 'vitest';
import type { Attempt, Channel } from '#channels/channel.ts';
import { classifyTransportFailure } from '#channels/provider-answer.ts';
import type { NotificationIntent } from '#core/notification.ts';
import { limits } from '#kernel/limits.ts';
import type { ChannelBinding } from '#plan/people.ts';
import { sampleNotification } from '../../test/conformance/channel.ts';
import { createVirtualClock } from '../../test/conformance/virtual-clock.ts';
import { MemoryStore } from '../../test/simulation/memory-store.ts';
import { createDelivery } from './delivery.ts';

const PLAN = 'tea-shop';
const START = 1_772_440_000_000;

function intent(
  episode: string,
  channel: string,
  step: NotificationIntent['identity']['step'] = 'fired',
): NotificationIntent {
  const { identity, rule, severity, content } = sampleNotification();
  return { identity: { ...identity, episode, channel, step }, rule, severity, content, createdAt: START };
}

function binding(name: string, settings: ChannelBinding['settings'] = {}): ChannelBinding {
  return { name, kind: name, settings };
}

/** Lets everything run that waits for nothing but promises. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function start(intents: readonly NotificationIntent[], channels: readonly ChannelBinding[]) {
  const clock = createVirtualClock(START);
  const store = new MemoryStore();
  const epoch = (await store.acquireLease(PLAN, 'core', START, 3_600_000)) ?? 0;
  const commit = { plan: PLAN, epoch, at: START, changes: [], removals: [], facts: [], notifications: intents };
  await store.commit(commit);
  const sent: string[] = [];
  const answers: Record<string, () => Promise<Attempt>> = {
    quick: async () => ({ outcome: 'accepted' }),
    slow: () => new Promise(() => {}),
    held: async () => {
      if (permitted) return { outcome: 'accepted' };
      const message = '10.1.2.3 is a private address.';
      return classifyTransportFailure({ reason: 'address-refused', message, sent: 'no' });
    },
    broken: async () => {
      throw new Error('canary');
    },
    // Takes a message at the third attempt only.
    stubborn: async () => {
      refusals += 1;
      return refusals % 3 === 0 ? { outcome: 'accepted' } : retry;
    },
  };
  let permitted = false;
  let refusals = 0;
  const retry = { outcome: 'retry', problem: 'HTTP 503', maySent: false, because: 'provider-unreachable' } as const;
  let claims = 0;
  const claim = store.claimNotifications.bind(store);
  store.claimNotifications = (asked) => {
    claims += 1;
    return claim(asked);
  };
  const owned = { epoch, plan: { name: PLAN, channels, people: [], severities: [], timezone: 'UTC' } };
  const lines: string[] = [];
  const delivery = createDelivery({
    plan: PLAN,
    store,
    clock,
    random: { fraction: () => 0, bytes: (length) => new Uint8Array(length) },
    transport: { send: () => Promise.reject(new Error('No channel here dials.')) },
    mail: { sendMail: () => Promise.reject(new Error('No channel here dials.')) },
    log: (_, message, details) => lines.push(`${message} ${JSON.stringify(details)}`),
    findChannel: (kind): Channel | undefined => {
      const answer = answers[kind];
      if (answer === undefined) return undefined;
      return {
        spec: { ...spec, builtIn: false },
        send: (notification) => {
          const { channel, episode, step } = notification.identity;
          sent.push(step === 'fired' ? `${channel} ${episode}` : `${channel} ${episode} ${step}`);
          return answer();
        },
      };
    },
    resolveSecret: async () => undefined,
    owned: () => owned,
    onSettled: () => {},
  });
  await settle();
  const outcome = (episode: string) =>
    [...store.of(PLAN).notifications.values()].find(({ row }) => row.identity.episode === episode)?.state;
  const reasons = () => store.of(PLAN).facts.map(({ fact }) => `${fact.kind} ${fact.reason}`);
  return {
    clock,
    store,
    delivery,
    sent,
    outcome,
    reasons,
    lines,
    owned,
    claims: () => claims,
    permit: () => (permitted = true),
  };
}

const spec: Channel['spec'] = {
  kind: 'webhook',
  title: '',
  summary: '',
  builtIn: false,
  reaches: { persons: 'name' },
  fields: [],
  deduplication: 'by-key',
  example: '',
};

describe('delivery', () => {
  it('does not let a channel that hangs hold up another', async () => {
    const slow = Array.from({ length: 200 }, (_, n) => intent(`S-${n}`, 'slow'));
    const made = await start([...slow, intent('Q-1', 'quick')], [binding('slow'), binding('quick')]);
    for (let n = 0; n < 4; n += 1) {
      made.clock.advance(limits.deliveryPollMs);
      await settle();
    }
    expect(made.outcome('Q-1')).toBe('accepted');
    expect(made.sent.filter((text) => text.startsWith('slow')).length).toBeLessThan(
      limits.deliveriesPerChannel + limits.deliveryBatch,
    );
  });

  it('sends the end of an alert as soon as its beginning was taken', async () => {
    const made = await start([intent('Q-1', 'quick'), intent('Q-1', 'quick', 'resolved')], [binding('quick')]);
    expect(made.sent).toEqual(['quick Q-1', 'quick Q-1 resolved']);
    await made.delivery.stop();
  });

  it('keeps the end of an alert back while its beginning is tried again, and does not spin meanwhile', async () => {
    const made = await start([intent('A-1', 'stubborn'), intent('A-1', 'stubborn', 'resolved')], [binding('stubborn')]);
    made.delivery.wake();
    await settle();
    expect(made.sent).toEqual(['stubborn A-1']);
    const before = made.claims();
    for (let n = 0; n < 60; n += 1) {
      made.clock.advance(250);
      await settle();
    }
    expect(made.sent).toEqual([...Array(3).fill('stubborn A-1'), ...Array(3).fill('stubborn A-1 resolved')]);
    // One look a second, and a few more for what becomes due or is settled.
    expect(made.claims() - before).toBeLessThan(15 + 10);
    await made.delivery.stop();
  });

  it('sends a message once', async () => {
    const made = await start([intent('Q-1', 'quick')], [binding('quick')]);
    made.delivery.wake();
    made.clock.advance(60_000);
    await settle();
    expect(made.sent).toEqual(['quick Q-1']);
    expect(made.reasons()).toEqual(['delivery-accepted provider-accepted']);
    await made.delivery.stop();
  });

  it.each([
    ['failed', 'delivery-failed channel-removed', []],
    // The next start may have it: a page is not thrown away for a variable that was forgotten.
    ['retry_at', 'delivery-retried secret-missing', [binding('quick', { url: { secret: 'NOT_SET' } })]],
  ])('is %s with the fact %s', async (state, fact, channels) => {
    const made = await start([intent('Q-1', 'quick')], channels);
    expect(made.outcome('Q-1')).toBe(state);
    expect(made.reasons()).toEqual([fact]);
    await made.delivery.stop();
  });

  it('keeps a page for an address that may not be dialled, and sends it once it may', async () => {
    const made = await start([intent('Q-1', 'held')], [binding('held')]);
    expect(made.outcome('Q-1')).toBe('retry_at');
    expect(made.reasons()).toEqual(['delivery-retried egress-refused']);
    made.permit();
    made.clock.advance(limits.deliveryBackoffMaxMs);
    await settle();
    expect(made.outcome('Q-1')).toBe('accepted');
    expect(made.reasons().at(-1)).toBe('delivery-accepted provider-accepted');
    await made.delivery.stop();
  });

  it('tries again when a channel throws, and repeats nothing of what it said', async () => {
    const made = await start([intent('B-1', 'broken')], [binding('broken')]);
    expect(made.outcome('B-1')).toBe('retry_at');
    expect(JSON.stringify([made.store.of(PLAN).facts, made.lines])).not.toContain('canary');
    await made.delivery.stop();
  });

  it('sends nothing for an epoch that is over', async () => {
    const made = await start([], [binding('quick')]);
    await made.store.commit({
      plan: PLAN,
      epoch: made.owned.epoch,
      at: START,
      changes: [],
      removals: [],
      facts: [],
      notifications: [intent('Q-1', 'quick')],
    });
    made.owned.epoch += 1;
    made.delivery.wake();
    made.clock.advance(1_000);
    await settle();
    expect(made.sent).toEqual([]);
    await made.delivery.stop();
  });

  it('waits for what is on its way when it stops', async () => {
    const made = await start([intent('S-1', 'slow')], [binding('slow')]);
    expect(made.sent).toEqual(['slow S-1']);
    let stopped = false;
    void made.delivery.stop().then(() => {
      stopped = true;
    });
    await settle();
    expect(stopped).toBe(false);
  });
});
