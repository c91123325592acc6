import { findChannel as findInCatalogue } from '#channels/catalogue.ts';
import type { Channel } from '#channels/channel.ts';
import type { Alert, CoreInput, Step, World } from '#core/model.ts';
import type { InboxMessage, Store } from '#core/store.ts';
import type { IntakeStatus } from '#intake/link.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock, MailTransport, Random, Transport } from '#kernel/ports.ts';
import type { CompiledPlan } from '#plan/model.ts';
import { type AlertViews, createAlertViews } from './alert-views.ts';
import { type ApplyOutcome, type ApplyRequest, type Compile, createApplying } from './applying.ts';
import type { ResolveSecret } from './channel-settings.ts';
import { type ChannelTests, createChannelTests } from './channel-tests.ts';
import { type Commands, createCommands } from './commands.ts';
import { type CoreLink, createCoreLink } from './core-link.ts';
import type { FactListener } from './fact-feed.ts';
import { type HostedPlan, hostPlan } from './hosted-plan.ts';
import { openKeyRegister } from './key-register.ts';
import { describeProblem, type Log } from './log.ts';
import { lookAgain, watchLag } from './looking-again.ts';
import type { MessageLinks } from './message-context.ts';
import type { AppliedPlan, OwnedPlan } from './plan-runner.ts';
import { type PlanState, type PlanStatus, planState, planStatus } from './plan-status.ts';
import type { CoreRepositories } from './repositories.ts';

export type { PlanState, PlanStatus };

export interface CoreOptions {
  /** Names this installation; see `PlanRunnerOptions.owner`. */
  readonly owner: string;
  readonly store: Store;
  readonly repositories: CoreRepositories;
  readonly transport: Transport;
  readonly mail: MailTransport;
  /** Where the links of messages lead; they have none without it. */
  readonly links?: MessageLinks;
  readonly clock: Clock;
  readonly random: Random;
  readonly resolveSecret: ResolveSecret;
  readonly compile: Compile;
  readonly log: Log;
  readonly findChannel?: (kind: string) => Channel | undefined;
  readonly step?: (world: World, input: CoreInput, now: Instant) => Step;
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
export interface Core extends Commands, AlertViews, ChannelTests {
  /** To be connected to whatever carries intake's messages. */
  readonly link: CoreLink;
  readonly repositories: CoreRepositories;
  /** Whether all is well, in words that name neither plans nor what is in them: they are for everybody. */
  readiness(): { readonly ready: boolean; readonly reasons: readonly string[] };
  plans(): readonly string[];
  apply(request: ApplyRequest, by: string): Promise<ApplyOutcome>;
  preview(request: ApplyRequest): Promise<ApplyOutcome>;
  /** Resolves with T+0: now, unless the plan had one already. */
  launch(plan: string, by: string): Promise<Instant>;
  planStatus(plan: string): Promise<PlanStatus>;
  /** The same without a question to the database: for those who ask again and again. */
  planState(plan: string): Promise<PlanState>;
  /** The plan as it was held last, also after it was lost; undefined until it was held once. */
  lastWorld(plan: string): World | undefined;
  intakeStatus(): Promise<IntakeStatus | undefined>;
  /** The subject is the id of an alert, the name of a rule, or `plan`. */
  explain(plan: string, subject: string): Promise<Explanation>;
  inbox(plan: string, person?: string): Promise<readonly InboxMessage[]>;
  /** Number of the last fact of a plan, 0 when there is none. */
  lastFact(plan: string): Promise<number>;
  /**
   * Calls the listener with the plan's facts after this number as soon as they are committed, in their order and without gaps. Returns what
   * ends that; it ends by itself when the core stops.
   */
  onCommitted(plan: string, listener: FactListener, after: number): () => void;
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
  const register = await openKeyRegister(repositories, () => link.configure());
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
        keys: register.keys().filter((key) => plans.has(key.plan)),
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
      mail: options.mail,
      ...(options.links === undefined ? {} : { links: options.links }),
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
  async function ownedBy(hosted: HostedPlan): Promise<OwnedPlan> {
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

  /** Another core on the same database may have applied a plan that this one has never heard of. */
  async function findPlans(): Promise<void> {
    for (const { plan } of await repositories.currentPlans()) if (!plans.has(plan) && !stopped) host(plan);
  }

  const applying = createApplying({ compile, clock, plans, host, ownedBy });
  await findPlans();
  const endings = [
    lookAgain('plans', limits.planSearchMs, findPlans, clock, log),
    // Another process may have changed them, or a look after a change of ours may have failed.
    lookAgain('keys', limits.keySearchMs, register.read, clock, log),
    watchLag(plans, clock, log),
  ];

  return {
    ...createCommands({ find, random: options.random, repositories }),
    ...createAlertViews(find, repositories),
    ...createChannelTests({ ...options, find, ownedBy, findChannel: options.findChannel ?? findInCatalogue }),
    link,
    repositories,
    readiness() {
      const reasons: string[] = [];
      const stopped = [...plans.values()].some(({ runner }) => runner.owned() === undefined);
      if (stopped) reasons.push('A plan is not running; its status says why.');
      if (!link.connected()) reasons.push('Intake is not connected.');
      return { ready: reasons.length === 0, reasons };
    },
    plans: () => [...plans.keys()].sort(),
    apply: applying.apply,
    preview: applying.preview,
    async launch(plan, by) {
      const { world } = await find(plan).runner.command({ kind: 'launch', by });
      link.configure();
      // Whoever was first launched it; the second command changes nothing.
      return world.plan.launch ?? world.line.launchedAt ?? clock.now();
    },
    planStatus: async (plan) => planStatus(find(plan), link, repositories, clock),
    lastWorld: (plan) => find(plan).runner.lastOwned()?.world,
    planState: async (plan) => planState(find(plan), link, clock),
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
    async lastFact(plan) {
      find(plan);
      const [last] = await repositories.listFacts({ plan, limit: 1, from: 'latest' });
      return last?.sequence ?? 0;
    },
    onCommitted: (plan, listener, after) => find(plan).feed.follow(listener, after),
    keysChanged: () => register.read(),
    wakeDelivery: (plan) => plans.get(plan)?.delivery.wake(),
    async stop() {
      stopped = true;
      for (const end of endings) end();
      await Promise.all([...plans.values()].map((plan) => plan.stop()));
    },
  };
}
