import type { Aggregate, CoreInput, Step, World } from '#core/model.ts';
import { step } from '#core/step.ts';
import type { Store } from '#core/store.ts';
import { assert } from '#kernel/assert.ts';
import type { Instant } from '#kernel/instant.ts';
import type { Disk } from '#kernel/ports.ts';
import { MemoryStore } from './memory-store.ts';
import type { InvariantName } from './oracles.ts';
import type { Alterations } from './simulate.ts';

/** A bug on purpose, put between the real parts, and the invariants by which the simulation has to see it. */
export interface PlantedBug {
  readonly name: string;
  readonly caughtBy: readonly InvariantName[];
  readonly alterations: Alterations;
}

/** Only the faults that bring the bug out, and often. */
const calm = {
  storeRefuses: 0,
  storeAnswerLost: 0,
  storeLate: 0,
  storeSlow: 0,
  storeAway: 0,
  diskRefuses: 0,
  clockJumps: 0,
  telemetryRefuses: 0,
};

export const plantedBugs: readonly PlantedBug[] = [
  {
    name: 'a message is marked as sent before it is sent',
    caughtBy: ['P2'],
    alterations: { store: markSentAtClaim, faults: { ...calm, coreKilled: 0.03, provider: 0.3 } },
  },
  {
    name: 'a request is answered before its bytes are synced',
    caughtBy: ['D1'],
    alterations: { disk: withoutSync, faults: { ...calm, intakeKilled: 0.01, powerLost: 1 } },
  },
  {
    name: 'what is overdue at the start is dropped',
    caughtBy: ['T1', 'T2', 'P5'],
    alterations: { makeStep: dropOverdueAtStart, faults: { ...calm, coreKilled: 0.03 } },
  },
  {
    name: 'the fence is ignored',
    caughtBy: ['fence', 'fold', 'P1', 'T1', 'export'],
    alterations: { store: ignoreFence, faults: { ...calm, secondCore: true, corePaused: 0.1, storeLate: 0.08 } },
  },
  {
    name: 'a window is a step too long',
    caughtBy: ['T1'],
    alterations: { stretchWindowsByMs: 100, faults: calm },
  },
  {
    name: 'the epoch is kept after a commit of unknown outcome',
    caughtBy: ['fence', 'fold', 'T1', 'P1', 'P5', 'export'],
    alterations: { store: keepEpoch, faults: { ...calm, storeLate: 0.08 } },
  },
  {
    name: 'a message overtakes an earlier one of its alert that is tried again',
    caughtBy: ['order'],
    alterations: { store: letOvertake, faults: { ...calm, provider: 0.7 } },
  },
  {
    name: 'an acknowledge is stored and the world in memory does not hear of it',
    caughtBy: ['P6'],
    alterations: { makeStep: () => forgetAcknowledge, faults: calm },
  },
  {
    name: 'the end of a silence that is overdue at the start is dropped',
    caughtBy: ['P10'],
    alterations: { makeStep: dropSilenceEndsAtStart, faults: { ...calm, coreKilled: 0.03 } },
  },
  {
    name: 'what people said of samples is forgotten at a restart',
    caughtBy: ['fold', 'T2', 'D1'],
    alterations: { store: forgetSamples, faults: { ...calm, coreKilled: 0.03 } },
  },
  {
    name: 'the phases of what only people decide never change',
    caughtBy: ['T2'],
    alterations: { makeStep: () => stayInPhase, faults: calm },
  },
  {
    name: 'nobody looks at what a silence kept quiet when it ends',
    caughtBy: ['P10'],
    alterations: { makeStep: () => forgetSilenced, faults: calm },
  },
  {
    name: 'what a silence kept quiet is told by two who look',
    caughtBy: ['P10'],
    alterations: { makeStep: () => tellTwiceAfterSilence, faults: calm },
  },
];

function markSentAtClaim(store: Store): Store {
  return {
    ...bound(store),
    async claimNotifications(claim) {
      const claimed = await store.claimNotifications(claim);
      for (const { plan, id, fence, identity } of claimed) {
        const body = { notification: id };
        const fact = { at: claim.now, kind: 'delivery-accepted', subject: identity.episode, body } as const;
        const outcome = { state: 'accepted' } as const;
        await store.settleNotification({
          plan,
          id,
          fence,
          at: claim.now,
          outcome,
          fact: { ...fact, reason: 'provider-accepted' },
        });
      }
      return claimed;
    },
  };
}

function withoutSync(disk: Disk): Disk {
  return {
    ...disk,
    async openAppend(path, options) {
      const file = await disk.openAppend(path, options);
      return { append: (bytes) => file.append(bytes), close: () => file.close(), sync: async () => {} };
    },
  };
}

/** The first step of each life forgets due instants that have passed, as an engine with timers in memory only would. */
function dropOverdueAtStart(): (world: World, input: CoreInput, now: Instant) => Step {
  let first = true;
  return (world, input, now) => {
    if (!first) return step(world, input, now);
    first = false;
    const isOverdue = (row: Aggregate): boolean => row.dueAt !== undefined && row.dueAt <= now;
    const judgements = new Map(world.judgements);
    for (const [key, row] of judgements) if (isOverdue(row)) judgements.delete(key);
    const alerts = new Map(world.alerts);
    for (const [key, row] of alerts) {
      const { dueAt: _dueAt, repeatAt: _repeatAt, ...rest } = row;
      if (isOverdue(row)) alerts.set(key, rest);
    }
    return step({ ...world, judgements, alerts }, input, now);
  };
}

function forgetAcknowledge(world: World, input: CoreInput, now: Instant): Step {
  const result = step(world, input, now);
  return input.kind === 'acknowledge' ? { ...result, world } : result;
}

function stayInPhase(world: World, input: CoreInput, now: Instant): Step {
  const result = step(world, input, now);
  const { people, ...line } = result.world.line;
  if (people === undefined) return result;
  const { dueAt: _dueAt, ...rest } = people;
  return { ...result, world: { ...result.world, line: { ...line, people: rest } } };
}

function dropSilenceEndsAtStart(): (world: World, input: CoreInput, now: Instant) => Step {
  let first = true;
  return (world, input, now) => {
    if (!first) return step(world, input, now);
    first = false;
    const silences = new Map(world.silences);
    for (const [key, { dueAt, ...rest }] of silences) if (dueAt !== undefined && dueAt <= now) silences.set(key, rest);
    return step({ ...world, silences }, input, now);
  };
}

function forgetSilenced(world: World, input: CoreInput, now: Instant): Step {
  const result = step(world, input, now);
  const facts = result.facts.filter(({ kind, reason }) => kind !== 'notified' || reason !== 'silence-ended');
  if (facts.length === result.facts.length) return result;
  const told = new Set(facts.filter(({ kind }) => kind === 'notified').map(({ subject }) => subject));
  return { ...result, facts, notifications: result.notifications.filter(({ identity }) => told.has(identity.episode)) };
}

function tellTwiceAfterSilence(world: World, input: CoreInput, now: Instant): Step {
  const result = step(world, input, now);
  const released = result.facts.filter(({ kind, reason }) => kind === 'notified' && reason === 'silence-ended');
  const subjects = new Set(released.map(({ subject }) => subject));
  const again = result.notifications.filter(({ identity }) => subjects.has(identity.episode));
  return {
    ...result,
    facts: [...result.facts, ...released],
    notifications: [
      ...result.notifications,
      ...again.map((intent) => ({ ...intent, identity: { ...intent.identity, cycle: intent.identity.cycle + 100 } })),
    ],
  };
}

/** Every commit and claim goes under whatever epoch is the plan's by now. */
function ignoreFence(store: Store): Store {
  const epochs = epochsOf(store);
  return {
    ...bound(store),
    commit: async (commit) => store.commit({ ...commit, epoch: await epochs(commit.plan, commit.epoch) }),
    claimNotifications: async (claim) =>
      store.claimNotifications({ ...claim, epoch: await epochs(claim.plan, claim.epoch) }),
  };
}

/** Finds the plan's epoch by asking which one the store lets through; an empty claim changes nothing. */
function epochsOf(store: Store): (plan: string, epoch: number) => Promise<number> {
  return async (plan, epoch) => {
    for (let candidate = epoch; candidate < epoch + 50; candidate += 1) {
      const nothing = { plan, epoch: candidate, at: 0, changes: [], removals: [], facts: [], notifications: [] };
      if ((await store.commit(nothing)).state === 'committed') return candidate;
    }
    return epoch;
  };
}

function letOvertake(store: Store): Store {
  assert(store instanceof MemoryStore, 'The simulation has its own store.');
  store.keepsOrder = false;
  return store;
}

function forgetSamples(store: Store): Store {
  return {
    ...bound(store),
    loadAggregates: async (plan, resolvedSince) =>
      (await store.loadAggregates(plan, resolvedSince)).filter(({ kind }) => kind !== 'sample'),
  };
}

function keepEpoch(store: Store): Store {
  return { ...bound(store), releaseLease: async () => {} };
}

/** The methods of a store as plain properties, to be spread. */
function bound(store: Store): Store {
  return {
    acquireLease: (...given) => store.acquireLease(...given),
    releaseLease: (...given) => store.releaseLease(...given),
    loadAggregates: (...given) => store.loadAggregates(...given),
    commit: (...given) => store.commit(...given),
    claimNotifications: (...given) => store.claimNotifications(...given),
    settleNotification: (...given) => store.settleNotification(...given),
    nextNotificationDue: (...given) => store.nextNotificationDue(...given),
    putInbox: (...given) => store.putInbox(...given),
  };
}
