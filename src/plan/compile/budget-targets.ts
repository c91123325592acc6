import type * as ast from '../expression/ast.ts';
import { parseBands, parseOperatorValue } from '../expression/parse.ts';
import { looksLikeTable, readTable } from '../text/read-table.ts';
import { Report } from '../text/report.ts';
import { sentenceOf } from '../text/sentence.ts';
import { childAt, entriesOf, type TextNode, type TreeNode } from '../text/tree.ts';
import type { Context } from './context.ts';

/**
 * The share that the objective of a signal asks for, before objectives are compiled: these may be of the signal's own burn. What is wrong with
 * them is said there. `differs` when phases ask for different shares; undefined without a target that asks for at least a share.
 */
export function budgetTarget(signal: string, context: Context): number | 'differs' | undefined {
  const shares = new Set<number | undefined>();
  for (const { key, value } of context.entries('objectives')) {
    if (value.kind === 'text' && looksLikeTable(value)) {
      for (const bound of targetsOfTable(value, signal)) shares.add(shareOf(bound));
    } else if (key.text === signal) {
      for (const text of sentencesOf(value)) shares.add(shareOf(targetOf(text)));
    }
  }
  const [share, ...others] = shares;
  return others.length > 0 ? 'differs' : share;
}

function sentencesOf(node: TreeNode): readonly string[] {
  if (node.kind === 'text') return [sentenceOf(node).text];
  const bands = childAt(node, 'bands');
  if (bands !== undefined) return sentencesOf(bands);
  return entriesOf(node).flatMap(({ value }) => (value.kind === 'text' ? [sentenceOf(value).text] : []));
}

function targetOf(text: string): ast.Bound | undefined {
  const parsed = parseBands(text);
  return parsed.ok ? parsed.value.bands.find(({ level }) => level === 'target')?.bound : undefined;
}

function targetsOfTable(node: TextNode, signal: string): readonly (ast.Bound | undefined)[] {
  const table = readTable(node, new Report());
  const place = table?.header.findIndex(({ text }) => text === 'target') ?? -1;
  const rows = table?.rows.filter(({ cells }) => cells[0]?.text === signal) ?? [];
  return rows.map(({ cells }) => {
    const cell = cells[place];
    const parsed = cell === undefined ? undefined : parseOperatorValue(cell.text);
    return parsed?.ok === true ? parsed.value : undefined;
  });
}

function shareOf(bound: ast.Bound | undefined): number | undefined {
  if (bound?.kind !== 'compared') return undefined;
  const [choice, ...others] = bound.choices;
  const isShare = choice?.value.unit.base === 'fraction' && (choice.operator === '>=' || choice.operator === '>');
  return isShare && others.length === 0 ? choice.value.value : undefined;
}
