import { type DurationMs, formatDuration, HOUR_MS, MINUTE_MS } from '#kernel/instant.ts';
import type * as conditionAst from '../expression/condition-ast.ts';
import { parseCondition, parseSpan } from '../expression/parse.ts';
import type { ByPhase, Condition, Predicate, Rule, Test } from '../model.ts';
import type { Recipient, Severity } from '../people.ts';
import { suggest } from '../text/nearest-name.ts';
import { placeOf, type Sentence, sentenceOf } from '../text/sentence.ts';
import type { Span } from '../text/source-file.ts';
import { childAt, type MapEntry, type TreeNode } from '../text/tree.ts';
import { readByPhase, valuesOf } from './by-phase.ts';
import { type ConditionFacts, noFacts } from './condition-facts.ts';
import type { Conditions } from './conditions.ts';
import type { Context } from './context.ts';
import { meaningHash } from './meaning.ts';
import { checkPace } from './probe-rules.ts';
import { compileRecipients } from './recipients.ts';
import { NO_SEVERITY } from './severities.ts';
import { rootOf } from './signals.ts';
import type { Threshold } from './thresholds.ts';
import { isDecidedByPeople } from './vouching.ts';

/** False for this long before an alert resolves, unless the rule has `until` or is made of `any`. */
export const RESOLVE_AFTER_MS: DurationMs = 2 * MINUTE_MS;

/** Told again this often while it fires. */
export const REPEAT_MS: DurationMs = 4 * HOUR_MS;

/** From this time on from the first bad event to the alert, the author is told of the sum of window and `for`. */
const SLOW_DETECTION_MS: DurationMs = 15 * MINUTE_MS;

/** Events that the core makes of its own alerts. */
const OWN_EVENTS: ReadonlySet<string> = new Set(['alert', 'incident', 'notification']);

interface CompiledRule {
  readonly rule: Rule;
  readonly facts: ConditionFacts;
  readonly place: Span;
}

export interface RuleSurroundings {
  readonly context: Context;
  readonly conditions: Conditions;
  readonly severities: readonly Severity[];
  readonly roles: Readonly<Record<string, readonly string[]>>;
  readonly thresholds: Threshold[];
}

/** Compiles the rules; one that holds something not executed is read whole, named and left out. */
export function compileRules(surroundings: RuleSurroundings): readonly Rule[] {
  const { context, conditions } = surroundings;
  const compiled = context.entries('rules').flatMap((entry) => {
    const rule = compileRule(entry, surroundings);
    return rule === undefined ? [] : [rule];
  });
  refuseCircles(compiled, context);
  warnOfTwoSeverities(compiled, context);
  return withFamilies(compiled, conditions.tests);
}

function compileRule(entry: MapEntry, surroundings: RuleSurroundings): CompiledRule | undefined {
  const { context } = surroundings;
  const { key, value } = entry;
  const where = `rules.${key.text}`;
  if (value.kind !== 'map') return undefined;
  const facts = noFacts();
  const when = readCondition(childAt(value, 'when'), `${where}.when`, surroundings, facts, key.text);
  const until = readCondition(childAt(value, 'until'), `${where}.until`, surroundings, noFacts(), key.text);
  const severity = readByPhase(childAt(value, 'severity'), context, where, (sentence) =>
    severityOf(sentence, surroundings),
  );
  const notifyNode = childAt(value, 'notify');
  const notify = compileRecipients(notifyNode, context, where, surroundings.roles);
  const skipped = skipWaiting(value, where, context);
  const unless = reference(childAt(value, 'unless'), 'rules', 'E136', 'rule', context);
  const service = reference(childAt(value, 'service'), 'services', 'E135', 'service', context);
  const runbook = readRunbook(childAt(value, 'runbook'), context);
  const enabled = childAt(value, 'enabled');
  if (unless === key.text) {
    context.report.add('E141', childAt(value, 'unless')?.span ?? key.span, 'A rule cannot silence itself.');
  }
  refuseSelfFeeding(key.text, facts, key.span, context);

  const groups = [...facts.by].toSorted();
  const untilMissing = childAt(value, 'until') !== undefined && until === undefined;
  for (const part of ['when', 'severity', 'until'] as const) {
    const node = childAt(value, part);
    if (node?.kind === 'empty' && node.hole === true)
      context.skip(where, `a rule whose \`${part}\` is not set`, node.span);
  }
  if (when === undefined || severity === undefined || untilMissing || skipped) return undefined;
  // A phase whose condition is not executed would silently sleep; the whole rule waits then.
  if (partsOf(childAt(value, 'when')) !== valuesOf(when).length) return undefined;
  const resolveAfterMs =
    until !== undefined || facts.any || valuesOf(when).every(isDecidedByPeople) ? 0 : RESOLVE_AFTER_MS;
  const rule: Rule = {
    name: key.text,
    text: textOfByPhase(childAt(value, 'when')),
    when,
    ...(until === undefined ? {} : { until }),
    ...(unless === undefined ? {} : { unless }),
    severity,
    ...(notifyNode === undefined || notifyNode.kind === 'empty' ? {} : { notify: notify as readonly Recipient[] }),
    ...(runbook === undefined ? {} : { runbook }),
    ...(service === undefined ? {} : { service }),
    enabled: !(enabled?.kind === 'text' && enabled.text.trim() === 'false'),
    by: groups,
    resolveAfterMs,
    repeatMs: REPEAT_MS,
    conditionHash: meaningHash({ when, until }),
  };
  return { rule, facts, place: key.span };
}

function partsOf(node: TreeNode | undefined): number {
  return node?.kind === 'map' ? node.entries.filter((entry) => entry.value.kind === 'text').length : 1;
}

function textOfByPhase(node: TreeNode | undefined): string {
  if (node?.kind === 'text') return node.text.trim();
  if (node?.kind !== 'map') return '';
  return node.entries
    .flatMap(({ key, value }) => (value.kind === 'text' ? [`${key.text}: ${value.text.trim()}`] : []))
    .join(', ');
}

function readCondition(
  node: TreeNode | undefined,
  where: string,
  { context, conditions, thresholds }: RuleSurroundings,
  facts: ConditionFacts,
  rule: string,
): ByPhase<Condition> | undefined {
  const inRule = `rules.${rule}`;
  return readByPhase(node, context, inRule, (sentence, phase) => {
    const parsed = context.parsed(sentence, parseCondition(sentence.text));
    if (parsed === undefined) {
      conditions.noteMisread(sentence);
      return undefined;
    }
    const before = facts.thresholds.length;
    const own = noFacts();
    const condition = conditions.compile(parsed, sentence, inRule, own);
    if (condition === undefined) conditions.noteMisread(sentence);
    merge(facts, own);
    for (const threshold of facts.thresholds.slice(before)) {
      thresholds.push({ ...threshold, line: `the rule \`${rule}\`` });
    }
    checkPace(own.probes, phase, sentence, context);
    if (where.endsWith('.when')) hintAtDelay(parsed, own, sentence, context);
    return condition;
  });
}

function merge(into: ConditionFacts, from: ConditionFacts): void {
  for (const group of from.by) into.by.add(group);
  for (const rule of from.rules) into.rules.add(rule);
  into.reads.push(...from.reads);
  into.thresholds.push(...from.thresholds);
  into.windowMs = Math.max(into.windowMs, from.windowMs);
  into.any ||= from.any;
}

/** `for` as long as the window doubles the wait. */
function hintAtDelay(node: conditionAst.Condition, facts: ConditionFacts, sentence: Sentence, context: Context): void {
  if (node.kind !== 'for' || facts.windowMs === 0) return;
  const total = node.duration.ms + facts.windowMs;
  if (node.duration.ms < facts.windowMs || total <= SLOW_DETECTION_MS) return;
  const place = sentence.place(node.duration.span.start, node.duration.span.end);
  const message = `The window of ${formatDuration(facts.windowMs)} and \`for ${formatDuration(node.duration.ms)}\` add up: it may take ${formatDuration(total)} to fire.`;
  context.report.add('H101', place, message);
}

function severityOf(sentence: Sentence, { context, severities }: RuleSurroundings): string | undefined {
  if (sentence.text === NO_SEVERITY) return NO_SEVERITY;
  const found = severities.find(({ name, also }) => name === sentence.text || also === sentence.text);
  if (found !== undefined) return found.name;
  const words = severities.flatMap(({ name, also }) => (also === undefined ? [name] : [name, also]));
  const list = words.length === 0 ? 'Define it under `severities`.' : `There are ${words.join(', ')} and none.`;
  const hint = suggest(sentence.text, [...words, NO_SEVERITY], list);
  context.report.add('E133', placeOf(sentence), `There is no severity \`${sentence.text}\`.`, hint);
  return undefined;
}

/** Keys of a rule that are read and not executed yet; true when there is one. */
function skipWaiting(rule: TreeNode, where: string, context: Context): boolean {
  let skipped = false;
  for (const name of ['only', 'during', 'action'] as const) {
    const node = childAt(rule, name);
    if (node?.kind !== 'text') continue;
    skipped = true;
    context.skip(where, `\`${name}\` of a rule`, node.span);
    const sentence = sentenceOf(node);
    if (name === 'action') {
      reference(node, 'actions', 'E140', 'action', context);
    } else if (name === 'during' && !context.phases.has(sentence.text) && !context.defines('hours', sentence.text)) {
      context.parsed(sentence, parseSpan(sentence.text));
    }
  }
  return skipped;
}

function reference(
  node: TreeNode | undefined,
  section: string,
  code: 'E135' | 'E136' | 'E140',
  what: string,
  context: Context,
): string | undefined {
  if (node?.kind !== 'text') return undefined;
  const sentence = sentenceOf(node);
  if (!context.defines(section, sentence.text)) {
    const hint = suggest(sentence.text, context.namesOf(section));
    context.report.add(code, placeOf(sentence), `There is no ${what} \`${sentence.text}\`.`, hint);
  }
  return sentence.text;
}

/** A runbook of the plan, or a link to one kept elsewhere. */
function readRunbook(node: TreeNode | undefined, context: Context): string | undefined {
  if (node?.kind !== 'text') return undefined;
  const text = node.text.trim();
  return /^https?:\/\//.test(text) ? text : reference(node, 'runbooks', 'E140', 'runbook', context);
}

/** An alert of the rule would be the next event that keeps it firing. */
function refuseSelfFeeding(name: string, facts: ConditionFacts, place: Span, context: Context): void {
  for (const { source, where } of facts.reads) {
    if (source.samples === true || !OWN_EVENTS.has(source.event)) continue;
    const narrowed = [source.where, where].some((predicate) => predicate !== undefined && excludes(predicate, name));
    if (narrowed) continue;
    const message = `The rule \`${name}\` reads \`${source.name}\`, in which its own alerts appear.`;
    context.report.add('E166', place, message, `Leave it out: \`where rule != "${name}"\`.`);
    return;
  }
}

/** Whether a predicate can only hold for other rules' events. */
function excludes(predicate: Predicate, rule: string): boolean {
  switch (predicate.kind) {
    case 'and':
      return predicate.of.some((part) => excludes(part, rule));
    case 'or':
      return predicate.of.every((part) => excludes(part, rule));
    case 'compare':
      if (predicate.field !== 'rule') return false;
      return predicate.operator === '!='
        ? predicate.value === rule
        : predicate.operator === '=' && predicate.value !== rule;
    case 'in':
      return predicate.field === 'rule' && !predicate.values.includes(rule);
    default:
      return false;
  }
}

/** `a firing` in b and `b firing` in a can never be judged. */
function refuseCircles(rules: readonly CompiledRule[], context: Context): void {
  const asks = new Map(rules.map(({ rule, facts }) => [rule.name, facts.rules]));
  for (const { rule, place } of rules) {
    const seen = new Set<string>();
    const open = [...(asks.get(rule.name) ?? [])];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next === rule.name) {
        context.report.add('E141', place, `Whether \`${rule.name}\` fires depends on itself.`);
        break;
      }
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(...(asks.get(next) ?? []));
    }
  }
}

function warnOfTwoSeverities(rules: readonly CompiledRule[], context: Context): void {
  const first = new Map<string, CompiledRule>();
  for (const compiled of rules) {
    const key = JSON.stringify(compiled.rule.when);
    const other = first.get(key);
    if (other === undefined) {
      first.set(key, compiled);
    } else if (JSON.stringify(other.rule.severity) !== JSON.stringify(compiled.rule.severity)) {
      const message = `\`${compiled.rule.name}\` and \`${other.rule.name}\` have one condition and two severities.`;
      context.report.add('W104', compiled.place, message);
    }
  }
}

/** Rules that compare one signal with a number in one direction, at least two of them. */
function withFamilies(rules: readonly CompiledRule[], tests: ReadonlyMap<string, Test>): readonly Rule[] {
  const families = rules.map(({ rule }) => familyOf(rule, tests));
  const sizes = new Map<string | undefined, number>();
  for (const family of families) sizes.set(family, (sizes.get(family) ?? 0) + 1);
  return rules.map(({ rule }, index) => {
    const family = families[index];
    const shared = family !== undefined && (sizes.get(family) ?? 0) > 1;
    return shared ? { ...rule, family } : rule;
  });
}

function familyOf(rule: Rule, tests: ReadonlyMap<string, Test>): string | undefined {
  const keys = new Set(valuesOf(rule.when).map((condition) => conditionFamily(condition, tests)));
  const [only] = keys;
  return keys.size === 1 ? only : undefined;
}

function conditionFamily(condition: Condition, tests: ReadonlyMap<string, Test>): string | undefined {
  if (condition.kind === 'for') return conditionFamily(condition.of, tests);
  if (condition.kind !== 'test') return undefined;
  const test = tests.get(condition.test);
  if (test?.kind !== 'comparison' || test.signals.length !== 1) return undefined;
  const { comparison } = test;
  // Its own name, without the window and split in which it is used.
  const root = rootOf(test.signals[0] ?? '');
  if (comparison.operator === 'between') return `${root} up`;
  if (comparison.right.kind !== 'constant') return undefined;
  if (comparison.operator.startsWith('>')) return `${root} up`;
  return comparison.operator.startsWith('<') ? `${root} down` : undefined;
}
