import { findChannel as findInCatalogue } from '#channels/catalogue.ts';
import type { Channel } from '#channels/channel.ts';
import type { Alert, CoreInput, Step, World } from '#core/model.ts';
import { previewApply } from '#core/plan-change.ts';
import type { InboxMessage, Store } from '#core/store.ts';
import type { IntakeStatus, SignalReading } from '#intake/link.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { type DurationMs, type Instant, SECOND_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock, Random, Transport } from '#kernel/ports.ts';
import type { Diagnostic } from '#plan/diagnostic.ts';
import type { CompiledPlan } from '#plan/model.ts';
import { describeEffects } from './apply-effects.ts';
import type { ResolveSecret } from './channel-settings.ts';
import { type CoreLink, createCoreLink } from './core-link.ts';
import { type HostedPlan, hostPlan } from './hosted-plan.ts';
import { describeProblem, type Log } from './log.ts';
import type { AppliedPlan } from './plan-runner.ts';
import type { CoreRepositories } from './repositories.ts';

export type PlanFiles = readonly { readonly path: string; readonly text: string }[];

/** The plan's compiler, as the core needs it. */
export type Compile = (files: PlanFiles) => {
  /** Absent when there are errors. */
  readonly plan?: CompiledPlan | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** Parts of the language that are parsed but not executed yet. */
  readonly notExecuted: readonly unknown[];
};

export interface CoreOptions {
  /** Names this installation; see `PlanRunnerOptions.owner`. */
  readonly owner: string;
  readonly store: Store;
  readonly repositories: CoreRepositories;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly resolveSecret: ResolveSecret;
  readonly compile: Compile;
  readonly log: Log;
  readonly findChannel?: (kind: string) => Channel | undefined;
  readonly step?: (world: World, input: CoreInput, now: Instant) => Step;
}

export interface ApplyRequest {
  readonly files: PlanFiles;
  /** The version that the author has seen, 0 for a plan that is not there yet; not checked when absent. */
  readonly expectedVersion?: number;
}

export interface ApplyOutcome {
  /** Name of the plan; absent when the text has errors. */
  readonly plan?: string;
  /** The version that is in force now, or would be. */
  readonly version: number;
  readonly applied: boolean;
  /** False when the text is what is in force already. */
  readonly changed: boolean;
  readonly diagnostics: readonly Diagnostic[];
  readonly effects: readonly string[];
}

export interface PlanStatus {
  readonly plan: string;
  /** The world as it is judged now; undefined while the plan is not ours. */
  readonly world: World | undefined;
  /** From intake; undefined when it is away. */
  readonly readings: readonly SignalReading[] | undefined;
  /** Notifications by state. */
  readonly notifications: Readonly<Record<string, number>>;
  readonly watermarkAgeMs: DurationMs | undefined;
  readonly lagMs: DurationMs;
  /** What people have to know about Watchbill itself. */
  readonly notices: readonly string[];
}

export interface Explanation {
  /** The alert, when the subject is the id of one. */
  readonly alert: Alert | undefined;
  readonly notifications: Awaited<ReturnType<CoreRepositories['listNotifications']>>;
  /** Facts about the subject, oldest first. */
  readonly facts: Awaited<ReturnType<CoreRepositories['listFacts']>>;
  /** Judgements of the rule, when the subject is a rule or an alert of one. */
  readonly judgements: readonly (World['judgements'] extends ReadonlyMap<string, infer Row> ? Row : never)[];
  readonly world: World | undefined;
}

/** The core process as the API uses it. Throws `WatchbillError` for what a client did wrong or has to wait for. */
export interface Core {
  /** To be connected to whatever carries intake's messages. */
  readonly link: CoreLink;
  readonly repositories: CoreRepositories;
  readiness(): { readonly ready: boolean; readonly reasons: readonly string[] };
  plans(): readonly string[];
  apply(request: ApplyRequest, by: string): Promise<ApplyOutcome>;
  preview(request: ApplyRequest): Promise<ApplyOutcome>;
  launch(plan: string, by: string): Promise<void>;
  planStatus(plan: string): Promise<PlanStatus>;
  intakeStatus(): Promise<IntakeStatus | undefined>;
  /** The subject is the id of an alert, the name of a rule, or `plan`. */
  explain(plan: string, subject: string): Promise<Explanation>;
  inbox(plan: string, person?: string): Promise<readonly InboxMessage[]>;
  /** Keys have changed: intake hears of it at once. */
  keysChanged(): Promise<void>;
  /** Something may be in this plan's queue; for a listener of the database. */
  wakeDelivery(plan: string): void;
  stop(): Promise<void>;
}

/** Starts the core on its ports: takes up every stored plan and answers commands. Resolves once the plans are known, not yet ours. */
export async function startCore(options: CoreOptions): Promise<Core> {
  const { repositories, clock, log, compile } = options;
  const plans = new Map<string, HostedPlan>();
  let keys = activeKeys(await repositories.listKeys());
  let stopped = false;

  const link = createCoreLink({
    clock,
    log,
    runner: (plan) => plans.get(plan)?.runner,
    tellAnew: () => Promise.all([...plans.values()].map(({ runner }) => runner.tellAnew())),
    configuration: () => {
      const all = [...plans.values()].map((plan) => ({ name: plan.name, configured: plan.configured() }));
      return {
        plans: all.flatMap(({ configured }) => configured ?? []),
        // A key without its plan would let data in that no window sees.
        keys: keys.filter((key) => plans.has(key.plan)),
        // One that cannot be loaded must not keep the others from being judged.
        unavailable: all.filter(({ configured }) => configured === undefined).map(({ name }) => name),
      };
    },
    onFactsStored: (plan, upTo) => plans.get(plan)?.exporter.stored(upTo),
    onKeyUsed: (key, at) => {
      repositories
        .touchKey(key, at)
        .catch((caught: unknown) =>
          log('warning', 'a use of a key was not noted', { problem: describeProblem(caught) }),
        );
    },
    onConnected: () => {
      for (const plan of plans.values()) plan.exporter.connected();
    },
  });

  function host(name: string, firstPlan?: CompiledPlan): HostedPlan {
    const hosted = hostPlan({
      name,
      ...(firstPlan === undefined ? {} : { firstPlan }),
      owner: options.owner,
      store: options.store,
      journal: repositories,
      clock,
      random: options.random,
      transport: options.transport,
      log,
      link,
      findChannel: options.findChannel ?? findInCatalogue,
      resolveSecret: options.resolveSecret,
      loadPlan: () => loadPlan(name),
      ...(options.step === undefined ? {} : { step: options.step }),
    });
    plans.set(name, hosted);
    return hosted;
  }

  async function loadPlan(name: string): Promise<AppliedPlan | undefined> {
    const stored = (await repositories.currentPlans()).find((candidate) => candidate.plan === name);
    if (stored === undefined) return undefined;
    const { plan, diagnostics } = compile(stored.files);
    if (plan === undefined) {
      const first = diagnostics.find((diagnostic) => diagnostic.severity === 'error');
      throw new WatchbillError('plan-invalid', `The stored plan does not compile any more: ${first?.message}`, name);
    }
    return { version: stored.version, files: stored.files, appliedBy: stored.appliedBy, plan };
  }

  function find(name: string): HostedPlan {
    const hosted = plans.get(name);
    if (hosted === undefined) throw new WatchbillError('not-found', `There is no plan '${name}'.`);
    return hosted;
  }

  /** The plan's world, once it is ours. */
  async function ownedBy(hosted: HostedPlan): Promise<NonNullable<ReturnType<HostedPlan['runner']['owned']>>> {
    const deadline = clock.monotonicMs() + limits.commandMs;
    for (;;) {
      const owned = hosted.runner.owned();
      if (owned !== undefined) return owned;
      if (clock.monotonicMs() >= deadline) {
        const problem = hosted.runner.problem() ?? 'it is held by another process';
        throw new WatchbillError('not-ready', `The plan ${hosted.name} cannot be changed now: ${problem}.`);
      }
      await new Promise<void>((resolve) => clock.after(limits.storeBackoffMs, resolve));
    }
  }

  async function prepare(request: ApplyRequest) {
    const compiled = compile(request.files);
    const { plan, diagnostics } = compiled;
    if (plan === undefined) {
      return {
        failed: { version: 0, applied: false, changed: false, diagnostics, effects: [] } satisfies ApplyOutcome,
      };
    }
    if (compiled.notExecuted.length > 0) {
      const count = compiled.notExecuted.length;
      throw new WatchbillError(
        'plan-not-executable',
        `The plan uses ${count} ${count === 1 ? 'part' : 'parts'} of the language that cannot be executed yet.`,
        plan.name,
      );
    }
    const hosted = plans.get(plan.name);
    const owned = hosted === undefined ? undefined : await ownedBy(hosted);
    const current = owned?.version;
    const seen = request.expectedVersion;
    if (seen !== undefined && seen !== (current?.version ?? 0)) {
      throw new WatchbillError('version-conflict', `The plan is at version ${current?.version ?? 0}, not ${seen}.`);
    }
    const changed = current === undefined || JSON.stringify(current.files) !== JSON.stringify(request.files);
    const effects = owned === undefined ? [] : describeEffects(previewApply(owned.world, plan, clock.now()));
    const version = (current?.version ?? 0) + (changed ? 1 : 0);
    const outcome: ApplyOutcome = { plan: plan.name, version, applied: false, changed, diagnostics, effects };
    return { plan, hosted, outcome };
  }

  async function apply(request: ApplyRequest, by: string): Promise<ApplyOutcome> {
    const prepared = await prepare(request);
    if (prepared.failed !== undefined) return prepared.failed;
    const { plan, outcome } = prepared;
    if (!outcome.changed) return outcome;
    const { version } = outcome;
    const isNew = !plans.has(plan.name);
    const hosted = plans.get(plan.name) ?? host(plan.name, plan);
    try {
      await hosted.runner.command(
        { kind: 'apply', plan, version, by },
        { version, files: request.files, appliedBy: by },
      );
    } catch (caught) {
      if (isNew && hosted.runner.lastOwned()?.version === undefined) {
        plans.delete(plan.name);
        void hosted.stop();
      }
      throw caught;
    }
    return { ...outcome, applied: true };
  }

  /** People are told of a lag in the status from 2 s on; from 10 s on it is an error of the log, once for each time. */
  let cancelWatch = (): void => {};
  const reported = new Set<string>();
  function watchLag(): void {
    for (const { name, runner } of plans.values()) {
      const lagMs = runner.lagMs();
      if (lagMs <= limits.coreLagReportMs) reported.delete(name);
      else if (!reported.has(name)) {
        reported.add(name);
        log('error', 'the core is behind', { plan: name, lagMs: Math.round(lagMs) });
      }
    }
    if (!stopped) cancelWatch = clock.after(SECOND_MS, watchLag);
  }

  /** Another core on the same database may have applied a plan that this one has never heard of. */
  async function findPlans(): Promise<void> {
    for (const { plan } of await repositories.currentPlans()) if (!plans.has(plan) && !stopped) host(plan);
  }

  /** Keys are read again now and then too: another process may have changed them, or a look after a change of ours may have failed. */
  let lastLook = 0;
  let lastSeen = 0;
  async function readKeys(): Promise<void> {
    lastLook += 1;
    const look = lastLook;
    const found = activeKeys(await repositories.listKeys());
    // A look that began later and came back earlier has seen at least as much.
    if (look < lastSeen) return;
    lastSeen = look;
    if (JSON.stringify(found) === JSON.stringify(keys)) return;
    keys = found;
    link.configure();
  }

  const cancels = new Map<string, () => void>();
  function repeat(what: string, everyMs: DurationMs, look: () => Promise<void>): void {
    cancels.set(
      what,
      clock.after(everyMs, () => {
        look()
          .catch((caught: unknown) => log('warning', `${what} cannot be listed`, { problem: describeProblem(caught) }))
          .finally(() => {
            if (!stopped) repeat(what, everyMs, look);
          });
      }),
    );
  }

  await findPlans();
  repeat('plans', limits.planSearchMs, findPlans);
  repeat('keys', limits.keySearchMs, readKeys);
  watchLag();

  return {
    link,
    repositories,
    readiness() {
      const reasons = [...plans.values()]
        .filter(({ runner }) => runner.owned() === undefined)
        .map(({ name, runner }) => `Plan ${name} is not running: ${runner.problem() ?? 'another process holds it'}.`);
      if (!link.connected()) reasons.push('Intake is not connected.');
      return { ready: reasons.length === 0, reasons };
    },
    plans: () => [...plans.keys()].sort(),
    apply,
    async preview(request) {
      const prepared = await prepare(request);
      return prepared.failed ?? prepared.outcome;
    },
    async launch(plan, by) {
      await find(plan).runner.command({ kind: 'launch', by });
      link.configure();
    },
    async planStatus(plan) {
      const { runner } = find(plan);
      const world = runner.owned()?.world;
      const [readings, notifications] = await Promise.all([link.readings(plan), repositories.countNotifications(plan)]);
      const lagMs = runner.lagMs();
      return {
        plan,
        world,
        readings,
        notifications,
        watermarkAgeMs: world === undefined ? undefined : Math.max(0, clock.now() - world.watermark),
        lagMs,
        notices: noticesOf(world, runner.problem(), lagMs, link.connected()),
      };
    },
    intakeStatus: () => link.status(),
    async explain(plan, subject) {
      const { runner } = find(plan);
      const world = runner.owned()?.world;
      const alert = world?.alerts.get(subject) ?? (await repositories.findAlert(plan, subject));
      const rule = alert?.rule ?? subject;
      const [notifications, facts] = await Promise.all([
        alert === undefined ? [] : repositories.listNotifications(plan, alert.key),
        repositories.listFacts({ plan, subject, limit: limits.explainFacts, from: 'latest' }),
      ]);
      const judgements = [...(world?.judgements.values() ?? [])].filter((judgement) => judgement.rule === rule);
      return { alert, notifications, facts, judgements, world };
    },
    inbox: (plan, person) =>
      repositories.listInbox({ plan, limit: limits.inboxPage, ...(person === undefined ? {} : { person }) }),
    keysChanged: readKeys,
    wakeDelivery: (plan) => plans.get(plan)?.delivery.wake(),
    async stop() {
      stopped = true;
      cancelWatch();
      for (const cancel of cancels.values()) cancel();
      await Promise.all([...plans.values()].map((plan) => plan.stop()));
    },
  };
}

function activeKeys(records: Awaited<ReturnType<CoreRepositories['listKeys']>>) {
  return records
    .filter((record) => record.revokedAt === undefined)
    .map(({ id, plan, scopes, hash, expiresAt }) => ({
      id,
      plan,
      scopes,
      hash,
      ...(expiresAt === undefined ? {} : { expiresAt }),
    }));
}

function noticesOf(
  world: World | undefined,
  problem: string | undefined,
  lagMs: DurationMs,
  intakeConnected: boolean,
): readonly string[] {
  const notices: string[] = [];
  if (world === undefined) notices.push(`The plan is not running: ${problem ?? 'another process holds it'}.`);
  if (lagMs > limits.coreLagBannerMs) notices.push(`The core is ${Math.round(lagMs / SECOND_MS)} s behind.`);
  if (!intakeConnected) notices.push('Intake is not connected; nothing is judged.');
  else if (world?.line.silentSince !== undefined) notices.push('The executors are silent; nothing is judged.');
  return notices;
}
