import type { SourceFile, Violation } from './source-files.ts';

const kebabCase = /^[a-z0-9]+(-[a-z0-9]+)*(\.(property|real|fixture|test|config))*\.ts$/;

/** How files are named and what they export. */
export function checkShape(files: readonly SourceFile[]): readonly Violation[] {
  const violations: Violation[] = [];
  for (const file of files) {
    const name = file.path.slice(file.path.lastIndexOf('/') + 1);
    const add = (line: number, rule: string, instead: string) =>
      violations.push({ path: file.path, line, rule, instead });
    if (!name.endsWith('.config.ts')) {
      for (const line of file.exportsDefault) add(line, 'default export', 'export it by its name');
    }
    if (name === 'index.ts') add(1, 'index.ts', 'import the file that holds the thing');
    if (/^(utils?|helpers?|common|misc)(\.|-|$)/.test(name) || /\/(utils?|helpers?|common|misc)\//.test(file.path)) {
      add(1, 'a name that says nothing', 'name the file for the one thing that it holds');
    }
    if (!kebabCase.test(name)) add(1, `file name ${name}`, 'write it in kebab-case');
  }
  return violations;
}
