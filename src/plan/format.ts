import {
  type Document,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Pair,
  parseDocument,
  Scalar,
  visit,
  type YAMLMap,
} from 'yaml';
import { limits } from '#kernel/limits.ts';
import { fail, ok, type Result } from '#kernel/result.ts';
import type { Diagnostic } from './diagnostic.ts';
import { alignTable } from './format/align-table.ts';
import { canonicalFor, TABLE_SECTIONS } from './format/canonical.ts';
import { readYaml } from './text/read-yaml.ts';
import { Report, TooManyFindings } from './text/report.ts';

/** A map or list in brackets that would make a longer line is written as a block. */
const LINE_WIDTH = 120;

/** Keys further apart than this are not aligned with each other. */
const ALIGNED_KEY_WIDTH = 24;

/**
 * The one layout of a plan's file: two spaces a level, values aligned in a run of lines, tables aligned, sentences in their one spelling.
 * Comments and order stay. Fails with what is wrong when the text is not the YAML of a plan.
 */
export function formatPlan(text: string, path = 'plan.yaml'): Result<string, readonly Diagnostic[]> {
  const report = new Report();
  try {
    const tree = readYaml(path, text, report);
    if (tree !== undefined && tree.kind !== 'map') report.add('E110', tree.span, 'The file is no map of sections.');
  } catch (error) {
    if (!(error instanceof TooManyFindings)) throw error;
  }
  if (report.failed) return fail(report.sorted());
  const document = parse(text);
  canonicalise(document);
  let rendered = render(document);
  for (let round = 0; round < limits.planDepth && openLongCollections(rendered, document); round += 1) {
    rendered = render(document);
  }
  return ok(alignValues(rendered));
}

function parse(text: string): Document.Parsed {
  return parseDocument(text, { schema: 'failsafe', uniqueKeys: false, prettyErrors: false, logLevel: 'error' });
}

function render(document: Document): string {
  const text = document.toString({ lineWidth: 0, indent: 2, flowCollectionPadding: true });
  return text.replaceAll(/[ \t]+$/gm, '').replace(/\n*$/, '\n');
}

function canonicalise(document: Document): void {
  visit(document, {
    Pair(_key, pair) {
      // A key alone, as in `{ mia }`, is written with its colon.
      if (pair.value === null) pair.value = new Scalar('');
    },
    Scalar(key, node, ancestors) {
      if (key === 'key' || typeof node.value !== 'string') return;
      const names = pathOf(ancestors);
      const [section = ''] = names;
      if (node.type === Scalar.BLOCK_LITERAL) {
        if (TABLE_SECTIONS.has(section)) node.value = alignTable(node.value, section) ?? node.value;
        return;
      }
      if (node.value.includes('\n')) {
        const table = TABLE_SECTIONS.has(section) ? alignTable(node.value, section) : undefined;
        if (table !== undefined) makeBlock(node, table, ancestors);
        return;
      }
      const printed = canonicalFor(names)?.(node.value);
      if (printed === undefined || printed === node.value) return;
      node.value = printed;
    },
  });
}

/** A table in quotes becomes a text block, for which the maps around it have to be blocks as well. */
function makeBlock(node: Scalar, table: string, ancestors: readonly unknown[]): void {
  node.value = table;
  node.type = Scalar.BLOCK_LITERAL;
  for (const ancestor of ancestors) {
    if (isMap(ancestor) || isSeq(ancestor)) ancestor.flow = false;
  }
}

/** Keys from the section down to a value. */
function pathOf(ancestors: readonly unknown[]): readonly string[] {
  return ancestors.flatMap((ancestor) =>
    isPair(ancestor) && isScalar(ancestor.key) ? [String(ancestor.key.value)] : [],
  );
}

/** Turns the outermost bracketed collections on too long lines into blocks; false when there are none. */
function openLongCollections(rendered: string, document: Document): boolean {
  const long = new Set<string>();
  visit(parse(rendered), {
    Collection(_key, node, ancestors) {
      if (node.flow !== true) return undefined;
      const start = node.range?.[0] ?? 0;
      const lineStart = rendered.lastIndexOf('\n', start) + 1;
      const lineEnd = rendered.indexOf('\n', start);
      if ((lineEnd < 0 ? rendered.length : lineEnd) - lineStart > LINE_WIDTH) long.add(placeOf(ancestors, node));
      return visit.SKIP;
    },
  });
  if (long.size === 0) return false;
  let changed = false;
  visit(document, {
    Collection(_key, node, ancestors) {
      if (node.flow === true && long.has(placeOf(ancestors, node))) {
        node.flow = false;
        changed = true;
      }
    },
  });
  return changed;
}

/** Where a node is in its document, by positions; the same before and after rendering. */
function placeOf(ancestors: readonly unknown[], node: unknown): string {
  const chain = [...ancestors, node];
  return chain
    .slice(1)
    .map((child, index) => {
      const parent = chain[index];
      if (isMap(parent) || isSeq(parent)) return (parent.items as readonly unknown[]).indexOf(child);
      return 'v';
    })
    .join('.');
}

interface Edit {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

/** Aligns the values of lines that follow each other in a map, and takes the padding out of lists in brackets. */
function alignValues(rendered: string): string {
  const edits: Edit[] = [];
  visit(parse(rendered), {
    Map(_key, node, ancestors) {
      if (node.flow !== true && ancestors.length > 1) alignMap(node, rendered, edits);
    },
    Seq(_key, node) {
      const [start, end] = node.range ?? [0, 0];
      if (node.flow !== true || node.items.length === 0 || rendered.slice(start, end).includes('\n')) return;
      if (rendered[start + 1] === ' ') edits.push({ at: start + 1, remove: 1, insert: '' });
      if (rendered[end - 2] === ' ') edits.push({ at: end - 2, remove: 1, insert: '' });
    },
  });
  let result = rendered;
  for (const { at, remove, insert } of edits.toSorted((left, right) => right.at - left.at)) {
    result = result.slice(0, at) + insert + result.slice(at + remove);
  }
  return result;
}

function alignMap(map: YAMLMap, text: string, edits: Edit[]): void {
  let run: { readonly keyEnd: number; readonly keyWidth: number; readonly value: number }[] = [];
  let nextLineStart = -1;
  const flush = () => {
    const width = Math.max(...run.map((line) => line.keyWidth));
    if (run.length > 1 && width <= ALIGNED_KEY_WIDTH) {
      for (const line of run) {
        const gap = line.value - line.keyEnd - 1;
        edits.push({ at: line.keyEnd + 1, remove: gap, insert: ' '.repeat(1 + width - line.keyWidth) });
      }
    }
    run = [];
  };
  for (const pair of map.items as Pair[]) {
    const key = isScalar(pair.key) ? pair.key.range : undefined;
    const value = (pair.value as { range?: [number, number, number] } | null)?.range;
    if (key == null || value == null) continue;
    const lineStart = text.lastIndexOf('\n', key[0]) + 1;
    const oneLine = value[1] > value[0] && !text.slice(key[0], value[1]).includes('\n');
    if (!oneLine || lineStart !== nextLineStart) flush();
    if (oneLine) run.push({ keyEnd: key[1], keyWidth: key[1] - key[0], value: value[0] });
    const lineEnd = text.indexOf('\n', value[1]);
    nextLineStart = oneLine ? lineEnd + 1 : -1;
  }
  flush();
}
