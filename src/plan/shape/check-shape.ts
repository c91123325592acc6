import type { z } from 'zod';
import { suggest } from '../text/nearest-name.ts';
import type { Report } from '../text/report.ts';
import type { Span } from '../text/source-file.ts';
import { entryAt, type MapEntry, type TreeNode } from '../text/tree.ts';
import { knownKeys } from './schema-keys.ts';
import { sectionSchemas } from './sections.ts';

/** Checks one section against its schema and says what does not fit, at the value it is about. */
export function checkShape(entry: MapEntry, report: Report): void {
  const schema = sectionSchemas[entry.key.text];
  if (schema === undefined) return;
  if (entry.value.kind === 'empty') {
    if (entry.value.hole !== true) {
      report.add('E123', entry.key.span, `\`${entry.key.text}\` has no value.`, 'Fill it in, or delete the line.');
    }
    return;
  }
  const result = schema.safeParse(plainValue(entry.value));
  if (result.success) return;
  for (const issue of result.error.issues) reportIssue(issue, entry, [], report);
}

type Issue = z.core.$ZodIssue;

function reportIssue(issue: Issue, entry: MapEntry, prefix: readonly PropertyKey[], report: Report): void {
  const path = [...prefix, ...issue.path];
  if (issue.code === 'invalid_union') {
    const deepest = deepestBranch(issue.errors, nodeAt(entry.value, path));
    if (deepest !== undefined) {
      for (const inner of deepest) reportIssue(inner, entry, path, report);
      return;
    }
  }
  const where = `\`${[entry.key.text, ...path].map(String).join('.')}\``;
  const node = nodeAt(entry.value, path);
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) {
      const known = knownKeys(entry.key.text, path);
      const span = entryAt(node, key)?.key.span ?? entry.key.span;
      const list = known.map((word) => `\`${word}\``).join(', ');
      const hint = suggest(key, known, known.length > 0 ? `It may have ${list}.` : undefined);
      report.add('E121', span, `${where} has no key \`${key}\`.`, hint);
    }
    return;
  }
  if (issue.code === 'invalid_key') {
    const key = String(path.at(-1));
    const span = entryAt(nodeAt(entry.value, path.slice(0, -1)), key)?.key.span ?? entry.key.span;
    report.add('E124', span, `\`${key}\` is not a name.`);
    return;
  }
  // What stands there was a finding already: a placeholder, a comment, a secret.
  if (node?.kind === 'empty' && node.hole === true) return;
  if (losesText(node)) return;
  const missing = node === undefined || (node.kind === 'empty' && node.hole !== true);
  const span = node === undefined ? parentKeySpan(entry, path) : node.span;
  if (missing) {
    report.add('E123', span, node === undefined ? `${where} is missing.` : `${where} has no value.`);
    return;
  }
  if (entry.key.text === 'plan' && issue.code === 'invalid_format') {
    report.add('E124', span, 'The plan has no name that can be an identity.');
    return;
  }
  report.add('E122', span, `${where} is ${describe(node)}; wanted: ${wanted(issue)}.`, shapeHint(entry, path, node));
}

/** What to write instead, where the schema says which keys a line has. */
function shapeHint(entry: MapEntry, path: readonly PropertyKey[], node: TreeNode): string | undefined {
  const keys = knownKeys(entry.key.text, path);
  if (node.kind === 'text' && keys.length > 0) {
    const shown = keys.slice(0, 2).map((key) => `${key}: …`);
    return `Write \`${String(path.at(-1) ?? entry.key.text)}: { ${shown.join(', ')} }\`; it may have ${keys.join(', ')}.`;
  }
  if (node.kind === 'map' && keys.length === 0) return 'Write it without `{ }` and without lines below it.';
  return undefined;
}

/** A list item whose text was lost to a comment. */
function losesText(node: TreeNode | undefined): boolean {
  const [only, another] = node?.kind === 'map' ? node.entries : [];
  return only?.value.kind === 'empty' && only.value.hole === true && another === undefined;
}

/** Zod speaks of `Invalid input: expected string`; people of text and maps. */
function wanted(issue: Issue): string {
  if (issue.code === 'invalid_type') {
    const words: Record<string, string> = { record: 'a map', object: 'a map', array: 'a list', string: 'text' };
    if (issue.message.startsWith('Invalid input')) return words[issue.expected] ?? issue.expected;
  }
  return issue.message;
}

/** Of the shapes that a value may have, the one that it comes nearest to: whose faults lie within the value. */
function deepestBranch(
  branches: readonly (readonly Issue[])[],
  node: TreeNode | undefined,
): readonly Issue[] | undefined {
  if (node?.kind !== 'map' && node?.kind !== 'list') return undefined;
  const within = branches.filter((issues) =>
    issues.every((issue) => issue.path.length > 0 || issue.code === 'unrecognized_keys'),
  );
  return within.toSorted((left, right) => left.length - right.length)[0];
}

function describe(node: TreeNode): string {
  if (node.kind === 'map') return 'a map';
  if (node.kind === 'list') return 'a list';
  return node.kind === 'empty' ? 'empty' : 'text';
}

function nodeAt(root: TreeNode, path: readonly PropertyKey[]): TreeNode | undefined {
  let node: TreeNode | undefined = root;
  for (const step of path) {
    if (node === undefined) return undefined;
    if (node.kind === 'list') node = node.items[Number(step)];
    else node = entryAt(node, String(step))?.value;
  }
  return node;
}

/** Something missing is reported at the key of the line that lacks it. */
function parentKeySpan(entry: MapEntry, path: readonly PropertyKey[]): Span {
  let span = entry.key.span;
  let node: TreeNode | undefined = entry.value;
  for (const step of path) {
    const next = entryAt(node, String(step));
    if (next === undefined) break;
    span = next.key.span;
    node = next.value;
  }
  return span;
}

/** The tree as plain data for the schemas. A hole counts as absent; an empty value as null. */
function plainValue(node: TreeNode): unknown {
  switch (node.kind) {
    case 'text':
      return node.text;
    case 'empty':
      return node.hole === true ? undefined : null;
    case 'list':
      return node.items.map(plainValue).filter((value) => value !== undefined);
    case 'map': {
      const entries = node.entries.map((entry) => [entry.key.text, plainValue(entry.value)] as const);
      return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
    }
  }
}
