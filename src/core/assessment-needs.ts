import type { AssessedCheck } from '#plan/assessment.ts';
import type { AvailabilityTarget } from '#plan/availability-figure.ts';
import { staleAfterMs } from '#plan/compile/checks.ts';
import type { CompiledPlan, Test } from '#plan/model.ts';
import { valueAt } from '#plan/phases.ts';
import type { Heartbeat } from '#plan/probe.ts';
import { collect, conditionsOf } from './rule-index.ts';

/** What has to be read to judge checks over a phase. */
export interface PhaseNeeds {
  /** Of each probe and part, as it is looked at in the phase. */
  readonly targets: readonly AvailabilityTarget[];
  readonly heartbeats: readonly Heartbeat[];
  /** Figures that rules compare. */
  readonly signals: readonly string[];
  readonly rules: readonly string[];
}

/** Of the checks themselves, and of the rules among them what they read. */
export function needsOf(plan: CompiledPlan, phase: string, checks: readonly AssessedCheck[]): PhaseNeeds {
  const tests = checks.flatMap((check) => (check.kind === 'rule' ? testsOf(plan, check.name) : []));
  const targets = new Map<string, AvailabilityTarget>();
  const jobs = new Set<string>();
  const addTarget = (name: string, part: string | undefined): void => {
    const probe = plan.probes?.find((one) => one.name === name);
    if (probe === undefined) return;
    const everyMs = valueAt(probe.everyMs, phase);
    targets.set(`${name}.${part ?? ''}`, {
      probe: name,
      ...(part === undefined ? {} : { part }),
      staleMs: everyMs === undefined ? staleAfterMs(probe) : 2 * everyMs + probe.timeoutMs,
      ...(probe.agree === undefined ? {} : { agree: probe.agree }),
    });
  };
  for (const check of checks) {
    if (check.kind === 'probe') addTarget(check.name, undefined);
    else if (check.kind === 'part') addTarget(check.probe, check.part);
    else if (check.kind === 'heartbeat') jobs.add(check.name);
  }
  for (const test of tests) {
    if (test.kind === 'probe') addTarget(test.probe, test.part);
    else if (test.kind === 'heartbeat') jobs.add(test.heartbeat);
  }
  return {
    targets: [...targets.values()],
    heartbeats: (plan.heartbeats ?? []).filter(({ name }) => jobs.has(name)),
    signals: [...new Set(tests.flatMap((test) => (test.kind === 'comparison' ? test.signals : [])))],
    rules: checks.flatMap((check) => (check.kind === 'rule' ? [check.name] : [])),
  };
}

/** The tests that a rule reads, itself or by way of other rules. */
export function testsOf(plan: CompiledPlan, name: string): readonly Test[] {
  const rules = new Set([name]);
  const tests = new Set<string>();
  // A set that grows while it is gone through is gone through to its end.
  for (const rule of rules) {
    const compiled = plan.rules.find((one) => one.name === rule);
    for (const condition of compiled === undefined ? [] : conditionsOf(compiled)) collect(condition, tests, rules);
  }
  return [...tests].flatMap((id) => plan.tests[id] ?? []);
}
