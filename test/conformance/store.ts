import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fact } from '#core/model.ts';
import type { Store } from '#core/store.ts';
import type { Instant } from '#kernel/instant.ts';
import { describeOrder } from './store-order.ts';
import {
  alert,
  commit,
  comparison,
  fact,
  freshPlan,
  intent,
  judgement,
  LEASE_MS,
  line,
  START,
  sample,
  settlement,
  silence,
} from './store-samples.ts';

/** What a suite needs of an implementation; `plan` names are fresh for each test, so one store serves all. */
export interface StoreUnderTest {
  readonly store: Store;
  readonly close: () => Promise<void>;
  /** Facts of a plan in order, as stored. */
  readonly facts: (plan: string) => Promise<readonly { readonly sequence: number; readonly fact: Fact }[]>;
  /** Ids of the messages in a person's inbox. */
  readonly inbox: (plan: string, person: string) => Promise<readonly string[]>;
}

/** The suite that every implementation of `Store` passes. */
export function describeStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name} as a store`, () => {
    let under: StoreUnderTest;
    let store: Store;
    beforeAll(async () => {
      under = await open();
      store = under.store;
    });
    afterAll(() => under.close());

    async function owned(): Promise<{ readonly plan: string; readonly epoch: number }> {
      const plan = freshPlan();
      const epoch = await store.acquireLease(plan, 'core-1', START, LEASE_MS);
      if (epoch === undefined) throw new Error('A fresh plan has no other owner');
      return { plan, epoch };
    }

    const claim = (plan: string, epoch: number, now: Instant = START, limit = 50) =>
      store.claimNotifications({ plan, epoch, now, leaseMs: 30_000, limit });

    describe('lease', () => {
      it('belongs to one owner until it runs out', async () => {
        const { plan, epoch } = await owned();
        expect(await store.acquireLease(plan, 'core-2', START + LEASE_MS - 1, LEASE_MS)).toBeUndefined();
        const next = await store.acquireLease(plan, 'core-2', START + LEASE_MS, LEASE_MS);
        expect(next).toBeGreaterThan(epoch);
        expect(await store.acquireLease(plan, 'core-1', START + LEASE_MS + 1, LEASE_MS)).toBeUndefined();
      });

      it('is renewed under the same epoch', async () => {
        const { plan, epoch } = await owned();
        expect(await store.acquireLease(plan, 'core-1', START + 5_000, LEASE_MS)).toBe(epoch);
        expect(await store.acquireLease(plan, 'core-2', START + LEASE_MS, LEASE_MS)).toBeUndefined();
      });

      it('goes to a successor at once after its release, under a new epoch', async () => {
        const { plan, epoch } = await owned();
        await store.releaseLease(plan, 'core-1', epoch);
        expect(await store.acquireLease(plan, 'core-2', START, LEASE_MS)).toBeGreaterThan(epoch);
      });

      it('is not released by who does not hold it', async () => {
        const { plan, epoch } = await owned();
        await store.releaseLease(plan, 'core-2', epoch);
        await store.releaseLease(plan, 'core-1', epoch + 1);
        expect(await store.acquireLease(plan, 'core-2', START, LEASE_MS)).toBeUndefined();
      });

      it('has one winner when several ask at once', async () => {
        const plan = freshPlan();
        const owners = Array.from({ length: 8 }, (_, index) => `core-${index}`);
        const epochs = await Promise.all(owners.map((owner) => store.acquireLease(plan, owner, START, LEASE_MS)));
        expect(epochs.filter((epoch) => epoch !== undefined)).toHaveLength(1);
      });
    });

    describe('commit', () => {
      it('stores rows and gives them back whole', async () => {
        const { plan, epoch } = await owned();
        const rows = [judgement('errors-high []', { dueAt: START + 7 }), alert('A-1', { repeatAt: START + 5 }), line];
        await store.commit(commit(plan, epoch, { changes: rows }));
        const loaded = await store.loadAggregates(plan, START);
        expect([...loaded].sort((a, b) => a.kind.localeCompare(b.kind))).toEqual(
          [...rows].sort((a, b) => a.kind.localeCompare(b.kind)),
        );
      });

      it('changes and removes rows', async () => {
        const { plan, epoch } = await owned();
        await store.commit(commit(plan, epoch, { changes: [judgement('a'), judgement('b'), line] }));
        const changed = { ...line, nextAlert: 9 };
        await store.commit(commit(plan, epoch, { changes: [changed], removals: [{ kind: 'judgement', key: 'a' }] }));
        const loaded = await store.loadAggregates(plan, START);
        expect(loaded).toHaveLength(2);
        expect(loaded).toContainEqual(changed);
        expect(loaded).toContainEqual(judgement('b'));
      });

      it('loads open alerts and those resolved since', async () => {
        const { plan, epoch } = await owned();
        const resolved = (key: string, resolvedAt: Instant) => alert(key, { state: 'resolved', resolvedAt });
        const changes = [alert('A-1'), resolved('A-2', START + 99), resolved('A-3', START + 100)];
        await store.commit(commit(plan, epoch, { changes }));
        const loaded = await store.loadAggregates(plan, START + 100);
        expect(loaded.map(({ key }) => key).sort()).toEqual(['A-1', 'A-3']);
      });

      it('loads a resolved alert until nothing of it is due any more', async () => {
        const { plan, epoch } = await owned();
        const flapping = alert('A-1', { state: 'resolved', resolvedAt: START + 9, flapping: true, dueAt: START + 500 });
        await store.commit(commit(plan, epoch, { changes: [flapping] }));
        expect(await store.loadAggregates(plan, START + 100)).toEqual([flapping]);
        const settled = alert('A-1', { state: 'resolved', resolvedAt: START + 9 });
        await store.commit(commit(plan, epoch, { changes: [settled] }));
        expect(await store.loadAggregates(plan, START + 100)).toEqual([]);
      });

      it('loads silences that last and those that ended since', async () => {
        const { plan, epoch } = await owned();
        const over = (key: string, at: Instant) => {
          const { dueAt: _dueAt, ...rest } = silence(key, { ended: { at, because: 'silence-expired' }, version: 2 });
          return rest;
        };
        const changes = [silence('S-1'), over('S-2', START + 99), over('S-3', START + 100)];
        await store.commit(commit(plan, epoch, { changes }));
        const loaded = await store.loadAggregates(plan, START + 100);
        expect([...loaded].sort((a, b) => a.key.localeCompare(b.key))).toEqual([changes[0], changes[2]]);
      });

      it('loads what people said of samples and lists, however long ago, until it is removed', async () => {
        const { plan, epoch } = await owned();
        const right = sample('first/e-1', { state: 'right' });
        await store.commit(commit(plan, epoch, { changes: [right, sample('first/e-2'), comparison] }));
        const settled = sample('first/e-2', { state: 'settled', version: 2 });
        const removals = [{ kind: 'comparison', key: 'books' }] as const;
        await store.commit(commit(plan, epoch, { changes: [settled], removals }));
        const loaded = await store.loadAggregates(plan, START + 31_536_000_000);
        expect(loaded.toSorted((left, right) => (left.key < right.key ? -1 : 1))).toEqual([right, settled]);
      });

      it('keeps plans apart', async () => {
        const first = await owned();
        const second = await owned();
        await store.commit(
          commit(first.plan, first.epoch, { changes: [alert('A-1')], notifications: [intent(first.plan, 'A-1')] }),
        );
        expect(await store.loadAggregates(second.plan, 0)).toEqual([]);
        expect(await claim(second.plan, second.epoch)).toEqual([]);
        expect(await store.nextNotificationDue(second.plan)).toBeUndefined();
      });

      it('numbers facts without gaps, those of settlements too', async () => {
        const { plan, epoch } = await owned();
        const first = await store.commit(
          commit(plan, epoch, { facts: [fact('A-1'), fact('A-2')], notifications: [intent(plan, 'A-1')] }),
        );
        expect(first).toEqual({ state: 'committed', firstFact: 1 });
        const [taken] = await claim(plan, epoch);
        if (taken === undefined) throw new Error('Nothing claimed');
        await store.settleNotification(settlement(taken, { state: 'accepted' }));
        await store.commit(commit(plan, epoch, { changes: [line] }));
        const body = { text: 'NUL \u0000, half a pair \ud800, "quotes" \\ {braces}, ünï', number: -0.1, none: null };
        const second = await store.commit(commit(plan, epoch, { facts: [fact('A-3', START + 1, body)] }));
        expect(second).toEqual({ state: 'committed', firstFact: 4 });
        const stored = await under.facts(plan);
        expect(stored.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
        expect(stored.map((row) => row.fact.subject)).toEqual(['A-1', 'A-2', taken.id, 'A-3']);
        expect(stored[3]?.fact).toEqual(fact('A-3', START + 1, body));
      });

      it('writes nothing under an epoch that is not the plan’s', async () => {
        const { plan, epoch } = await owned();
        await store.commit(commit(plan, epoch, { changes: [judgement('kept')] }));
        await store.acquireLease(plan, 'core-2', START + LEASE_MS, LEASE_MS);
        const late = commit(plan, epoch, {
          changes: [alert('A-1')],
          removals: [{ kind: 'judgement', key: 'kept' }],
          facts: [fact('A-1')],
          notifications: [intent(plan, 'A-1')],
        });
        expect(await store.commit(late)).toEqual({ state: 'fenced' });
        expect(await store.commit({ ...late, epoch: epoch + 7 })).toEqual({ state: 'fenced' });
        expect(await store.loadAggregates(plan, 0)).toEqual([judgement('kept')]);
        expect(await under.facts(plan)).toEqual([]);
        expect(await store.nextNotificationDue(plan)).toBeUndefined();
      });

      it('applies a plan version once', async () => {
        const { plan, epoch } = await owned();
        const planVersion = { version: 1, files: [{ path: 'plan.yaml', text: 'plan: x' }], appliedBy: 'mia' };
        const applied = await store.commit(commit(plan, epoch, { planVersion, facts: [fact('plan')] }));
        expect(applied.state).toBe('committed');
        const again = store.commit(commit(plan, epoch, { planVersion, facts: [fact('plan')], changes: [line] }));
        await expect(again).rejects.toMatchObject({ code: 'version-conflict' });
        expect(await under.facts(plan)).toHaveLength(1);
        expect(await store.loadAggregates(plan, 0)).toEqual([]);
      });
    });

    describe('notifications', () => {
      it('are unique by identity', async () => {
        const { plan, epoch } = await owned();
        const one = intent(plan, 'A-1');
        await store.commit(commit(plan, epoch, { notifications: [one, one] }));
        await store.commit(commit(plan, epoch, { notifications: [{ ...one, severity: 'low' }] }));
        const claimed = await claim(plan, epoch);
        expect(claimed).toHaveLength(1);
        expect(claimed[0]).toMatchObject({ ...one, plan, attempt: 1, mayRepeat: false });
      });

      it('differ when any part of the identity does', async () => {
        const { plan, epoch } = await owned();
        const others = [
          { episode: 'A-2' },
          { policyVersion: 2 },
          { cycle: 1 },
          { step: 'resolved' },
          { recipient: 'ben' },
          { channel: 'webhook' },
        ] as const;
        const notifications = [intent(plan, 'A-1'), ...others.map((other) => intent(plan, 'A-1', other))];
        await store.commit(commit(plan, epoch, { notifications }));
        const ids: string[] = [];
        for (let batch = await claim(plan, epoch); batch.length > 0; batch = await claim(plan, epoch)) {
          ids.push(...batch.map(({ id }) => id));
          for (const one of batch) await store.settleNotification(settlement(one, { state: 'accepted' }));
        }
        expect(new Set(ids).size).toBe(notifications.length);
        expect(ids).toHaveLength(notifications.length);
      });

      it('are claimed once however many claim', async () => {
        const { plan, epoch } = await owned();
        const notifications = Array.from({ length: 40 }, (_, index) => intent(plan, `A-${index}`));
        await store.commit(commit(plan, epoch, { notifications }));
        const claims = await Promise.all(Array.from({ length: 8 }, () => claim(plan, epoch, START, 7)));
        const ids = claims.flat().map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        for (const batch of claims) expect(batch.length).toBeLessThanOrEqual(7);
        for (;;) {
          const more = await claim(plan, epoch, START, 7);
          if (more.length === 0) break;
          ids.push(...more.map(({ id }) => id));
        }
        expect(new Set(ids).size).toBe(40);
        expect(ids).toHaveLength(40);
      });

      it('are left for later when their channel is busy', async () => {
        const { plan, epoch } = await owned();
        const notifications = [intent(plan, 'A-1', { channel: 'slow' }), intent(plan, 'A-1', { channel: 'quick' })];
        await store.commit(commit(plan, epoch, { notifications }));
        const query = { plan, epoch, now: START, leaseMs: 30_000, limit: 50 };
        const quick = await store.claimNotifications({ ...query, exceptChannels: ['slow'] });
        expect(quick.map(({ identity }) => identity.channel)).toEqual(['quick']);
        const slow = await store.claimNotifications(query);
        expect(slow.map(({ identity }) => identity.channel)).toEqual(['slow']);
      });

      it('are not claimed under another epoch', async () => {
        const { plan, epoch } = await owned();
        await store.commit(commit(plan, epoch, { notifications: [intent(plan, 'A-1')] }));
        expect(await claim(plan, epoch - 1)).toEqual([]);
        expect(await claim(plan, epoch + 1)).toEqual([]);
        expect(await claim(plan, epoch)).toHaveLength(1);
      });

      it('come back when their lease runs out, marked, under a new fence', async () => {
        const { plan, epoch } = await owned();
        await store.commit(commit(plan, epoch, { notifications: [intent(plan, 'A-1')] }));
        const [first] = await claim(plan, epoch);
        expect(await store.nextNotificationDue(plan)).toBe(START + 30_000);
        expect(await claim(plan, epoch, START + 29_999)).toEqual([]);
        const [second] = await claim(plan, epoch, START + 30_000);
        if (first === undefined || second === undefined) throw new Error('Nothing claimed');
        expect(second).toMatchObject({ id: first.id, attempt: 2, mayRepeat: true });
        expect(second.fence).toBeGreaterThan(first.fence);
        expect(await store.settleNotification(settlement(first, { state: 'accepted' }))).toBe('stale');
        expect(await under.facts(plan)).toEqual([]);
        expect(await store.settleNotification(settlement(second, { state: 'accepted' }))).toBe('settled');
        expect(await under.facts(plan)).toHaveLength(1);
      });

      it('wait for their retry', async () => {
        const { plan, epoch } = await owned();
        await store.commit(commit(plan, epoch, { notifications: [intent(plan, 'A-1')] }));
        expect(await store.nextNotificationDue(plan)).toBe(START);
        const [first] = await claim(plan, epoch);
        if (first === undefined) throw new Error('Nothing claimed');
        const retryAt = START + 2_000;
        await store.settleNotification(settlement(first, { state: 'retry_at', retryAt, problem: 'HTTP 503 \u0000' }));
        expect(await store.nextNotificationDue(plan)).toBe(retryAt);
        expect(await claim(plan, epoch, retryAt - 1)).toEqual([]);
        const [second] = await claim(plan, epoch, retryAt);
        expect(second).toMatchObject({ id: first.id, attempt: 2, mayRepeat: false });
      });

      it.each(['accepted', 'delivered', 'failed'] as const)('leave the queue once %s', async (state) => {
        const { plan, epoch } = await owned();
        await store.commit(commit(plan, epoch, { notifications: [intent(plan, 'A-1')] }));
        const [taken] = await claim(plan, epoch);
        if (taken === undefined) throw new Error('Nothing claimed');
        const outcome = state === 'failed' ? { state, problem: 'gone' } : { state, receipt: 'r-1' };
        expect(await store.settleNotification(settlement(taken, outcome))).toBe('settled');
        expect(await store.settleNotification(settlement(taken, outcome))).toBe('stale');
        expect(await store.nextNotificationDue(plan)).toBeUndefined();
        expect(await claim(plan, epoch, START + 3_600_000)).toEqual([]);
        await store.commit(commit(plan, epoch, { notifications: [intent(plan, 'A-1')] }));
        expect(await claim(plan, epoch, START + 3_600_000)).toEqual([]);
      });

      describeOrder(() => store);

      it('still settle for a worker whose core has lost the plan since', async () => {
        const { plan, epoch } = await owned();
        await store.commit(commit(plan, epoch, { notifications: [intent(plan, 'A-1')] }));
        const [taken] = await claim(plan, epoch);
        if (taken === undefined) throw new Error('Nothing claimed');
        await store.acquireLease(plan, 'core-2', START + LEASE_MS, LEASE_MS);
        expect(await store.settleNotification(settlement(taken, { state: 'accepted' }))).toBe('settled');
      });
    });

    it('puts a message in the inbox once', async () => {
      const plan = freshPlan();
      const message = { id: `m-${plan}`, plan, person: 'mia', at: START, title: 'T \u0000', text: 'x', alert: 'A-1' };
      await store.putInbox(message);
      await store.putInbox(message);
      await store.putInbox({ ...message, id: `n-${plan}`, person: 'ben' });
      expect(await under.inbox(plan, 'mia')).toEqual([message.id]);
    });
  });
}
