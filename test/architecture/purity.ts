import { matchesGlob } from 'node:path';
import { isTest, type SourceFile, type Violation } from './source-files.ts';

/** Packages that compute and do nothing else. */
const purePackages = new Set([
  'yaml',
  'zod',
  're2js',
  'ipaddr.js',
  'protobufjs/minimal.js',
  '@hono/zod-openapi',
  'csv-parse/sync',
]);

/** What a Node or a browser has and the language has not. */
const hostNames = new Set([
  'process',
  'Buffer',
  'globalThis',
  'window',
  'document',
  'navigator',
  'localStorage',
  'console',
]);

/**
 * Pure files name neither Node nor a browser, so that the same code runs in the server, in a rehearsal and in a page.
 * `patterns` are those of tsconfig.pure.json, which keeps the types of both away from them.
 */
export function checkPurity(files: readonly SourceFile[], patterns: readonly string[]): readonly Violation[] {
  const isPure = (path: string): boolean => !isTest(path) && patterns.some((pattern) => matchesGlob(path, pattern));
  const violations: Violation[] = [];
  for (const file of files.filter((candidate) => isPure(candidate.path))) {
    const instead = 'take it as an argument (a port of src/kernel/ports.ts)';
    for (const { specifier, target, line } of file.imports) {
      if (target === undefined && !purePackages.has(specifier)) {
        violations.push({ path: file.path, line, rule: `pure code imports ${specifier}`, instead });
      } else if (target?.startsWith('src/') && !isPure(target) && !target.endsWith('.js')) {
        violations.push({ path: file.path, line, rule: `pure code imports ${target}, which is not pure`, instead });
      }
    }
    for (const { name, line } of file.names) {
      if (hostNames.has(name)) violations.push({ path: file.path, line, rule: `pure code uses ${name}`, instead });
    }
  }
  return violations;
}
