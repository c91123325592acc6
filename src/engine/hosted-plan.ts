import type { Channel } from '#channels/channel.ts';
import type { CoreInput, Step, World } from '#core/model.ts';
import type { Store } from '#core/store.ts';
import { emptyWorld } from '#core/world.ts';
import type { ConfiguredPlan } from '#intake/link.ts';
import type { Instant } from '#kernel/instant.ts';
import type { Clock, MailTransport, Random, Transport } from '#kernel/ports.ts';
import type { CompiledPlan } from '#plan/model.ts';
import { withoutScenarios } from '#plan/scenario-file.ts';
import type { ResolveSecret } from './channel-settings.ts';
import type { CoreLink } from './core-link.ts';
import { createDelivery, type Delivery } from './delivery.ts';
import { createFactExporter, type FactExporter, type FactJournal } from './fact-exporter.ts';
import { createFactFeed, type FactFeed, type FactSource } from './fact-feed.ts';
import type { Log } from './log.ts';
import type { MessageLinks } from './message-context.ts';
import { type AppliedPlan, createPlanRunner, type PlanRunner } from './plan-runner.ts';

/** One plan's runner with what follows from its commits. */
export interface HostedPlan {
  readonly name: string;
  readonly runner: PlanRunner;
  readonly delivery: Delivery;
  readonly exporter: FactExporter;
  /** For those who want to hear of facts at once. */
  readonly feed: FactFeed;
  /** What intake has to know of it; undefined until it was loaded once. */
  configured(): ConfiguredPlan | undefined;
  stop(): Promise<void>;
}

export interface HostedPlanOptions {
  readonly name: string;
  /** For a plan of which nothing is stored yet. */
  readonly firstPlan?: CompiledPlan;
  readonly owner: string;
  readonly store: Store;
  readonly journal: FactJournal & FactSource;
  readonly clock: Clock;
  readonly random: Random;
  readonly transport: Transport;
  readonly mail: MailTransport;
  readonly links?: MessageLinks;
  readonly log: Log;
  readonly link: CoreLink;
  readonly findChannel: (kind: string) => Channel | undefined;
  readonly resolveSecret: ResolveSecret;
  readonly loadPlan: () => Promise<AppliedPlan | undefined>;
  readonly step?: (world: World, input: CoreInput, now: Instant) => Step;
}

/** Starts a plan's runner, delivery and export, and lets each wake the next. */
export function hostPlan(options: HostedPlanOptions): HostedPlan {
  const { name, owner, store, clock, random, log, link } = options;
  const runner = createPlanRunner({
    plan: name,
    owner,
    store,
    clock,
    random,
    log,
    loadPlan: options.loadPlan,
    emptyWorld: (now) => {
      if (options.firstPlan === undefined) throw new Error(`Plan ${name} has no version.`);
      return emptyWorld(options.firstPlan, 0, now);
    },
    ...(options.step === undefined ? {} : { step: options.step }),
    onOwned: () => {
      link.forgotten(name);
      delivery.wake();
      exporter.wake();
    },
    onApplied: () => link.configure(),
    onCommitted: ({ facts, notifications }) => {
      if (notifications > 0) delivery.wake();
      if (facts > 0) {
        exporter.wake();
        feed.wake();
      }
    },
  });
  const delivery = createDelivery({
    plan: name,
    store,
    clock,
    random,
    transport: options.transport.forPlan?.(name) ?? options.transport,
    mail: options.mail.forPlan?.(name) ?? options.mail,
    ...(options.links === undefined ? {} : { links: options.links }),
    log,
    findChannel: options.findChannel,
    resolveSecret: options.resolveSecret,
    owned: () => {
      const owned = runner.owned();
      return owned && { epoch: owned.epoch, plan: owned.world.plan };
    },
    onSettled: () => {
      exporter.wake();
      feed.wake();
    },
  });
  const exporter = createFactExporter({
    plan: name,
    journal: options.journal,
    link,
    clock,
    log,
    isOwned: () => runner.owned() !== undefined,
  });
  const feed = createFactFeed(name, options.journal, clock, log);
  return {
    name,
    runner,
    delivery,
    exporter,
    feed,
    configured() {
      const owned = runner.lastOwned();
      if (owned?.version === undefined) return undefined;
      const { launchedAt, watermark } = owned.world.line;
      const { version, files } = owned.version;
      return {
        name,
        version,
        files: withoutScenarios(files),
        watermark,
        ...(launchedAt === undefined ? {} : { launchedAt }),
      };
    },
    async stop() {
      // Delivery needs the lease to finish what it has begun.
      await Promise.all([delivery.stop(), exporter.stop(), feed.stop()]);
      await runner.stop();
    },
  };
}
