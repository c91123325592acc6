import { assert } from '#kernel/assert.ts';
import type { DurationMs, Instant } from '#kernel/instant.ts';
import type { CompiledPlan, Condition, Rule } from '#plan/model.ts';
import { phaseAt, phaseBoundaryAfter, valueAt } from '#plan/phases.ts';
import type { Draft } from './draft.ts';
import type { DecisionReason, PlanLine, World } from './model.ts';
import { ruleIndex } from './rule-index.ts';

/** T+0: the instant that the plan states, or the command's when it says `on command`. */
export function launchOf(plan: CompiledPlan, line: PlanLine): Instant | undefined {
  return plan.launch ?? line.launchedAt;
}

/** Name of the phase in force; undefined before T+0 and in a gap of the main line. */
export function phaseNameAt(plan: CompiledPlan, launch: Instant | undefined, at: Instant): string | undefined {
  return phaseAt(plan, launch, at);
}

/** The next instant at which another phase may begin. */
export function boundaryAfter(plan: CompiledPlan, launch: Instant | undefined, at: Instant): Instant | undefined {
  return phaseBoundaryAfter(plan, launch, at);
}

/**
 * Puts the phase of `at` in force and plans the next look. Returns whether it is another one: then every rule has to be judged anew.
 */
export function enterPhase(draft: Draft, at: Instant, reason: DecisionReason): boolean {
  const launch = launchOf(draft.plan, draft.line);
  const from = draft.line.phase;
  const to = phaseNameAt(draft.plan, launch, at);
  const dueAt = boundaryAfter(draft.plan, launch, at);
  assert(dueAt === undefined || dueAt > at, `The boundary after ${at} lies at ${dueAt}`);
  if (from === to && dueAt === draft.line.dueAt) return false;
  const { phase: _phase, dueAt: _dueAt, ...rest } = draft.line;
  draft.line = {
    ...rest,
    ...(to === undefined ? {} : { phase: to }),
    ...(dueAt === undefined ? {} : { dueAt }),
  };
  if (from === to) return false;
  draft.record({
    at,
    kind: 'phase-changed',
    subject: 'plan',
    reason,
    body: { from: from ?? null, to: to ?? null, ...(launch === undefined ? {} : { offsetMs: at - launch }) },
  });
  return true;
}

/** Name of the phase in force for a rule: what only people decide is in it from its first instant on, all else when the executors are. */
export function phaseOf({ plan, line }: Pick<World, 'plan' | 'line'>, rule: string): string | undefined {
  const { people = line } = line;
  return ruleIndex(plan).isDecidedByPeople.has(rule) ? people.phase : line.phase;
}

/** What holds of a rule in the phase in force. */
export interface RuleInForce {
  readonly when: Condition;
  readonly until?: Condition;
  /** Name of a severity, or `none`. */
  readonly severity: string;
  readonly resolveAfterMs: DurationMs;
}

/** Undefined when the rule sleeps: it has no condition or no severity in this phase. */
export function inForce(rule: Rule, phase: string | undefined): RuleInForce | undefined {
  const when = valueAt(rule.when, phase);
  const severity = valueAt(rule.severity, phase);
  if (when === undefined || severity === undefined) return undefined;
  const until = rule.until === undefined ? undefined : valueAt(rule.until, phase);
  return { when, severity, resolveAfterMs: rule.resolveAfterMs, ...(until === undefined ? {} : { until }) };
}
