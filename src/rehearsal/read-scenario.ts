import type { DurationMs } from '#kernel/instant.ts';
import type { Diagnostic } from '#plan/diagnostic.ts';
import type { CompiledPlan } from '#plan/model.ts';
import { SCENARIO_KEYS } from '#plan/scenario-file.ts';
import { suggest } from '#plan/text/nearest-name.ts';
import { readYaml } from '#plan/text/read-yaml.ts';
import { Report } from '#plan/text/report.ts';
import { type Sentence, sentenceOf } from '#plan/text/sentence.ts';
import type { Span } from '#plan/text/source-file.ts';
import { childAt, entriesOf, type MapEntry, type TreeNode } from '#plan/text/tree.ts';
import { namesOf, readStep } from './read-step.ts';
import type { Scenario, ScenarioStep } from './scenario.ts';
import { Misread, TokenReader } from './token-reader.ts';
import { durationOf, offsetOf } from './tokens.ts';

/** The plan that an `apply` step names; a failure is told at the step. */
export type AppliedPlan = (
  path: string,
) => { readonly ok: true; readonly plan: CompiledPlan } | { readonly ok: false; readonly problem: string };

/** Reads a scenario. Like a plan, everything that is wrong is said at once, with its place. */
export function readScenario(
  file: { readonly path: string; readonly text: string },
  plan: CompiledPlan,
  appliedPlan: AppliedPlan,
): { readonly scenario?: Scenario; readonly diagnostics: readonly Diagnostic[] } {
  const report = new Report();
  const tree = readYaml(file.path, file.text, report);
  const scenario = tree === undefined ? undefined : readTree(tree, plan, appliedPlan, report);
  return { diagnostics: report.sorted(), ...(report.failed || scenario === undefined ? {} : { scenario }) };
}

function readTree(tree: TreeNode, plan: CompiledPlan, appliedPlan: AppliedPlan, report: Report): Scenario | undefined {
  if (tree.kind !== 'map') {
    report.add('E122', tree.span, 'A scenario is a map with `scenario` and `steps`.');
    return undefined;
  }
  for (const { key } of tree.entries) {
    if (!SCENARIO_KEYS.includes(key.text)) {
      report.add('E121', key.span, `A scenario has no key \`${key.text}\`.`, suggest(key.text, SCENARIO_KEYS));
    }
  }
  const name = childAt(tree, 'scenario');
  const list = childAt(tree, 'steps');
  if (name?.kind !== 'text') report.add('E123', tree.span, '`scenario` is missing: what it plays.');
  if (list?.kind !== 'list') {
    report.add('E123', list?.span ?? tree.span, '`steps` is missing: a list of `at T+10m: …`.');
    return undefined;
  }
  const startMs = offsetAt(tree, 'start', report) ?? 0;
  const steps = readSteps(list.items, startMs, plan, appliedPlan, report);
  const last = steps.at(-1);
  const until = offsetAt(tree, 'until', report);
  const untilMs = until ?? (last === undefined ? startMs : endOf(last));
  const beyond = until === undefined ? undefined : steps.find((step) => step.atMs > until);
  if (beyond !== undefined) {
    const place = childAt(tree, 'until')?.span ?? tree.span;
    report.add(
      'E302',
      place,
      `The step of ${beyond.place} lies after \`until\`.`,
      'Let `until` be later, or leave it out.',
    );
  }
  return { name: name?.kind === 'text' ? name.text : '', seed: seedOf(tree, report), startMs, untilMs, steps };
}

/** A last step with a time of its own is played to its end. */
function endOf(step: ScenarioStep): DurationMs {
  const { action } = step;
  if (action.kind === 'silence' || action.kind === 'silence-rule') return step.atMs + action.ms;
  if (action.kind === 'send') return step.atMs + action.overMs;
  if (action.kind === 'expect' && 'withinMs' in action.expectation)
    return step.atMs + (action.expectation.withinMs ?? 0);
  return step.atMs;
}

function offsetAt(tree: TreeNode, key: string, report: Report): DurationMs | undefined {
  const node = childAt(tree, key);
  if (node === undefined) return undefined;
  const offset = node.kind === 'text' ? offsetOf(node.text) : undefined;
  if (offset === undefined)
    report.add('E224', node.span, `\`${key}\` is no offset from T+0.`, 'Write `T+10m` or `T-5m`.');
  return offset;
}

function seedOf(tree: TreeNode, report: Report): number {
  const node = childAt(tree, 'seed');
  if (node === undefined) return 1;
  const seed = node.kind === 'text' ? Number(node.text) : Number.NaN;
  if (Number.isInteger(seed)) return seed;
  report.add('E122', node.span, '`seed` is a whole number.');
  return 1;
}

function readSteps(
  items: readonly TreeNode[],
  startMs: DurationMs,
  plan: CompiledPlan,
  appliedPlan: AppliedPlan,
  report: Report,
): readonly ScenarioStep[] {
  const plans = [plan];
  const steps: ScenarioStep[] = [];
  let before = startMs;
  for (const item of items) {
    if (item.kind !== 'map' || item.entries.length === 0) {
      report.add('E122', item.span, 'A step is `at T+10m: …` or `after 30s: …`.');
      continue;
    }
    for (const entry of item.entries) {
      const atMs = timeOf(entry, before, report) ?? before;
      if (atMs < before) report.add('E302', entry.key.span, `\`${entry.key.text}\` is earlier than the step before.`);
      before = Math.max(before, atMs);
      for (const sentence of sentencesOf(entry, report)) {
        const step = readOne(sentence, atMs, plans, appliedPlan, report);
        if (step === undefined) continue;
        if (step.action.kind === 'apply') plans.push(step.action.plan);
        steps.push(step);
      }
    }
  }
  return steps;
}

/** `at T+10m` or `after 30s`, the latter counted from the step before. */
function timeOf({ key }: MapEntry, before: DurationMs, report: Report): DurationMs | undefined {
  const at = /^at\s+(\S+)$/u.exec(key.text.trim());
  const after = /^after\s+(\S+)$/u.exec(key.text.trim());
  const pause = after === null ? undefined : durationOf(after[1] ?? '');
  const ms = at === null ? (pause === undefined ? undefined : before + pause) : offsetOf(at[1] ?? '');
  if (ms === undefined) report.add('E224', key.span, `\`${key.text}\` is no time.`, 'Write `at T+10m` or `after 30s`.');
  return ms;
}

function sentencesOf(entry: MapEntry, report: Report): readonly Sentence[] {
  const nodes = entry.value.kind === 'list' ? entry.value.items : [entry.value];
  return nodes.flatMap((node) => {
    if (node.kind === 'text') return [sentenceOf(node)];
    const [first] = entriesOf(node);
    const hint = first === undefined ? undefined : 'A sentence with `: ` in it is quoted as a whole.';
    report.add('E122', node.span, 'A step says in a sentence what happens.', hint);
    return [];
  });
}

function readOne(
  sentence: Sentence,
  atMs: DurationMs,
  plans: readonly CompiledPlan[],
  appliedPlan: AppliedPlan,
  report: Report,
): ScenarioStep | undefined {
  const applied = (path: string): CompiledPlan => {
    const found = appliedPlan(path);
    if (!found.ok) throw new Error(found.problem);
    return found.plan;
  };
  try {
    const action = readStep(new TokenReader(sentence), namesOf(plans), applied);
    const span = sentence.place(0, sentence.text.length);
    return { atMs, text: sentence.text, place: placeOf(span), action };
  } catch (caught) {
    if (!(caught instanceof Misread)) throw caught;
    report.add(caught.code, caught.span, caught.message, caught.hint);
    return undefined;
  }
}

function placeOf(span: Span): string {
  const { line, column } = span.file.position(span.start);
  return `${span.file.path}:${line}:${column}`;
}
