import { limits } from '#kernel/limits.ts';
import type { AssessedCheck, Assessment } from '../assessment.ts';
import type { ByPhase, Condition, Rule } from '../model.ts';
import { valueAt } from '../phases.ts';
import type { Heartbeat, Probe } from '../probe.ts';
import { suggest } from '../text/nearest-name.ts';
import { placeOf, type Sentence } from '../text/sentence.ts';
import { childAt, type MapEntry } from '../text/tree.ts';
import type { Comparison, Review } from '../vouching.ts';
import { type Context, sentencesOf } from './context.ts';
import { namedPhases } from './phase-names.ts';

/** What an assessment may name, as compiled. */
interface Checkable {
  readonly context: Context;
  readonly probes: readonly Probe[];
  readonly heartbeats: readonly Heartbeat[];
  readonly rules: readonly Rule[];
  readonly reviews: readonly Review[];
  readonly comparisons: readonly Comparison[];
}

const SECTIONS = {
  probe: 'probes',
  heartbeat: 'heartbeats',
  rule: 'rules',
  review: 'reviews',
  comparison: 'comparisons',
} as const;
type Kind = keyof typeof SECTIONS;
const KINDS: readonly Kind[] = ['probe', 'heartbeat', 'rule', 'review', 'comparison'];

/** The section `assessments`: which checks have to find nothing, and in which phases. One with a mistake is reported and left out. */
export function compileAssessments(checkable: Checkable): readonly Assessment[] {
  const { context } = checkable;
  const entries = context.entries('assessments');
  const [excess] = entries.slice(limits.assessmentsPerPlan);
  if (excess !== undefined) {
    const message = `There are ${entries.length} assessments; a plan has at most ${limits.assessmentsPerPlan}.`;
    context.report.add('E175', excess.key.span, message, 'Put checks together in one.');
  }
  return entries.flatMap((entry) => compileAssessment(entry, checkable) ?? []);
}

function compileAssessment(entry: MapEntry, checkable: Checkable): Assessment | undefined {
  const { context } = checkable;
  const name = entry.key.text;
  const named = sentencesOf(childAt(entry.value, 'of'));
  const during = phasesOf(entry, context);
  const of: AssessedCheck[] = [];
  for (const sentence of named) {
    const check = checkOf(sentence, checkable);
    if (check === undefined) continue;
    if (of.some((other) => other.kind === check.kind && other.name === check.name)) {
      const message = `\`${name}\` names \`${sentence.text}\` twice.`;
      context.report.add('E175', placeOf(sentence), message, 'Leave one of them out.');
      continue;
    }
    warnOfRest(sentence, check, during, checkable);
    of.push(check);
  }
  const isWritten = childAt(entry.value, 'of') !== undefined;
  if ((isWritten && named.length === 0) || named.length > limits.assessmentChecks) {
    const message =
      named.length === 0
        ? `\`${name}\` names no check.`
        : `\`${name}\` names ${named.length} checks; an assessment has at most ${limits.assessmentChecks}.`;
    context.report.add('E175', entry.key.span, message, 'Write the names of checks: `of: [sale-totals, backup]`.');
  }
  return of.length === 0 || during.length === 0 ? undefined : { name, of, during };
}

/** In the order of the plan; all of them where none is named. */
function phasesOf({ key, value }: MapEntry, context: Context): readonly string[] {
  const all = [...context.phases];
  const node = childAt(value, 'during');
  if (node === undefined) {
    if (all.length > 0) return all;
    const message = `\`${key.text}\` is a verdict over phases, and the plan has none.`;
    context.report.add('E134', key.span, message, 'Say under `phases` when they are.');
    return [];
  }
  return namedPhases(node, context);
}

/** Undefined when there is none, which is said, or when its own line has a mistake, which was said there. */
function checkOf(sentence: Sentence, checkable: Checkable): AssessedCheck | undefined {
  const { context } = checkable;
  const kinded = /^(?<kind>probe|heartbeat|rule|review|comparison)\s+(?<name>\S+)$/.exec(sentence.text)?.groups;
  const text = kinded?.['name'] ?? sentence.text;
  const kinds = KINDS.filter((kind) => kinded === undefined || kinded['kind'] === kind);
  const [, probe, part] = /^([^.]+)\.(.+)$/.exec(text) ?? [];
  if (probe !== undefined && part !== undefined && kinds.includes('probe') && context.defines('probes', probe)) {
    return partOf(sentence, probe, part, checkable);
  }
  const found = kinds.filter((kind) => context.defines(SECTIONS[kind], text));
  const [kind, another] = found;
  if (kind === undefined) {
    const what = kinded?.['kind'] ?? 'probe, heartbeat, rule, review or comparison';
    const hint = /[<>=\s]/.test(text)
      ? 'Name a check. A condition is one as a rule: `rules: { NAME: { when: … } }`.'
      : suggest(
          text,
          kinds.flatMap((one) => context.namesOf(SECTIONS[one])),
        );
    context.report.add('E140', placeOf(sentence), `There is no ${what} \`${text}\`.`, hint);
    return undefined;
  }
  if (another !== undefined) {
    const message = `\`${text}\` is a ${kind} and a ${another}.`;
    context.report.add('E175', placeOf(sentence), message, `Write \`${kind} ${text}\` or \`${another} ${text}\`.`);
    return undefined;
  }
  return checkable[SECTIONS[kind]].some((one) => one.name === text) ? { kind, name: text } : undefined;
}

function partOf(sentence: Sentence, probe: string, part: string, checkable: Checkable): AssessedCheck | undefined {
  const compiled = checkable.probes.find(({ name }) => name === probe);
  if (compiled === undefined) return undefined;
  const parts = Object.keys(compiled.parts ?? {});
  if (parts.includes(part)) return { kind: 'part', name: `${probe}.${part}`, probe, part };
  const hint = suggest(part, parts, 'Name it under `parts` of the probe: `{ SERVICE: json.PATH }`.');
  checkable.context.report.add('E140', placeOf(sentence), `The probe \`${probe}\` has no part \`${part}\`.`, hint);
  return undefined;
}

/** A check of which nothing is known in a phase keeps its verdict from ever being *passed*. */
function warnOfRest(sentence: Sentence, check: AssessedCheck, during: readonly string[], checkable: Checkable): void {
  const { context, probes, rules } = checkable;
  const rests = (lines: readonly ByPhase<unknown>[]): string | undefined =>
    during.find((phase) => lines.some((line) => valueAt(line, phase) === undefined));
  const warn = (phase: string, hint: string, does = 'rests in'): void => {
    const message = `\`${check.name}\` ${does} \`${phase}\`, so its verdict there is never better than *not proved*.`;
    context.report.add('W111', placeOf(sentence), message, hint);
  };
  if (check.kind === 'probe' || check.kind === 'part') {
    const probe = probes.find(({ name }) => name === (check.kind === 'part' ? check.probe : check.name));
    const phase = probe && rests([probe.everyMs]);
    if (phase !== undefined) warn(phase, 'Give the probe an interval there, e.g. as `otherwise`.');
  } else if (check.kind === 'rule') {
    const [first] = during.flatMap((phase) => {
      const resting = restingRule(check.name, phase, rules);
      return resting === undefined ? [] : [{ phase, resting }];
    });
    const hint = 'a condition there, or take `enabled: false` away.';
    if (first === undefined) return;
    if (first.resting === check.name) warn(first.phase, `Give the rule ${hint}`);
    else warn(first.phase, `Give the rule \`${first.resting}\` ${hint}`, `reads \`${first.resting}\`, which rests in`);
  } else if (check.kind === 'review' || check.kind === 'comparison') {
    const line = checkable[SECTIONS[check.kind]].find(({ name }) => name === check.name);
    const spans = line?.during ?? [];
    const phase = spans.length === 0 ? undefined : during.find((name) => !spans.includes(name));
    if (phase !== undefined)
      warn(phase, `Let the ${check.kind} be of that phase too, under its \`during\`.`, 'asks nothing of');
  }
}

/** The rule, or one that it reads in the phase, that is not judged there. */
function restingRule(name: string, phase: string, rules: readonly Rule[]): string | undefined {
  const read = new Set([name]);
  // A set that grows while it is gone through is gone through to its end.
  for (const one of read) {
    const rule = rules.find((other) => other.name === one);
    if (rule === undefined) continue;
    const when = valueAt(rule.when, phase);
    if (!rule.enabled || when === undefined || valueAt(rule.severity, phase) === undefined) return one;
    const until = rule.until && valueAt(rule.until, phase);
    for (const other of [when, ...(until === undefined ? [] : [until])].flatMap(rulesIn)) read.add(other);
  }
  return undefined;
}

function rulesIn(condition: Condition): readonly string[] {
  switch (condition.kind) {
    case 'rule-firing':
      return [condition.rule];
    case 'and':
    case 'or':
      return condition.of.flatMap(rulesIn);
    case 'not':
    case 'for':
      return rulesIn(condition.of);
    default:
      return [];
  }
}
