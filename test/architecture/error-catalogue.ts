import type { Document } from './documents.ts';
import { isTest, type SourceFile, type Violation } from './source-files.ts';

interface CatalogueEntry {
  readonly status: number;
  readonly exit: number;
}

/** A row of docs/errors.md: `| `code` | 400 | 65 | meaning |`. */
const row = /^\| `([a-z-]+)` \| (\d+) \| (\d+) \| (.+) \|$/;

/** The catalogue, its documentation and its uses hold together. */
export function checkErrorCatalogue(
  catalogue: Readonly<Record<string, CatalogueEntry>>,
  cataloguePath: string,
  documentation: Document,
  files: readonly SourceFile[],
): readonly Violation[] {
  const violations: Violation[] = [];
  const documented = new Map<string, { readonly line: number; readonly status: number; readonly exit: number }>();
  for (const [index, line] of documentation.text.split('\n').entries()) {
    const [, code, status, exit] = row.exec(line) ?? [];
    if (code !== undefined) documented.set(code, { line: index + 1, status: Number(status), exit: Number(exit) });
  }
  const users = files.filter(
    (file) => file.path !== cataloguePath && file.path.startsWith('src/') && !isTest(file.path),
  );
  for (const [code, entry] of Object.entries(catalogue)) {
    const found = documented.get(code);
    if (found === undefined) {
      const instead = `add: | \`${code}\` | ${entry.status} | ${entry.exit} | meaning |`;
      violations.push({ path: documentation.path, line: 1, rule: `${code} is not documented`, instead });
    } else if (found.status !== entry.status || found.exit !== entry.exit) {
      const rule = `${code} has status ${entry.status} and exit code ${entry.exit}`;
      violations.push({ path: documentation.path, line: found.line, rule, instead: 'document these' });
    }
    if (!users.some((file) => file.strings.has(code))) {
      violations.push({
        path: cataloguePath,
        line: 1,
        rule: `${code} is never used`,
        instead: 'remove it, here and in the docs',
      });
    }
  }
  for (const [code, { line }] of documented) {
    if (Object.hasOwn(catalogue, code)) continue;
    violations.push({
      path: documentation.path,
      line,
      rule: `${code} is no error of ours`,
      instead: 'remove the line',
    });
  }
  return violations;
}
