import type { Aggregate, CommandOutcome, CoreInput, Step, World } from '#core/model.ts';
import { step } from '#core/step.ts';
import type { PlanVersion, Store } from '#core/store.ts';
import { loadWorld } from '#core/world.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { type DurationMs, type Instant, SECOND_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock, Random } from '#kernel/ports.ts';
import type { CompiledPlan } from '#plan/model.ts';
import { backoffMs } from './backoff.ts';
import { createBell } from './bell.ts';
import {
  type CommandAnswer,
  type CommandInput,
  InputQueue,
  type QueuedCommand,
  type QueuedVerdicts,
  type VerdictsInput,
} from './input-queue.ts';
import { describeProblem, type Log } from './log.ts';
import { mergeSteps } from './merge-steps.ts';

/** A plan's text and what it compiles to, as applied. */
export interface AppliedPlan extends PlanVersion {
  readonly plan: CompiledPlan;
}

export interface PlanRunnerOptions {
  readonly plan: string;
  /** Names this installation: of its processes only one runs at a time, and a new one takes over from the last at once. */
  readonly owner: string;
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The version in force, undefined for a plan that was never applied. */
  readonly loadPlan: () => Promise<AppliedPlan | undefined>;
  /** A plan that nothing is stored of, before its first version is applied. */
  readonly emptyWorld: (now: Instant) => World;
  /** The core; another function stands in for it where a test has to see a broken one caught. */
  readonly step?: (world: World, input: CoreInput, now: Instant) => Step;
  /** The plan is ours now, with this world; the executors' verdicts are unknown until they are told again. */
  readonly onOwned: () => void;
  /** The text in force has changed. */
  readonly onApplied: () => void;
  /** Something was committed. */
  readonly onCommitted: (written: { readonly facts: number; readonly notifications: number }) => void;
}

/** What is ours while we hold the lease. */
export interface OwnedPlan {
  readonly epoch: number;
  readonly version: PlanVersion | undefined;
  readonly world: World;
}

export interface PlanRunner {
  /** Undefined while the plan is not ours. */
  owned(): OwnedPlan | undefined;
  /** What was ours last, also after it was lost: what intake has to go on with. Undefined until the first time. */
  lastOwned(): OwnedPlan | undefined;
  /** What is not taken is never acknowledged, so its sender tells it again: when the plan is ours, or after a pause. */
  offerVerdicts(input: VerdictsInput, acknowledge: (watermark: Instant) => void): 'taken' | 'not-owned' | 'full';
  /**
   * A new connection begins, on which everything unacknowledged is told again: forgets what waits, and resolves when
   * what is being committed is done. Only then the world's watermark says what the new connection has to tell.
   */
  tellAnew(): Promise<void>;
  /** Resolves once it is committed, also when the core refuses it; rejects with `not-ready` when the plan is not ours in time. */
  command(input: CommandInput, planVersion?: PlanVersion): Promise<CommandAnswer>;
  /** How long the oldest input has been waiting. */
  lagMs(): DurationMs;
  /** The last failure of the store, while it lasts. */
  problem(): string | undefined;
  /** Finishes what is being committed, and gives the lease up. */
  stop(): Promise<void>;
}

/**
 * Owns one plan: holds its lease, loads its world, runs inputs through the core and commits what comes out. Whatever goes
 * wrong with the store has one answer, the same as a restart: forget the world, load it again, and let the executors tell
 * again what was not acknowledged. So it never matters whether a commit that failed has taken effect.
 */
export function createPlanRunner(options: PlanRunnerOptions): PlanRunner {
  const { clock, store, plan, log } = options;
  const runStep = options.step ?? step;
  const bell = createBell(clock);
  const queue = new InputQueue();
  let owned: (OwnedPlan & { readonly dueAt: Instant | undefined }) | undefined;
  let lastOwned: OwnedPlan | undefined;
  /**
   * An epoch under which a commit may still be on its way to take effect, of this process or of the one before it under the
   * same name. It has to end before the world is loaded, or that commit would land on top of what follows.
   */
  let doubtful: number | 'unknown' | undefined = 'unknown';
  /** In monotonic time, as every pause here: the wall clock may be set back. */
  let renewAtMs = 0;
  /** Since the last commit or renewal. That a plan can be loaded says nothing yet: what follows may fail each time. */
  let failures = 0;
  let problem: string | undefined;
  let stopping = false;
  /** The commit that is under way; never rejects. */
  let committing: Promise<void> = Promise.resolve();
  /** Monotonic arrival of the oldest input that is being committed. */
  let runningSinceMs: number | undefined;

  async function loop(): Promise<void> {
    while (!stopping) {
      try {
        await (owned === undefined ? take() : work());
        problem = undefined;
      } catch (caught) {
        await failed(caught);
      }
    }
    if (owned !== undefined) await store.releaseLease(plan, options.owner, owned.epoch).catch(() => {});
    owned = undefined;
  }

  async function take(): Promise<void> {
    const before = doubtful === 'unknown' ? await acquire() : doubtful;
    if (before !== undefined) await store.releaseLease(plan, options.owner, before);
    doubtful = before === undefined ? doubtful : undefined;
    const epoch = doubtful === undefined ? await acquire() : undefined;
    if (epoch === undefined) {
      await bell.wait(SECOND_MS);
      return;
    }
    const applied = await options.loadPlan();
    const now = clock.now();
    const world =
      applied === undefined
        ? options.emptyWorld(now)
        : loadWorld(applied.plan, applied.version, await loadAggregates(now), now);
    own({ epoch, version: applied, world, dueAt: now });
    log('info', 'plan taken', { plan, epoch, version: world.line.version });
    options.onOwned();
  }

  /** Evaluation goes on where the watermark stands, so what had ended then still counts for flapping. */
  async function loadAggregates(now: Instant): Promise<readonly Aggregate[]> {
    const aggregates = await store.loadAggregates(plan, now - limits.flapWindowMs);
    const line = aggregates.find((aggregate) => aggregate.kind === 'plan');
    if (line === undefined || line.watermark > now - SECOND_MS) return aggregates;
    return store.loadAggregates(plan, line.watermark - limits.flapWindowMs);
  }

  function own(next: NonNullable<typeof owned>): void {
    owned = next;
    lastOwned = next;
  }

  async function acquire(): Promise<number | undefined> {
    renewAtMs = clock.monotonicMs() + Math.floor(limits.planLeaseMs / 3);
    return store.acquireLease(plan, options.owner, clock.now(), limits.planLeaseMs);
  }

  async function work(): Promise<void> {
    if (owned === undefined) return;
    if (clock.monotonicMs() >= renewAtMs) {
      const epoch = await acquire();
      if (epoch !== owned.epoch) return lose('the lease ran out');
      failures = 0;
    }
    const command = queue.firstCommand();
    if (command !== undefined) return runCommand(command);
    // Before the clock: executors whose word still waits here are not silent.
    const verdicts = queue.takeVerdicts(limits.coreBatch);
    if (verdicts.length > 0) {
      runningSinceMs = verdicts[0]?.arrivedMs;
      await run(
        verdicts.map((entry) => entry.input),
        verdicts,
      );
    } else if (owned.dueAt !== undefined && owned.dueAt <= clock.now()) await run([{ kind: 'clock' }], []);
    else await bell.wait(Math.min(renewAtMs - clock.monotonicMs(), SECOND_MS), owned.dueAt);
  }

  async function runCommand(command: QueuedCommand): Promise<void> {
    if (owned === undefined) return;
    const { version } = owned;
    // The answer of an earlier try may have been lost after it took effect.
    if (command.planVersion !== undefined && version !== undefined && isSameVersion(version, command.planVersion)) {
      queue.withdraw(command);
      command.resolve({ version: version.version, world: owned.world });
      return;
    }
    let outcome: CommandOutcome | undefined;
    try {
      outcome = await run([command.input], [], command.planVersion);
    } catch (caught) {
      if (!(caught instanceof WatchbillError) || caught.code === 'store-failed') throw caught;
      queue.withdraw(command);
      command.reject(caught);
      // A conflict says that another text is in force than the one that was loaded.
      if (caught.code === 'version-conflict') lose('another version was applied');
      return;
    }
    if (owned === undefined) return;
    queue.withdraw(command);
    if (command.planVersion !== undefined) options.onApplied();
    const { world } = owned;
    command.resolve({ version: world.line.version, world, ...(outcome === undefined ? {} : { outcome }) });
  }

  /**
   * Runs inputs and commits; `committing` lasts until the world is that of the commit, or forgotten. Resolves with what came of the last
   * of them.
   */
  function run(
    inputs: readonly CoreInput[],
    entries: readonly QueuedVerdicts[],
    planVersion?: PlanVersion,
  ): Promise<CommandOutcome | undefined> {
    const running = stepAndCommit(inputs, entries, planVersion);
    committing = running.then(
      () => {},
      () => {},
    );
    return running;
  }

  async function stepAndCommit(
    inputs: readonly CoreInput[],
    entries: readonly QueuedVerdicts[],
    planVersion: PlanVersion | undefined,
  ): Promise<CommandOutcome | undefined> {
    if (owned === undefined) return undefined;
    const { epoch } = owned;
    // A command is judged at once, but never at an instant that has been judged already: the clock may have been set back.
    const isCommand = inputs.some((input) => input.kind !== 'verdicts' && input.kind !== 'clock');
    const at = isCommand ? Math.max(clock.now(), owned.world.watermark) : clock.now();
    const steps: Step[] = [];
    let world = owned.world;
    let stepFailed = false;
    for (const input of inputs) {
      try {
        const result = runStep(world, input, at);
        steps.push(result);
        world = result.world;
      } catch (caught) {
        // A bug of ours must cost this one input, not the plan: it would be told again and fail again for ever.
        log('error', 'the core failed on an input', { plan, input: input.kind, problem: describeProblem(caught) });
        if (input.kind !== 'verdicts' && input.kind !== 'clock') {
          throw new WatchbillError('internal-error', 'The core failed on this command.');
        }
        stepFailed = true;
      }
    }
    const merged = mergeSteps(steps);
    const writes = merged.changes.length + merged.removals.length + merged.facts.length + merged.notifications.length;
    if (writes > 0 || planVersion !== undefined) {
      const outcome = await store.commit({
        plan,
        epoch,
        at,
        changes: merged.changes,
        removals: merged.removals,
        facts: merged.facts,
        notifications: merged.notifications,
        ...(planVersion === undefined ? {} : { planVersion }),
      });
      if (outcome.state === 'fenced') {
        lose('another owner has taken it');
        return undefined;
      }
      failures = 0;
      options.onCommitted({ facts: merged.facts.length, notifications: merged.notifications.length });
    }
    const dueAt = stepFailed ? at + SECOND_MS : steps.at(-1)?.dueAt;
    own({ epoch, version: planVersion ?? owned.version, world, dueAt });
    runningSinceMs = undefined;
    for (const entry of entries) entry.acknowledge(world.line.watermark);
    return steps.at(-1)?.outcome;
  }

  function lose(because: string): void {
    log('warning', 'plan lost', { plan, because });
    forget();
  }

  /** Commands stay: their callers wait. Verdicts go: who sent them keeps them until they are acknowledged. */
  function forget(): void {
    owned = undefined;
    runningSinceMs = undefined;
    queue.dropVerdicts();
  }

  async function failed(caught: unknown): Promise<void> {
    failures += 1;
    problem = describeProblem(caught);
    log('error', 'plan cannot be run', { plan, problem });
    doubtful = owned?.epoch ?? doubtful;
    forget();
    const waitMs = backoffMs(failures, limits.storeBackoffMs, limits.storeBackoffMaxMs, options.random.fraction());
    const untilMs = clock.monotonicMs() + waitMs;
    // New inputs ring the bell, but they cannot go anywhere until the store answers again.
    while (!stopping && clock.monotonicMs() < untilMs) await bell.wait(untilMs - clock.monotonicMs());
  }

  const running = loop();

  return {
    owned: () => owned,
    lastOwned: () => lastOwned,
    offerVerdicts(input, acknowledge) {
      if (owned === undefined || stopping) return 'not-owned';
      const taken = queue.pushVerdicts({ kind: 'verdicts', input, arrivedMs: clock.monotonicMs(), acknowledge });
      bell.ring();
      return taken ? 'taken' : 'full';
    },
    async tellAnew() {
      queue.dropVerdicts();
      await committing;
    },
    command(input, planVersion) {
      return new Promise((resolve, reject) => {
        const command: QueuedCommand = {
          kind: 'command',
          input,
          arrivedMs: clock.monotonicMs(),
          resolve: (answer) => {
            cancel();
            resolve(answer);
          },
          reject: (caught) => {
            cancel();
            reject(caught);
          },
          ...(planVersion === undefined ? {} : { planVersion }),
        };
        const cancel = clock.after(limits.commandMs, () => {
          queue.withdraw(command);
          reject(new WatchbillError('not-ready', problem ?? `The plan ${plan} is held by another process.`));
        });
        queue.pushCommand(command);
        bell.ring();
      });
    },
    lagMs() {
      const now = clock.monotonicMs();
      return Math.max(queue.lagMs(now), runningSinceMs === undefined ? 0 : now - runningSinceMs);
    },
    problem: () => problem,
    async stop() {
      stopping = true;
      bell.ring();
      await running;
    },
  };
}

function isSameVersion(left: PlanVersion, right: PlanVersion): boolean {
  return left.version === right.version && JSON.stringify(left.files) === JSON.stringify(right.files);
}
