import type * as ast from '../expression/ast.ts';
import { parseBands, parseOperatorValue } from '../expression/parse.ts';
import type { ByPhase } from '../model.ts';
import { looksLikeTable, readTable } from '../text/read-table.ts';
import { Report } from '../text/report.ts';
import { sentenceOf } from '../text/sentence.ts';
import { childAt, entriesOf, type TextNode, type TreeNode } from '../text/tree.ts';
import type { Context } from './context.ts';

/**
 * The share that the objective of a signal asks for in each phase, before objectives are compiled: these may be of the signal's own burn. What
 * is wrong with them is said there. `none` stands for a phase without a target that asks for at least a share; undefined when no phase has one.
 */
export function budgetTargets(signal: string, context: Context): ByPhase<number | 'none'> | undefined {
  const found: [phase: string, share: number | 'none'][] = [];
  for (const { key, value } of context.entries('objectives')) {
    if (value.kind === 'text' && looksLikeTable(value)) {
      for (const bound of targetsOfTable(value, signal)) found.push([OTHERWISE, shareOf(bound)]);
    } else if (key.text === signal) {
      for (const [phase, text] of sentencesOf(value)) found.push([phase, shareOf(targetOf(text))]);
    }
  }
  if (found.every(([, share]) => share === 'none')) return undefined;
  const { [OTHERWISE]: otherwise, ...phases } = Object.fromEntries(found);
  return {
    ...(otherwise === undefined ? {} : { otherwise }),
    ...(Object.keys(phases).length === 0 ? {} : { phases }),
  };
}

const OTHERWISE = 'otherwise';

function sentencesOf(node: TreeNode): readonly (readonly [phase: string, text: string])[] {
  if (node.kind === 'text') return [[OTHERWISE, sentenceOf(node).text]];
  const bands = childAt(node, 'bands');
  if (bands !== undefined) return sentencesOf(bands);
  return entriesOf(node).flatMap(({ key, value }) =>
    value.kind === 'text' ? [[key.text, sentenceOf(value).text] as const] : [],
  );
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

function shareOf(bound: ast.Bound | undefined): number | 'none' {
  if (bound?.kind !== 'compared') return 'none';
  const [choice, ...others] = bound.choices;
  const isShare = choice?.value.unit.base === 'fraction' && (choice.operator === '>=' || choice.operator === '>');
  return isShare && others.length === 0 ? choice.value.value : 'none';
}
