import { afterAll, beforeAll, expect, it } from 'vitest';
import type { NotificationIntent } from '#core/notification.ts';
import { temporaryPostgres } from '../../../test/kit/postgres.ts';
import { endPredecessorLeases } from './predecessor.ts';
import { createPostgresStore } from './store.ts';

const START = 1_772_438_400_000;
let server: Awaited<ReturnType<typeof temporaryPostgres>>;
beforeAll(async () => {
  server = await temporaryPostgres();
});
afterAll(() => server.close());

const page: NotificationIntent = {
  identity: { episode: 'A-1', policyVersion: 1, cycle: 0, step: 'fired', recipient: 'mia', channel: 'app' },
  rule: 'errors',
  severity: 'urgent',
  createdAt: START,
  content: {
    plan: 'shop',
    planTitle: 'Shop',
    alert: 'A-1',
    rule: 'errors',
    group: '[]',
    severity: 'urgent',
    state: 'firing',
    step: 'fired',
    openedAt: START,
    condition: 'error_rate > 5%',
    evidence: [],
    repeatMs: 3_600_000,
  },
};

it('gives a message in flight to the successor of a dead core at once, and to no other', async () => {
  const store = createPostgresStore(server.pool);
  for (const [plan, owner] of [
    ['ours', 'this-installation'],
    ['theirs', 'another-installation'],
  ] as const) {
    const epoch = (await store.acquireLease(plan, owner, START, 10_000)) ?? 0;
    await store.commit({ plan, epoch, at: START, changes: [], removals: [], facts: [], notifications: [page] });
    const claim = { plan, epoch, now: START, leaseMs: 30_000, limit: 10 };
    expect(await store.claimNotifications(claim)).toHaveLength(1);
    expect(await store.claimNotifications({ ...claim, now: START + 1_000 })).toHaveLength(0);
  }

  expect(await endPredecessorLeases(server.pool, 'this-installation', START + 1_000)).toBe(1);

  const again = { epoch: 1, now: START + 1_000, leaseMs: 30_000, limit: 10 };
  const [reclaimed] = await store.claimNotifications({ ...again, plan: 'ours' });
  expect(reclaimed).toMatchObject({ attempt: 2, mayRepeat: true });
  expect(await store.claimNotifications({ ...again, plan: 'theirs' })).toHaveLength(0);
});
