import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PlanFile } from '#plan/compile.ts';
import { formatDiagnostic } from '#plan/diagnostic.ts';
import { runScenario } from '#rehearsal/run-scenario.ts';

/**
 * Our own domain tests are scenarios, and so are the examples': each plays `plan.yaml` of its folder and its timeline is compared with
 * the file beside it. `UPDATE_GOLDEN=1 npx vitest run --project unit test/scenarios` writes these files anew.
 */
const root = join(import.meta.dirname, '../..');
const scenarios = globSync('{test/scenarios,test/scenarios/*,examples/*/scenarios}/*.scenario.yaml', {
  cwd: root,
}).sort();

describe('scenarios', () => {
  it('are found', () => {
    expect(scenarios.length).toBeGreaterThan(10);
  });

  for (const path of scenarios) {
    it(path, () => {
      const folder = dirname(join(root, path));
      const plan = existsSync(join(folder, 'plan.yaml')) ? join(folder, 'plan.yaml') : join(folder, '../plan.yaml');
      const result = runScenario({
        planFiles: [read(plan)],
        scenario: read(join(root, path)),
        readFile: (name) => (existsSync(join(folder, name)) ? [read(join(folder, name))] : undefined),
      });
      const findings = result.diagnostics.filter(({ severity }) => severity === 'error').map(formatDiagnostic);
      expect(findings).toEqual([]);
      const golden = join(root, path.replace(/\.scenario\.yaml$/, '.golden.txt'));
      if (process.env.UPDATE_GOLDEN === '1') writeFileSync(golden, result.timeline);
      expect(result.timeline).toBe(readFileSync(golden, 'utf8'));
      expect(result.failures).toEqual([]);
    });
  }
});

function read(path: string): PlanFile {
  return { path: relative(root, path), text: readFileSync(path, 'utf8') };
}
