import { createHash } from 'node:crypto';
import type { CoreInput, Step, World } from '#core/model.ts';
import type { Store } from '#core/store.ts';
import { type Core, startCore } from '#engine/core-process.ts';
import type { CoreRepositories } from '#engine/repositories.ts';
import type { Instant } from '#kernel/instant.ts';
import type { IngestKeyRecord } from '#storage/postgres/ingest-keys.ts';
import type { Coverage } from './coverage.ts';
import type { Faults } from './faults.ts';
import type { MemoryStore } from './memory-store.ts';
import type { Provider } from './provider.ts';
import type { Scheduler, SimulatedProcess } from './scheduler.ts';
import { PLAN, versionOf, watchedPlan } from './watched-plan.ts';

export const INGEST_KEY = `wb_ingest_${'a'.repeat(16)}_${'b'.repeat(32)}`;

const KEY_RECORD: IngestKeyRecord = {
  id: 'a'.repeat(16),
  plan: PLAN,
  name: 'simulation',
  scopes: ['events:write'],
  hash: createHash('sha256').update(INGEST_KEY).digest('hex'),
  createdAt: 0,
};

export interface CoreNodeOptions {
  readonly owner: string;
  readonly scheduler: Scheduler;
  readonly faults: () => Faults;
  readonly coverage: Coverage;
  readonly store: MemoryStore;
  readonly provider: Provider;
  /** Makes the store another, for planted bugs. */
  readonly alterStore: (store: Store) => Store;
  /** The step of one life of the process. */
  readonly makeStep: () => (world: World, input: CoreInput, now: Instant) => Step;
  /** The plan has the rules in which people have a say. */
  readonly withPeople: boolean;
  readonly onProblem: (message: string) => void;
}

/** A machine's core: the process that runs now, started again whenever it dies. */
export class CoreNode {
  readonly owner: string;
  process: SimulatedProcess;
  core: Core | undefined;
  readonly #options: CoreNodeOptions;
  #life = 0;
  #awayUntil = 0;

  constructor(options: CoreNodeOptions) {
    this.#options = options;
    this.owner = options.owner;
    this.process = this.#start();
  }

  /** SIGKILL: what is on its way to the store may still take effect, and nothing comes back. */
  kill(): void {
    if (!this.process.alive) return;
    this.process.alive = false;
    this.core = undefined;
    const { scheduler } = this.#options;
    scheduler.after(scheduler.chance.between(50, 2_500), () => {
      this.process = this.#start();
    });
  }

  /** SIGSTOP for a while. */
  pause(ms: number): void {
    this.process.pausedUntil = Math.max(this.process.pausedUntil, this.#options.scheduler.time + ms);
  }

  #start(): SimulatedProcess {
    const { scheduler, provider, store, alterStore, makeStep, onProblem } = this.#options;
    this.#life += 1;
    const process: SimulatedProcess = { name: `${this.owner} ${this.#life}`, alive: true, pausedUntil: 0 };
    const step = makeStep();
    startCore({
      owner: this.owner,
      store: this.#remote(alterStore(store), process),
      repositories: this.#remote(repositoriesOn(store), process),
      transport: provider.transportOf(process),
      mail: { sendMail: async () => Promise.reject(new Error('The watched plan sends no mail.')) },
      clock: scheduler.clockOf(process),
      random: scheduler.randomOf(),
      resolveSecret: async () => 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      compile: (files) => ({
        plan: watchedPlan(versionOf(files), 0, this.#options.withPeople),
        diagnostics: [],
        notExecuted: [],
      }),
      log: (level, message, details) => {
        const isBug = level === 'error' && (message.includes('core failed') || message.includes('channel failed'));
        if (isBug) onProblem(`${message} ${JSON.stringify(details)}`);
        if (message === 'plan lost' && details?.['because'] === 'another owner has taken it') {
          this.#options.coverage.see('commit fenced');
        }
        if (message.includes('taken over before')) this.#options.coverage.see('notification settled late');
      },
      step,
    }).then(
      (core) => {
        if (process.alive) this.core = core;
      },
      // The supervisor starts a process again that ends because its store is away.
      () => this.kill(),
    );
    return process;
  }

  /** The store over a network: calls wait, fail before or after they took effect, or take effect long after they failed. */
  #remote<Port extends object>(port: Port, process: SimulatedProcess): Port {
    return new Proxy(port, {
      get: (target, name) => {
        const method = target[name as keyof Port];
        if (typeof method !== 'function') return method;
        return (...parameters: unknown[]) => this.#call(() => method.apply(target, parameters), process);
      },
    });
  }

  #call(effect: () => Promise<unknown>, process: SimulatedProcess): Promise<unknown> {
    const { scheduler, coverage } = this.#options;
    const { chance } = scheduler;
    const faults = this.#options.faults();
    return new Promise((resolve, reject) => {
      if (!process.alive) return;
      const back = chance.between(0.05, 2);
      const reply = (deliver: () => void): void =>
        scheduler.after(
          back,
          () => {
            if (chance.happens(this.#options.faults().coreKilled)) {
              coverage.see('core killed between effect and answer');
              this.kill();
            } else deliver();
          },
          process,
        );
      const fails = (message: string) => reply(() => reject(new Error(message)));
      if (this.#isAway(faults)) return fails('The store is away.');
      const refused = chance.happens(faults.storeRefuses);
      const late = !refused && chance.happens(faults.storeLate);
      const answerLost = !refused && chance.happens(faults.storeAnswerLost);
      let out = chance.between(0.05, 2);
      if (chance.happens(faults.storeSlow)) {
        coverage.see('store slow');
        out += chance.between(500, 5_000);
      }
      if (late) {
        coverage.see('store effect late');
        scheduler.after(chance.between(500, 12_000), () => void effect().catch(() => {}));
        scheduler.after(out, () => fails('The store did not answer in time.'));
        return;
      }
      scheduler.after(out, () => {
        // A request of a process that died may have been on its way already.
        if (!process.alive && chance.happens(0.5)) return;
        if (refused) {
          coverage.see('store refused');
          return fails('The store refuses.');
        }
        effect().then(
          (value) => {
            if (!answerLost) return reply(() => resolve(value));
            coverage.see('store answer lost');
            fails('The answer of the store was lost.');
          },
          (caught: unknown) => reply(() => reject(caught)),
        );
      });
    });
  }

  #isAway(faults: Faults): boolean {
    const { scheduler, coverage } = this.#options;
    if (scheduler.time < this.#awayUntil && faults.storeAway > 0) return true;
    if (!scheduler.chance.happens(faults.storeAway / 20)) return false;
    coverage.see('store away');
    this.#awayUntil = scheduler.time + scheduler.chance.between(500, 8_000);
    return true;
  }
}

function repositoriesOn(store: MemoryStore): CoreRepositories {
  return {
    async unexported(plan, limit) {
      const { facts, exportedUpTo } = store.of(plan);
      return facts.slice(exportedUpTo, exportedUpTo + limit).map(({ sequence, fact }) => ({ sequence, ...fact }));
    },
    async markExported(plan, upTo) {
      const rows = store.of(plan);
      rows.exportedUpTo = Math.max(rows.exportedUpTo, upTo);
    },
    async currentPlans() {
      return [...store.plans].flatMap(([plan, rows]) => {
        const version = rows.versions.get(rows.version);
        return version === undefined ? [] : [{ plan, appliedAt: 0, ...version }];
      });
    },
    listKeys: async () => [KEY_RECORD],
    touchKey: async () => {},
    planHistory: async () => [],
    findPlanVersion: async () => undefined,
    listFacts: async () => [],
    forgetInFacts: async () => 0,
    listAlerts: async () => [],
    findAlert: async () => undefined,
    listSilences: async () => [],
    findSilence: async () => undefined,
    listDeliveries: async () => [],
    listNotifications: async () => [],
    countNotifications: async () => ({}),
    listInbox: async () => [],
    createKey: async () => ({ key: INGEST_KEY, id: KEY_RECORD.id }),
    storeKey: async () => KEY_RECORD.id,
    revokeKey: async () => false,
  };
}
