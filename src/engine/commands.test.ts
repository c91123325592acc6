import { expect, it } from 'vitest';
import type { Alert } from '#core/model.ts';
import type { Store } from '#core/store.ts';
import { Play, verdict } from '#core/testing.ts';
import { seededRandom, settle, T0, VirtualClock } from '#intake/test-support.ts';
import { MINUTE_MS, SECOND_MS } from '#kernel/instant.ts';
import { MemoryStore } from '../../test/simulation/memory-store.ts';
import { PLAN, watchedPlan } from '../../test/simulation/watched-plan.ts';
import { type Core, startCore } from './core-process.ts';
import type { NumberedFact } from './fact-exporter.ts';
import type { CoreRepositories } from './repositories.ts';

/** A core whose plan has an open alert, A-1 of rule `burst`. */
async function start(clock: VirtualClock, store: MemoryStore, more: Partial<CoreRepositories> = {}, alter?: Store) {
  const play = new Play(watchedPlan(1), T0);
  play.batch([verdict('a', 'true', T0, { test: 'burst' })], T0);
  const rows = store.of(PLAN);
  for (const row of [...play.world.judgements.values(), ...play.world.alerts.values(), play.world.line]) {
    rows.aggregates.set(`${row.kind} ${row.key}`, row);
  }
  const repositories: Partial<CoreRepositories> = {
    currentPlans: async () => [{ plan: PLAN, version: 1, files: [], appliedAt: T0, appliedBy: 'mia' }],
    listKeys: async () => [],
    unexported: async () => [],
    listFacts: async ({ after = 0, limit }) =>
      rows.facts.slice(after, after + limit).map(({ sequence, fact }) => ({ sequence, ...fact })),
    findAlert: async () => undefined,
    findSilence: async () => undefined,
    ...more,
  };
  const core = await startCore({
    owner: 'here',
    store: alter ?? store,
    repositories: repositories as CoreRepositories,
    transport: { send: async () => Promise.reject(new Error('Nothing is sent here.')) },
    mail: { sendMail: async () => Promise.reject(new Error('Nothing is sent here.')) },
    clock,
    random: seededRandom(1),
    resolveSecret: async () => undefined,
    compile: () => ({ plan: watchedPlan(1), diagnostics: [], notExecuted: [] }),
    log: () => {},
    findChannel: () => undefined,
  });
  await settle();
  return core;
}

async function stop(core: Core, clock: VirtualClock): Promise<void> {
  const stopped = core.stop();
  await clock.advance(SECOND_MS);
  await stopped;
}

const byMia = { alert: 'A-1', by: 'mia', via: 'web', expectedVersion: 1 } as const;

it('of two who acknowledge at once one is first, and the other hears who', async () => {
  const clock = new VirtualClock(T0);
  const core = await start(clock, new MemoryStore());
  const [mia, noah] = await Promise.allSettled([
    core.acknowledge(PLAN, byMia),
    core.acknowledge(PLAN, { ...byMia, by: 'noah' }),
  ]);
  expect(mia).toMatchObject({ value: { key: 'A-1', version: 2, acknowledged: { by: 'mia', via: 'web' } } });
  expect(noah).toMatchObject({
    reason: { code: 'version-conflict', message: expect.stringContaining('acknowledged by mia at 2') },
  });
  await stop(core, clock);
});

it('whose answer from the store was lost are done once', async () => {
  const clock = new VirtualClock(T0);
  const store = new MemoryStore();
  let lost = 0;
  const forgetful = Object.assign(Object.create(store) as MemoryStore, {
    commit: async (commit: Parameters<Store['commit']>[0]) => {
      const result = await store.commit(commit);
      const isCommand = commit.facts.some(({ kind }) => kind === 'silence-began' || kind === 'alert-acknowledged');
      if (!isCommand) return result;
      lost += 1;
      throw new Error('The answer was lost.');
    },
  });
  const core = await start(clock, store, {}, forgetful);
  const acknowledged = core.acknowledge(PLAN, byMia);
  const silenced = core.silence(PLAN, { rule: 'burst', until: T0 + MINUTE_MS, reason: 'x', by: 'mia', via: 'web' });
  await clock.advance(5 * SECOND_MS);
  expect((await acknowledged).acknowledged?.by).toBe('mia');
  expect((await silenced).key).toBe('S-1');
  expect(lost).toBe(2);
  const kinds = store.of(PLAN).facts.map(({ fact }) => fact.kind);
  expect(kinds.filter((kind) => kind === 'alert-acknowledged')).toHaveLength(1);
  expect(kinds.filter((kind) => kind === 'silence-began')).toHaveLength(1);
  await stop(core, clock);
});

it('name what is not there, what ended long ago, and what is wrong', async () => {
  const clock = new VirtualClock(T0);
  const old = { key: 'A-0', version: 2, resolvedAt: T0 - MINUTE_MS } as Alert;
  const core = await start(clock, new MemoryStore(), {
    findAlert: async (_plan, id) => (id === 'A-0' ? old : undefined),
  });
  await expect(core.acknowledge(PLAN, { ...byMia, alert: 'A-9' })).rejects.toMatchObject({ code: 'not-found' });
  await expect(core.acknowledge('other', byMia)).rejects.toMatchObject({ code: 'not-found' });
  await expect(core.acknowledge(PLAN, { ...byMia, alert: 'A-0' })).rejects.toMatchObject({ code: 'version-conflict' });
  const given = { reason: 'moving', by: 'mia', via: 'api', until: T0 + MINUTE_MS } as const;
  await expect(core.silence(PLAN, { ...given, reason: ' ' })).rejects.toMatchObject({ where: 'reason' });
  await expect(core.silence(PLAN, { ...given, group: '[]' })).rejects.toMatchObject({ where: 'group' });
  await expect(core.silence(PLAN, { ...given, rule: 'none' })).rejects.toMatchObject({ code: 'not-found' });
  await expect(core.silence(PLAN, { ...given, until: T0 })).rejects.toMatchObject({ code: 'invalid-request' });
  const end = { silence: 'S-1', by: 'noah', via: 'web', expectedVersion: 1 } as const;
  await expect(core.endSilence(PLAN, end)).rejects.toMatchObject({ code: 'not-found' });
  expect(await core.silence(PLAN, given)).toMatchObject({ key: 'S-1', version: 1, reason: 'moving' });
  expect(await core.endSilence(PLAN, end)).toMatchObject({ version: 2, ended: { by: 'noah' } });
  await stop(core, clock);
});

it('are heard of at once by all who follow, in order, each from where they were', async () => {
  const clock = new VirtualClock(T0);
  const core = await start(clock, new MemoryStore());
  const heard: string[] = [];
  const late: number[] = [];
  const note = (facts: readonly NumberedFact[]): void => {
    heard.push(...facts.map(({ sequence, kind }) => `${sequence} ${kind}`));
  };
  const leave = core.onCommitted(PLAN, note, 0);
  core.onCommitted(
    PLAN,
    () => {
      throw new Error('A listener fails.');
    },
    0,
  );
  await core.acknowledge(PLAN, byMia);
  await settle();
  expect(heard).toEqual(['1 alert-acknowledged']);
  core.onCommitted(PLAN, (facts) => late.push(...facts.map(({ sequence }) => sequence)), 0);
  const until = T0 + MINUTE_MS;
  await core.silence(PLAN, { rule: 'burst', reason: 'x', by: 'mia', via: 'web', until });
  await settle();
  expect(heard).toEqual(['1 alert-acknowledged', '2 silence-began', '3 alert-silenced']);
  expect(late).toEqual([1, 2, 3]);
  leave();
  await core.endSilence(PLAN, { silence: 'S-1', by: 'mia', via: 'web' });
  await settle();
  expect(heard).toHaveLength(3);
  expect(late).toEqual([1, 2, 3, 4, 5, 6]);
  await stop(core, clock);
});

it('of samples and lists say what they need, keep what fits, and are there when they are answered', async () => {
  const clock = new VirtualClock(T0);
  const store = new MemoryStore();
  const core = await start(clock, store);
  const said = { review: 'first', sample: 'e-1', label: 'x'.repeat(300), by: 'mia', via: 'web' } as const;
  const note = `no such\0branch \ud800`;
  await expect(core.judgeSample(PLAN, { ...said, verdict: 'wrong' })).rejects.toMatchObject({ where: 'note' });
  await expect(core.judgeSample(PLAN, { ...said, verdict: 'wrong', note: ' ' })).rejects.toMatchObject({
    code: 'invalid-request',
  });
  const judged = await core.judgeSample(PLAN, { ...said, verdict: 'wrong', note: ` ${note} ` });
  expect(judged).toMatchObject({ state: 'wrong', note: 'no such\ufffdbranch \ufffd', version: 1 });
  expect(judged.label).toHaveLength(200);
  expect(await core.judgeSample(PLAN, { ...said, verdict: 'right' })).not.toHaveProperty('note');
  await expect(core.judgeSample(PLAN, { ...said, verdict: 'settled', note })).rejects.toMatchObject({
    code: 'already-done',
  });
  const list = { comparison: 'books', upload: 'u-1', rows: 40, differences: 30, by: 'mia', via: 'cli' } as const;
  const examples = Array.from({ length: 30 }, (_, at) => ({ key: `INV-${at}`, what: 'y'.repeat(600) }));
  const compared = await core.compare(PLAN, { ...list, examples });
  expect(compared).toMatchObject({ state: 'different', differences: 30, examples: { length: 20 } });
  expect(compared.examples[0]?.what).toHaveLength(500);
  const closing = { comparison: 'books', by: 'mia', via: 'web' } as const;
  await expect(core.settleComparison(PLAN, { ...closing, note: '' })).rejects.toMatchObject({ where: 'note' });
  expect(await core.settleComparison(PLAN, { ...closing, note: 'done' })).toMatchObject({ state: 'settled' });
  const seen = { ...closing, note: 'no list is kept', expectedVersion: 1 };
  await expect(core.markNotApplicable(PLAN, seen)).rejects.toMatchObject({ code: 'version-conflict' });
  const closed = await core.markNotApplicable(PLAN, { ...seen, expectedVersion: 2 });
  expect(closed).toMatchObject({ state: 'not-applicable', version: 3 });
  await expect(core.compare(PLAN, { ...list, comparison: 'none', examples: [] })).rejects.toMatchObject({
    code: 'not-found',
  });
  expect([...store.of(PLAN).aggregates.values()]).toContainEqual(closed);
  await stop(core, clock);
});
