import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { errorCodes } from '#kernel/error-codes.ts';
import { missingNativeParts } from '../../scripts/lock-file.ts';
import { checkCycles } from './cycles.ts';
import { checkCitedPaths, checkRooms, type Document } from './documents.ts';
import { checkErrorCatalogue } from './error-catalogue.ts';
import { checkFloors, floors } from './floors.ts';
import { checkLeftovers } from './leftovers.ts';
import { checkNetwork, networkFiles } from './network.ts';
import { checkOnePlace, origins } from './one-place.ts';
import { checkPurity } from './purity.ts';
import { checkShape } from './shape.ts';
import { describe, listFiles, readSourceFiles, root, type Violation } from './source-files.ts';

const source = readSourceFiles('src');
const everything = [...source, ...['test', 'scripts', 'examples', 'bench'].flatMap(readSourceFiles)];
const read = (path: string): Document => ({ path, text: readFileSync(join(root, path), 'utf8') });
const documents = [...readdirSync(root).filter((name) => name.endsWith('.md')), ...listFiles('docs')]
  .filter((path) => path.endsWith('.md'))
  .map(read);

/** An empty list, or each violation on its own line. */
function expectNone(violations: readonly Violation[]): void {
  expect(describe(violations)).toEqual([]);
}

test('imports go downwards only, and folders of one floor do not know each other', () => {
  expect(source.length).toBeGreaterThan(10);
  expectNone(checkFloors(everything));
});

test('no file imports itself by way of others', () => {
  expectNone(checkCycles(everything));
});

test('pure folders name neither Node nor a browser', () => {
  const { include } = JSON.parse(read('tsconfig.pure.json').text) as { include: readonly string[] };
  expectNone(checkPurity(source, include));
});

test('clock, randomness and environment are read in their one place', () => {
  expectNone(checkOnePlace(source));
});

test('connections are opened by egress and the listed files only', () => {
  expectNone(checkNetwork(source));
});

test('every exception still has its file', () => {
  const exceptions = [...Object.keys(networkFiles), ...origins.flatMap((origin) => Object.keys(origin.allowed))];
  expect(exceptions.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test('files are named for one thing, and export by name', () => {
  expectNone(checkShape(everything));
});

test('every error code is documented and used', () => {
  expectNone(checkErrorCatalogue(errorCodes, 'src/kernel/error-codes.ts', read('docs/errors.md'), source));
});

test('every folder of src has its line in ARCHITECTURE.md', () => {
  const rooms = new Set(
    listFiles('src')
      .map((path) => path.split('/'))
      .filter((parts) => parts.length > 2)
      .map((parts) => parts[1] ?? ''),
  );
  expectNone(checkRooms(read('ARCHITECTURE.md'), [...rooms], floors));
});

test('every path that the documents cite exists', () => {
  expectNone(checkCitedPaths(documents, (path) => existsSync(join(root, path))));
});

test('the plan that the README shows is the one that the demo runs', () => {
  const shown = /```yaml\n([\s\S]*?)```/.exec(read('README.md').text)?.[1];
  expect(shown).toBe(read('examples/tea-shop/plan.yaml').text);
});

test('nothing is left of the machine that it was written on', () => {
  const text = /\.(ts|js|md|json|ya?ml|sql|sh)$/;
  const files = [...readdirSync(root, { withFileTypes: true })]
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .concat(['src', 'test', 'scripts', 'examples', 'bench', 'docs', 'bin', '.ci'].flatMap(listFiles))
    .filter((path) => text.test(path) || path.startsWith('.ci/'));
  expectNone(checkLeftovers(files.map(read)));
});

test('the lock file serves every platform', () => {
  const { packages } = JSON.parse(read('package-lock.json').text);
  // Mended by `npm run complete-lock`.
  expect(Object.keys(missingNativeParts(packages))).toEqual([]);
  const elsewhere = Object.values(packages as Record<string, { resolved?: string }>)
    .map((entry) => entry.resolved)
    .filter((resolved) => resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/'));
  expect(elsewhere).toEqual([]);
});
