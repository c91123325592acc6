import type { AssessedCheck } from '#plan/assessment.ts';
import type { AvailabilityTarget } from '#plan/availability-figure.ts';
import { staleAfterMs } from '#plan/compile/checks.ts';
import type { CompiledPlan, Test } from '#plan/model.ts';
import { valueAt } from '#plan/phases.ts';
import type { Heartbeat } from '#plan/probe.ts';
import type { Comparison, Review } from '#plan/vouching.ts';
import type { VouchingUnit } from './conditions.ts';
import { collect, vouchingUnits } from './rule-index.ts';

/** What has to be read to judge checks over a phase. */
export interface PhaseNeeds {
  /** Of each probe and part, as it is looked at in the phase. */
  readonly targets: readonly AvailabilityTarget[];
  readonly heartbeats: readonly Heartbeat[];
  /** Figures that rules compare. */
  readonly signals: readonly string[];
  readonly rules: readonly string[];
  /** Those that are of data of the phase, by themselves or by way of rules. */
  readonly reviews: readonly Review[];
  readonly comparisons: readonly Comparison[];
}

/** Of the checks themselves, and of the rules among them what they read. */
export function needsOf(plan: CompiledPlan, phase: string, checks: readonly AssessedCheck[]): PhaseNeeds {
  const read = checks.flatMap((check) => (check.kind === 'rule' ? [readBy(plan, check.name, phase)] : []));
  const tests = read.flatMap((one) => one.tests);
  const vouched = new Set([
    ...checks.map(({ kind, name }) => `${kind} ${name}`),
    ...read.flatMap(({ units }) => units.map(vouchedName)),
  ]);
  const isOfPhase = ({ during }: Pick<Review, 'during'>): boolean => during.length === 0 || during.includes(phase);
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
    reviews: (plan.reviews ?? []).filter((one) => vouched.has(`review ${one.name}`) && isOfPhase(one)),
    comparisons: (plan.comparisons ?? []).filter((one) => vouched.has(`comparison ${one.name}`) && isOfPhase(one)),
  };
}

/** What decides a rule in a phase, itself or by way of other rules: tests, and what people decide. `rules` are itself and those others. */
export function readBy(
  plan: CompiledPlan,
  name: string,
  phase: string,
): { readonly tests: readonly Test[]; readonly units: readonly VouchingUnit[]; readonly rules: readonly string[] } {
  const rules = new Set([name]);
  const tests = new Set<string>();
  const units: VouchingUnit[] = [];
  // A set that grows while it is gone through is gone through to its end.
  for (const rule of rules) {
    const compiled = plan.rules.find((one) => one.name === rule);
    for (const byPhase of [compiled?.when, compiled?.until]) {
      const condition = byPhase && valueAt(byPhase, phase);
      if (condition === undefined) continue;
      collect(condition, tests, rules);
      units.push(...vouchingUnits(condition));
    }
  }
  return { tests: [...tests].flatMap((id) => plan.tests[id] ?? []), units, rules: [...rules] };
}

/** `review first-sales`, `comparison manual-sales`. */
export function vouchedName(unit: VouchingUnit): string {
  return unit.kind === 'review-wrong' ? `review ${unit.review}` : `comparison ${unit.comparison}`;
}
