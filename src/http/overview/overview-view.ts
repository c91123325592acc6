import type { ObjectiveAnswer, OverviewAnswer, PhaseAnswer, RuleAnswer, SignalAnswer } from '#contract/overview.ts';
import type { World } from '#core/model.ts';
import { comparisonsOf } from '#core/rule-index.ts';
import { formatInstant, type Instant } from '#kernel/instant.ts';
import type { CompiledPlan, Rule } from '#plan/model.ts';
import { absoluteSpan, valueAt } from '#plan/phases.ts';
import { directionOf, viewBands } from './bands-view.ts';
import { worseOf } from './worse-value.ts';

/** What a plan says, with what its phase makes of it. Names of people, never their addresses; kinds of channels, never their settings. */
export function viewOverview({ plan, line }: World, now: Instant, email?: string): OverviewAnswer {
  const launch = plan.launch ?? line.launchedAt;
  const readers = rulesBySignal(plan);
  const objectives = new Set(plan.objectives.map(({ signal }) => signal));
  return {
    plan: plan.name,
    title: plan.title,
    timezone: plan.timezone,
    version: line.version,
    at: formatInstant(now),
    launch: {
      state: plan.launch !== undefined ? 'given' : line.launchedAt !== undefined ? 'launched' : 'awaited',
      ...(launch === undefined ? {} : { at: formatInstant(launch) }),
    },
    phases: viewPhases(plan, launch),
    ...(line.phase === undefined ? {} : { phase: line.phase }),
    services: plan.services.map(({ name, importance, needs, down }) => ({
      name,
      ...(importance === undefined ? {} : { importance }),
      needs: [...needs],
      ...(down === undefined ? {} : { down: [...down] }),
    })),
    objectives: viewObjectives(plan, line.phase),
    signals: plan.signals.map((signal): SignalAnswer => {
      const worse = worseOf(plan, signal, line.phase);
      return {
        name: signal.name,
        text: signal.text,
        baseUnit: signal.unit.base,
        unit: signal.unit.shown,
        by: [...signal.by],
        atLeast: signal.atLeast,
        ...(signal.formula.kind === 'availability' ? { ofTime: true as const } : {}),
        stream: signal.stream,
        hasObjective: objectives.has(signal.name),
        ...(worse === undefined ? {} : { worse }),
        rules: [...(readers.get(signal.name) ?? [])],
      };
    }),
    rules: plan.rules.map((rule) => viewRule(plan, rule, line.phase)),
    people: plan.people.map(({ name, email: own }) => ({
      name,
      ...(own !== undefined && own.toLowerCase() === email?.toLowerCase() ? { you: true as const } : {}),
      roles: Object.keys(plan.roles).filter((role) => plan.roles[role]?.includes(name)),
    })),
    roles: Object.entries(plan.roles).map(([name, people]) => ({ name, people: [...people] })),
    channels: plan.channels.map(({ name, kind }) => ({ name, kind })),
    severities: plan.severities.map(({ name, also, means, respondMs }) => ({
      name,
      ...(also === undefined ? {} : { also }),
      means: [...means],
      ...(respondMs === undefined ? {} : { respondMs }),
    })),
  };
}

/** The phases of the main line in order, as instants once T+0 is known. */
export function viewPhases(plan: CompiledPlan, launch: Instant | undefined): PhaseAnswer[] {
  return plan.phases.map(({ name, span }) => {
    if (launch === undefined && span.kind !== 'instants') return { name };
    const { from, to } = absoluteSpan(span, launch ?? 0, plan.timezone);
    return { name, from: formatInstant(from), ...(to === undefined ? {} : { to: formatInstant(to) }) };
  });
}

function viewObjectives(plan: CompiledPlan, phase: string | undefined): ObjectiveAnswer[] {
  const units = new Map(plan.signals.map(({ name, unit }) => [name, unit.shown]));
  return plan.objectives.map(({ signal, owner, advice, bands }) => {
    const inForce = valueAt(bands, phase);
    const direction = inForce && directionOf(inForce);
    return {
      signal,
      ...(owner === undefined ? {} : { owner }),
      ...(advice === undefined ? {} : { advice }),
      ...(inForce === undefined ? {} : { bands: viewBands(inForce, units.get(signal) ?? '') }),
      ...(direction === undefined ? {} : { direction }),
    };
  });
}

function viewRule(plan: CompiledPlan, rule: Rule, phase: string | undefined): RuleAnswer {
  const severity = valueAt(rule.severity, phase);
  const { name, text, service, runbook, enabled, family, unless, needs } = rule;
  return {
    name,
    text,
    ...(severity === undefined ? {} : { severity }),
    ...(service === undefined ? {} : { service }),
    ...(runbook === undefined ? {} : { runbook }),
    enabled,
    ...(family === undefined ? {} : { family }),
    by: [...rule.by],
    signals: [...signalsOf(plan, rule)],
    ...(unless === undefined ? {} : { unless }),
    ...(needs === undefined ? {} : { needs: needs.map((need) => need.service) }),
  };
}

/** Names of the signals that a rule's own conditions read, in any phase, or of which they read how fast their budget is used up. */
export function signalsOf(plan: CompiledPlan, rule: Rule): ReadonlySet<string> {
  const known = new Set(plan.signals.map(({ name }) => name));
  const read = comparisonsOf(plan, rule).flatMap(({ signals, budgets = [] }) => [...signals, ...budgets]);
  return new Set(read.filter((signal) => known.has(signal)));
}

/** Names of the rules that read each signal. */
export function rulesBySignal(plan: CompiledPlan): ReadonlyMap<string, readonly string[]> {
  const readers = new Map<string, string[]>();
  for (const rule of plan.rules) {
    for (const signal of signalsOf(plan, rule)) readers.set(signal, [...(readers.get(signal) ?? []), rule.name]);
  }
  return readers;
}
