import { expect, it } from 'vitest';
import type { LeasedNotification, Store } from '#core/store.ts';
import type { Instant } from '#kernel/instant.ts';
import { commit, freshPlan, intent, LEASE_MS, START, settlement } from './store-samples.ts';

/** Messages of one episode to one recipient by one channel leave one after the other. `opened` gives the store once it is there. */
export function describeOrder(opened: () => Store): void {
  const claim = (plan: string, epoch: number, now: Instant = START, limit = 50) =>
    opened().claimNotifications({ plan, epoch, now, leaseMs: 30_000, limit });

  async function owned(): Promise<{ readonly store: Store; readonly plan: string; readonly epoch: number }> {
    const store = opened();
    const plan = freshPlan();
    const epoch = (await store.acquireLease(plan, 'core-1', START, LEASE_MS)) ?? 0;
    return { store, plan, epoch };
  }

  const steps = (batch: readonly LeasedNotification[]): readonly string[] =>
    batch.map(({ identity }) => `${identity.episode} ${identity.step} ${identity.cycle}`);

  it('wait for the earlier ones of their episode, recipient and channel, whatever their instants say', async () => {
    const { store, plan, epoch } = await owned();
    const repeated = { ...intent(plan, 'A-1', { step: 'repeated', cycle: 1 }), createdAt: START - 5_000 };
    const resolved = { ...intent(plan, 'A-1', { step: 'resolved', policyVersion: 2 }), createdAt: START - 9_000 };
    await store.commit(commit(plan, epoch, { notifications: [intent(plan, 'A-1'), repeated] }));
    await store.commit(commit(plan, epoch, { notifications: [resolved] }));
    const order: string[] = [];
    for (const state of ['accepted', 'failed', 'delivered'] as const) {
      const batch = await claim(plan, epoch);
      order.push(...steps(batch));
      // While it is on its way nothing is due before the end of its lease.
      expect(await claim(plan, epoch)).toEqual([]);
      expect(await store.nextNotificationDue(plan)).toBe(START + 30_000);
      const outcome = state === 'failed' ? { state, problem: 'gone' } : { state };
      for (const one of batch) await store.settleNotification(settlement(one, outcome));
    }
    expect(order).toEqual(['A-1 fired 0', 'A-1 repeated 1', 'A-1 resolved 0']);
    expect(await store.nextNotificationDue(plan)).toBeUndefined();
  });

  it('wait while an earlier one is tried again, and so does the next instant', async () => {
    const { store, plan, epoch } = await owned();
    await store.commit(commit(plan, epoch, { notifications: [intent(plan, 'A-1')] }));
    const [fired] = await claim(plan, epoch);
    if (fired === undefined) throw new Error('Nothing claimed');
    const retryAt = START + 20_000;
    await store.settleNotification(settlement(fired, { state: 'retry_at', retryAt, problem: 'HTTP 503' }));
    await store.commit(commit(plan, epoch, { notifications: [intent(plan, 'A-1', { step: 'resolved' })] }));
    expect(await claim(plan, epoch, retryAt - 1)).toEqual([]);
    expect(await store.nextNotificationDue(plan)).toBe(retryAt);
    const [again] = await claim(plan, epoch, retryAt);
    expect(again).toMatchObject({ id: fired.id, attempt: 2 });
    // Its lease runs out: it is the first again, and the later one still waits.
    expect(steps(await claim(plan, epoch, retryAt + 30_000))).toEqual(['A-1 fired 0']);
  });

  it('do not wait for other episodes, recipients, channels or plans', async () => {
    const { store, plan, epoch } = await owned();
    const other = await owned();
    await store.commit(commit(plan, epoch, { notifications: [intent(plan, 'A-1')] }));
    expect(await claim(plan, epoch)).toHaveLength(1);
    const notifications = [{ episode: 'A-2' }, { recipient: 'ben' }, { channel: 'webhook' }].map((parts) =>
      intent(plan, 'A-1', { step: 'resolved', ...parts }),
    );
    await store.commit(commit(plan, epoch, { notifications }));
    const elsewhere = intent(other.plan, 'A-1', { step: 'resolved' });
    await store.commit(commit(other.plan, other.epoch, { notifications: [elsewhere] }));
    expect(await store.nextNotificationDue(plan)).toBe(START);
    expect(await claim(plan, epoch)).toHaveLength(3);
    expect(await claim(other.plan, other.epoch)).toHaveLength(1);
  });

  it('keep their order however many claim at once', async () => {
    const { store, plan, epoch } = await owned();
    const episodes = Array.from({ length: 6 }, (_, index) => `A-${index}`);
    const cycles = [1, 2, 3, 4];
    const notifications = cycles.flatMap((cycle) =>
      episodes.map((episode) => intent(plan, episode, { step: 'repeated', cycle })),
    );
    await store.commit(commit(plan, epoch, { notifications }));
    const order: string[] = [];
    const work = async (): Promise<void> => {
      for (let batch = await claim(plan, epoch, START, 3); batch.length > 0; ) {
        order.push(...steps(batch));
        for (const one of batch) await store.settleNotification(settlement(one, { state: 'accepted' }));
        batch = await claim(plan, epoch, START, 3);
      }
    };
    await Promise.all(Array.from({ length: 4 }, work));
    await work();
    for (const episode of episodes) {
      const own = order.filter((text) => text.startsWith(`${episode} `));
      expect(own).toEqual(cycles.map((cycle) => `${episode} repeated ${cycle}`));
    }
  });
}
