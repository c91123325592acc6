import { limits } from '#kernel/limits.ts';
import type { Rule, Service, Test, TestId } from '../model.ts';
import type { Severity } from '../people.ts';
import type { Probe } from '../probe.ts';
import { suggest } from '../text/nearest-name.ts';
import { placeOf, type Sentence } from '../text/sentence.ts';
import { childAt, type TreeNode } from '../text/tree.ts';
import { valuesOf } from './by-phase.ts';
import { circlesOf } from './circles.ts';
import { type Context, sentencesOf } from './context.ts';
import { defaultDownRules } from './down-rules.ts';
import { warnOfMilderCauses } from './milder-causes.ts';
import { refuseQuietCircles } from './quiet-circles.ts';
import { NO_SEVERITY } from './severities.ts';

/** A service as its line says, before the rules are known. */
interface ReadService {
  readonly service: Service;
  /** What is written as `down`; absent when nothing is. */
  readonly down?: readonly Sentence[];
}

/** Reads the lines of the services. */
export function readServices(context: Context): readonly ReadService[] {
  return context.entries('services').map(({ key, value }) => {
    const importance = childAt(value, 'importance');
    const word = importance?.kind === 'text' ? importance.text.trim() : undefined;
    const known = word === 'critical' || word === 'important' || word === 'minor' ? word : undefined;
    const needs = namesIn(childAt(value, 'needs'), 'services', context);
    const down = childAt(value, 'down');
    return {
      service: {
        name: key.text,
        ...(known === undefined ? {} : { importance: known }),
        needs: [...new Set(needs.map(({ text }) => text))],
      },
      ...(down === undefined || down.kind === 'empty' ? {} : { down: namesIn(down, 'rules', context) }),
    };
  });
}

function namesIn(node: TreeNode | undefined, section: 'services' | 'rules', context: Context): readonly Sentence[] {
  const names = sentencesOf(node);
  for (const name of names) {
    if (context.defines(section, name.text)) continue;
    const hint = suggest(name.text, context.namesOf(section));
    const [code, what] = section === 'rules' ? (['E136', 'rule'] as const) : (['E135', 'service'] as const);
    context.report.add(code, placeOf(name), `There is no ${what} \`${name.text}\`.`, hint);
  }
  return names;
}

interface Linking {
  readonly context: Context;
  readonly services: readonly ReadService[];
  readonly rules: readonly Rule[];
  readonly severities: readonly Severity[];
  readonly tests: Readonly<Record<TestId, Test>>;
  readonly probes: readonly Probe[];
}

/**
 * Says of each service which rules mean that it is down, and of each rule of a service what keeps it quiet: the down rules of all that its
 * service needs, directly or through others. Rules that would keep each other quiet are refused, so that somebody always hears.
 */
export function linkNeeds({ context, services: read, rules, severities, tests, probes }: Linking): {
  readonly services: readonly Service[];
  readonly rules: readonly Rule[];
} {
  const telling = new Set(rules.filter((rule) => canTell(rule, severities)).map(({ name }) => name));
  const executed = new Set(rules.map(({ name }) => name));
  const services = read.map(({ service, down: written }) => {
    warnOfMute(service, written ?? [], executed, telling, context);
    const down =
      written === undefined
        ? defaultDownRules(service.name, { rules, tests, probes })
        : [...new Set(written.map(({ text }) => text))].filter((name) => executed.has(name));
    return down.length === 0 ? service : { ...service, down };
  });
  const byName = new Map(services.map((service) => [service.name, service]));
  const circles = refuseServiceCircles(byName, context);
  const needed = new Map(services.map((service) => [service.name, neededBy(service, byName, context)]));
  const linked = rules.map((rule) => {
    const needs = (needed.get(rule.service ?? '') ?? []).flatMap(({ name, down = [] }) => {
      const others = down.filter((other) => other !== rule.name && telling.has(other));
      return others.length === 0 ? [] : [{ service: name, rules: others }];
    });
    return needs.length === 0 ? rule : { ...rule, needs };
  });
  // Where services need each other, what their rules do follows from that and is mended with it.
  if (!circles) refuseQuietCircles(linked, context);
  warnOfMilderCauses(linked, severities, context);
  return { services, rules: linked };
}

/** All that a service needs, the nearest first. */
function neededBy(own: Service, services: ReadonlyMap<string, Service>, context: Context): readonly Service[] {
  const found = new Set([own]);
  // What is added while it runs is visited too, so this goes outwards.
  for (const service of found) {
    for (const name of service.needs) {
      const needed = services.get(name);
      if (needed !== undefined) found.add(needed);
    }
    // It stands among them itself.
    if (found.size - 1 <= limits.neededServices) continue;
    const place = context.entry('services', own.name)?.key.span;
    const message = `\`${own.name}\` needs more than ${limits.neededServices} services, directly or through others.`;
    if (place !== undefined) context.report.add('E107', place, message, 'Name what many of them need as one service.');
    break;
  }
  found.delete(own);
  return [...found];
}

/** Whether a rule tells anybody in any phase. */
function canTell({ enabled, severity, notify }: Rule, severities: readonly Severity[]): boolean {
  if (!enabled) return false;
  return valuesOf(severity).some((name) => {
    if (name === NO_SEVERITY) return false;
    return (notify ?? severities.find((candidate) => candidate.name === name)?.notify ?? []).length > 0;
  });
}

function warnOfMute(
  { name }: Service,
  written: readonly Sentence[],
  executed: ReadonlySet<string>,
  telling: ReadonlySet<string>,
  context: Context,
): void {
  for (const rule of written) {
    if (!executed.has(rule.text) || telling.has(rule.text)) continue;
    const message = `\`${rule.text}\` tells nobody, so nothing is kept quiet while \`${name}\` is down by it.`;
    context.report.add('W109', placeOf(rule), message);
  }
}

/** Services that need each other are down together, and nothing would say which of them is the cause. Returns whether there are any. */
function refuseServiceCircles(services: ReadonlyMap<string, Service>, context: Context): boolean {
  const circles = circlesOf(services.keys(), (from) =>
    (services.get(from)?.needs ?? []).map((to) => ({ from, to, because: 'needs' })),
  );
  for (const circle of circles) {
    const first = circle[0]?.from ?? '';
    const place = context.entry('services', first)?.key.span;
    const round = circle.map(({ to }) => `\`${to}\``).join(', which needs ');
    if (place !== undefined) context.report.add('E141', place, `\`${first}\` needs ${round}.`);
  }
  return circles.length > 0;
}
