import type { Instant } from '#kernel/instant.ts';
import type { Clock, Disk } from '#kernel/ports.ts';
import type { CompiledPlan } from '#plan/model.ts';
import { type Configuration, saveConfiguration } from './configuration.ts';
import type { Credentials } from './credentials.ts';
import type { WindowsHost } from './host.ts';
import type { ConfiguredPlan } from './link.ts';
import type { WriteQueue } from './write-queue.ts';

/** After how long a configuration that the disk refused is written again. */
const KEEP_AGAIN_MS = 1_000;

export interface PlansInForceOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly log: (message: string) => void;
  /** Compiles a plan's files; undefined when they do not compile, and the plan then has no windows. */
  readonly compile: (plan: ConfiguredPlan) => CompiledPlan | undefined;
  readonly host: WindowsHost;
  readonly credentials: Credentials;
  readonly writes: WriteQueue;
  /** Told whenever other plans are in force than before. */
  readonly onConfigured: () => void;
}

/** The plans and keys that the core told of: their windows, and what is kept of them for a start without the core. */
export class PlansInForce {
  readonly #options: PlansInForceOptions;
  #configuration: Configuration | undefined;
  /** Plans that the configuration on disk names. */
  #keptPlans: ReadonlySet<string> = new Set();
  #cancel: () => void = () => {};
  #stopped = false;
  readonly #compiled = new Map<string, CompiledPlan>();

  constructor(options: PlansInForceOptions) {
    this.#options = options;
  }

  /** What an earlier run kept. The core may have others by now. */
  restore(kept: Configuration, at: Instant): void {
    this.#configure(kept, at);
    this.#keptPlans = namesOf(kept);
    this.#useKeys(kept, false);
  }

  /** What the core says; gives the plans that are not what they were. */
  accept(configuration: Configuration, at: Instant): ReadonlySet<string> {
    const held = this.#configuration?.plans ?? [];
    const { unavailable = [], ...named } = configuration;
    const plans = [...named.plans, ...held.filter(({ name }) => unavailable.includes(name))];
    const names = namesOf({ ...named, plans });
    // Data of a plan that is known here not at all would be seen by no window, also after a restart: its senders are told to wait.
    const whole = { ...named, plans, keys: named.keys.filter(({ plan }) => names.has(plan)) };
    const isCurrent = unavailable.every((name) => names.has(name));
    const changed = this.#configure(whole, at);
    this.#useKeys(whole, isCurrent);
    this.#keep(whole, isCurrent);
    return changed;
  }

  /** The compiled plan of a name, as it is in force. */
  compiled(name: string): CompiledPlan | undefined {
    return this.#compiled.get(name);
  }

  /** Whether a plan is in force and on disk. */
  isKept(name: string): boolean {
    return this.#compiled.has(name) && this.#keptPlans.has(name);
  }

  get all(): ReadonlyMap<string, CompiledPlan> {
    return this.#compiled;
  }

  /** Nothing is tried again from now on. */
  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  /** Writes the configuration down, trying until it is on disk or another one is in force. */
  #keep(configuration: Configuration, isCurrent: boolean): void {
    const { disk, clock, log, writes } = this.#options;
    void writes.run(async () => {
      if (this.#configuration !== configuration) return;
      try {
        await saveConfiguration(disk, configuration);
        this.#keptPlans = namesOf(configuration);
      } catch (error) {
        log(`The configuration could not be kept: ${String(error)}`);
        if (this.#stopped) return;
        this.#cancel = clock.after(KEEP_AGAIN_MS, () => this.#keep(configuration, isCurrent));
        return;
      }
      if (this.#configuration === configuration) this.#useKeys(configuration, isCurrent);
    });
  }

  /**
   * Keys of a plan count once the plan is on disk: a restart before that would find events in the spool that no window sees any more. Their
   * senders are told to wait.
   */
  #useKeys(configuration: Configuration, isCurrent: boolean): void {
    const keys = configuration.keys.filter(({ plan }) => this.#keptPlans.has(plan));
    this.#options.credentials.replace(keys, isCurrent && keys.length === configuration.keys.length);
  }

  #configure(configuration: Configuration, at: Instant): ReadonlySet<string> {
    const { host, compile, log } = this.#options;
    const before = new Map((this.#configuration?.plans ?? []).map((plan) => [plan.name, plan]));
    this.#configuration = configuration;
    const changed = new Set<string>();
    for (const plan of configuration.plans) {
      const last = before.get(plan.name);
      // A launch by command makes another plan of the same text.
      if (last?.version === plan.version && last.launchedAt === plan.launchedAt) continue;
      changed.add(plan.name);
      const compiled = compile(plan);
      if (compiled !== undefined) {
        this.#compiled.set(plan.name, compiled);
        host.configure(plan.name, plan.version, compiled, at);
      } else log(`Plan ${plan.name} version ${plan.version} does not compile; its data are only stored.`);
    }
    const named = namesOf(configuration);
    for (const name of [...host.plans.keys()]) if (!named.has(name)) host.remove(name);
    for (const name of [...this.#compiled.keys()]) if (!named.has(name)) this.#compiled.delete(name);
    this.#options.onConfigured();
    return changed;
  }
}

function namesOf({ plans }: Configuration): ReadonlySet<string> {
  return new Set(plans.map(({ name }) => name));
}
