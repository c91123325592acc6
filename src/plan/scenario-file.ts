import { suggest } from './text/nearest-name.ts';
import { readYaml } from './text/read-yaml.ts';
import type { Report } from './text/report.ts';
import { childAt } from './text/tree.ts';

/** The keys of a scenario's file. */
export const SCENARIO_KEYS: readonly string[] = ['scenario', 'seed', 'start', 'until', 'steps'];

/** Whether a file of a plan's folder is a scenario and no part of the plan: `payments-fail.scenario.yaml`. */
export function isScenarioPath(path: string): boolean {
  return /\.scenario\.ya?ml$/.test(path);
}

/** The files that are the plan itself, without its scenarios. */
export function withoutScenarios<File extends { readonly path: string }>(files: readonly File[]): readonly File[] {
  return files.filter(({ path }) => !isScenarioPath(path));
}

/** Says what does not fit in the shape of a scenario. What its steps mean is held against the plan when it is played. */
export function checkScenarioShape(file: { readonly path: string; readonly text: string }, report: Report): void {
  const tree = readYaml(file.path, file.text, report);
  if (tree === undefined) return;
  if (tree.kind !== 'map') {
    report.add('E122', tree.span, 'A scenario is a map with `scenario` and `steps`.');
    return;
  }
  for (const { key } of tree.entries) {
    if (!SCENARIO_KEYS.includes(key.text)) {
      report.add('E121', key.span, `A scenario has no key \`${key.text}\`.`, suggest(key.text, SCENARIO_KEYS));
    }
  }
  if (childAt(tree, 'scenario')?.kind !== 'text') {
    report.add('E123', tree.span, '`scenario` is missing: what it plays.');
  }
  const list = childAt(tree, 'steps');
  if (list?.kind !== 'list') {
    report.add('E123', list?.span ?? tree.span, '`steps` is missing: a list of `at T+10m: …`.');
  }
}
