import { previewApply } from '#core/plan-change.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import type { Clock } from '#kernel/ports.ts';
import type { Diagnostic } from '#plan/diagnostic.ts';
import type { CompiledPlan } from '#plan/model.ts';
import { describeEffects } from './apply-effects.ts';
import type { HostedPlan } from './hosted-plan.ts';
import type { OwnedPlan } from './plan-runner.ts';

export type PlanFiles = readonly { readonly path: string; readonly text: string }[];

/** The plan's compiler, as the core needs it. */
export type Compile = (files: PlanFiles) => {
  /** Absent when there are errors. */
  readonly plan?: CompiledPlan | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** Parts of the language that are parsed but not executed yet. */
  readonly notExecuted: readonly unknown[];
};

export interface ApplyRequest {
  readonly files: PlanFiles;
  /** The plan that the text has to be of; any when absent. */
  readonly plan?: string;
  /** The version that the author has seen, 0 for a plan that is not there yet; not checked when absent. */
  readonly expectedVersion?: number;
  /** Throws when whoever asks may not make this of the plan in force; there is none before a new one. */
  readonly permit?: (before: CompiledPlan | undefined, after: CompiledPlan) => void;
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
  /** What the text says, applied or not; absent when it has errors. */
  readonly compiled?: CompiledPlan;
}

export interface ApplyingOptions {
  readonly compile: Compile;
  readonly clock: Clock;
  /** The plans that are hosted, by name; one that could not be begun is taken out again. */
  readonly plans: Map<string, HostedPlan>;
  readonly host: (name: string, firstPlan: CompiledPlan) => HostedPlan;
  readonly ownedBy: (hosted: HostedPlan) => Promise<OwnedPlan>;
}

/** Gives a plan its first or next version, or says what that would do. */
export interface Applying {
  apply(request: ApplyRequest, by: string): Promise<ApplyOutcome>;
  preview(request: ApplyRequest): Promise<ApplyOutcome>;
}

export function createApplying({ compile, clock, plans, host, ownedBy }: ApplyingOptions): Applying {
  async function prepare(request: ApplyRequest) {
    const compiled = compile(request.files);
    const { plan, diagnostics } = compiled;
    if (plan === undefined) {
      return {
        failed: { version: 0, applied: false, changed: false, diagnostics, effects: [] } satisfies ApplyOutcome,
      };
    }
    if (request.plan !== undefined && plan.name !== request.plan) {
      const message = `The text is of the plan "${plan.name}", not of "${request.plan}".`;
      throw new WatchbillError('plan-renamed', message, 'plan');
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
    request.permit?.(owned?.world.plan, plan);
    const changed = current === undefined || JSON.stringify(current.files) !== JSON.stringify(request.files);
    const effects = owned === undefined ? [] : describeEffects(previewApply(owned.world, plan, clock.now()));
    const version = (current?.version ?? 0) + (changed ? 1 : 0);
    const outcome: ApplyOutcome = {
      ...{ plan: plan.name, version, applied: false, changed, diagnostics, effects },
      compiled: plan,
    };
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

  return {
    apply,
    async preview(request) {
      const prepared = await prepare(request);
      return prepared.failed ?? prepared.outcome;
    },
  };
}
