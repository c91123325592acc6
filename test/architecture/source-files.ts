import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'oxc-parser';

/** What a rule finds. Shown as `path:line: rule — do this instead`. */
export interface Violation {
  readonly path: string;
  readonly line: number;
  readonly rule: string;
  readonly instead: string;
}

/** One source file, parsed. Paths are relative to the repository, with `/`. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
  readonly names: readonly NameUse[];
  readonly exportsDefault: readonly number[];
  /** Every string literal. */
  readonly strings: ReadonlySet<string>;
}

export interface Import {
  /** As written, e.g. `#kernel/result.ts`. */
  readonly specifier: string;
  /** A path in the repository where it is one of ours, else undefined. */
  readonly target: string | undefined;
  /** `import type`, which leaves nothing behind when it runs. */
  readonly typeOnly: boolean;
  /** Names taken from it; empty for `import *` and `import()`. */
  readonly taken: readonly string[];
  readonly line: number;
}

/** A use of a global, with the property that is read from it: `Date`, `Math.random`. Types do not count. */
export interface NameUse {
  readonly name: string;
  readonly line: number;
}

export const root: string = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Every TypeScript file below a folder. */
export function readSourceFiles(folder: string): readonly SourceFile[] {
  return listFiles(folder)
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
    .map((path) => parseSource(path, readFileSync(join(root, path), 'utf8')));
}

/** Paths of all files below a folder, sorted, without what is installed or built. */
export function listFiles(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !/(^|\/)(node_modules|\.build|\.git|coverage)\//.test(path))
    .sort();
}

interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

/** Parses one file; throws when it is no TypeScript. */
export function parseSource(path: string, text: string): SourceFile {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  const lineStarts = [0, ...[...text.matchAll(/\n/g)].map((match) => match.index + 1)];
  const lineOf = (offset: number): number => lineStarts.findLastIndex((start) => start <= offset) + 1;

  const imports: Import[] = [];
  const uses: NameUse[] = [];
  const declared = new Set<string>();
  const exportsDefault: number[] = [];
  const strings = new Set<string>();

  function visit(node: SyntaxNode, parent: SyntaxNode | undefined, key: string): void {
    collectImport(node);
    if (node.type === 'ExportDefaultDeclaration') exportsDefault.push(lineOf(node.start));
    if (node.type === 'Literal' && typeof node.value === 'string') strings.add(node.value);
    if (node.type === 'Identifier') collectName(node, parent, key);
    if (node.type === 'MemberExpression') collectMember(node);
    for (const [childKey, child] of Object.entries(node)) {
      // Types name things without using them.
      if (childKey === 'typeAnnotation' || childKey === 'typeArguments' || childKey === 'returnType') continue;
      for (const part of Array.isArray(child) ? child : [child]) {
        if (isNode(part) && !part.type.startsWith('TSType') && !part.type.startsWith('TSInterface')) {
          visit(part, node, childKey);
        }
      }
    }
  }

  function collectImport(node: SyntaxNode): void {
    const isDeclaration = /^(Import|ExportNamed|ExportAll)Declaration$/.test(node.type);
    if (!isDeclaration && node.type !== 'ImportExpression') return;
    const source = node.source;
    if (!isNode(source) || typeof source.value !== 'string') return;
    const specifiers = Array.isArray(node.specifiers) ? node.specifiers.filter(isNode) : [];
    imports.push({
      specifier: source.value,
      target: targetOf(path, source.value),
      typeOnly: node.importKind === 'type' || node.exportKind === 'type',
      taken: specifiers.map((specifier) => nameOf(specifier.imported)).filter((name) => name !== undefined),
      line: lineOf(node.start),
    });
    for (const specifier of specifiers) declared.add(nameOf(specifier.local) ?? '');
  }

  function collectName(node: SyntaxNode, parent: SyntaxNode | undefined, key: string): void {
    const name = String(node.name);
    if (parent === undefined) return;
    const declares =
      (/^(VariableDeclarator|Function|Class|ImportSpecifier)/.test(parent.type) && key === 'id') ||
      (/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(parent.type) && key === 'params') ||
      parent.type === 'AssignmentPattern' ||
      (parent.type === 'Property' && key === 'value');
    if (declares) declared.add(name);
    const isProperty =
      (parent.type === 'MemberExpression' && key === 'property' && parent.computed !== true) ||
      (/^(Property|MethodDefinition|PropertyDefinition|TSPropertySignature|TSMethodSignature)$/.test(parent.type) &&
        key === 'key');
    if (!declares && !isProperty && !isPlainDate(name, parent)) uses.push({ name, line: lineOf(node.start) });
  }

  function collectMember(node: SyntaxNode): void {
    const property = node.property;
    const object = node.object;
    if (!isNode(property) || !isNode(object)) return;
    const key = node.computed === true ? property.value : property.name;
    const base = object.type === 'Identifier' ? object.name : undefined;
    if (typeof key === 'string' && base !== undefined) uses.push({ name: `${base}.${key}`, line: lineOf(node.start) });
    // `globalThis.setTimeout` is `setTimeout`.
    if (typeof key === 'string' && base === 'globalThis') uses.push({ name: key, line: lineOf(node.start) });
  }

  visit(program as unknown as SyntaxNode, undefined, '');
  const names = uses.filter((use) => !declared.has(use.name.split('.', 1)[0] ?? ''));
  return { path, text, imports, names, exportsDefault, strings };
}

/** `new Date(value)`, `Date.parse` and `Date.UTC` convert; they do not read the clock. */
function isPlainDate(name: string, parent: SyntaxNode): boolean {
  if (name !== 'Date') return false;
  if (parent.type === 'NewExpression') return Array.isArray(parent.arguments) && parent.arguments.length > 0;
  const property = parent.type === 'MemberExpression' ? nameOf(parent.property) : undefined;
  return property === 'parse' || property === 'UTC';
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function nameOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  const name = node.name ?? node.value;
  return typeof name === 'string' ? name : undefined;
}

function targetOf(path: string, specifier: string): string | undefined {
  if (specifier.startsWith('#')) return `src/${specifier.slice(1)}`;
  if (specifier.startsWith('.')) return join(dirname(path), specifier);
  return undefined;
}

/** The folder of `src/` that a path belongs to; undefined for a file directly in it, and outside of it. */
export function roomOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

/** Tests, and what only tests import. */
export function isTest(path: string): boolean {
  return /(\.(test|fixture)|\/(testing|test-support))\.ts$/.test(path);
}

/** All violations, one a line, for the message of a failing test. */
export function describe(violations: readonly Violation[]): readonly string[] {
  return violations.map(({ path, line, rule, instead }) => `${path}:${line}: ${rule} — ${instead}`);
}
