import type { Result } from '#kernel/result.ts';
import {
  parseCadence,
  parseCondition,
  parseCriterion,
  parseDuration,
  parseEscalationStep,
  parseFiller,
  parseItem,
  parseSpan,
  parseStepTargets,
} from '../expression/parse.ts';
import type { ExpressionProblem } from '../expression/problem.ts';
import { EXECUTED_SECTIONS } from '../shape/sections.ts';
import { readTable } from '../text/read-table.ts';
import { type Sentence, sentenceOf } from '../text/sentence.ts';
import { childAt, entriesOf, type MapEntry, type TextNode, type TreeNode } from '../text/tree.ts';
import { type Context, sentencesOf } from './context.ts';

type Parse = (text: string) => Result<unknown, ExpressionProblem>;

/**
 * Names the sections that are not executed yet, after reading those of their sentences that the grammar knows, so that a mistake in them is
 * said today.
 */
export function checkUnbuiltSections(context: Context): void {
  for (const [name, entry] of context.sections) {
    if (EXECUTED_SECTIONS.has(name) || entry.value.kind === 'empty') continue;
    context.skip(name, `the section \`${name}\``, entry.key.span);
    readers[name]?.(entry, context);
  }
}

const readers: Readonly<Record<string, (section: MapEntry, context: Context) => void>> = {
  layers: (section, context) => {
    for (const layer of entriesOf(section.value)) {
      for (const { value } of entriesOf(layer.value)) {
        check(value.kind === 'map' ? childAt(value, 'span') : value, parseSpan, context);
      }
    }
  },
  hours: (section, context) => each(section, (value) => check(value, parseSpan, context)),
  oncall: (section, context) => {
    each(section, (value) => {
      const table = childAt(value, 'table');
      if (table?.kind === 'text') readTable(table, context.report);
    });
  },
  escalation: (section, context) => {
    each(section, (value) => {
      if (value.kind === 'list') check(value, parseEscalationStep, context);
      if (value.kind === 'text') readTable(value, context.report);
    });
  },
  funnels: (section, context) => {
    each(section, (value) => {
      check(childAt(value, 'within'), parseDuration, context);
      const steps = childAt(value, 'steps');
      if (steps?.kind === 'text') checkSteps(steps, context);
    });
  },
  actions: (section, context) => {
    each(section, (value) => {
      check(childAt(value, 'cooldown'), parseDuration, context);
      check(childAt(value, 'verify'), parseCondition, context);
    });
  },
  runbooks: (section, context) => {
    each(section, (value) => {
      for (const { key, value: steps } of entriesOf(value)) {
        const condition = /^if\s+(?<text>.+)$/.exec(key.text)?.groups?.['text'];
        if (condition !== undefined) {
          const from = key.text.length - condition.length;
          const place = (start: number, end: number) => key.piece(from + start, from + end);
          context.parsed({ text: condition, place }, parseCondition(condition));
        }
        if (key.text !== 'choose') checkItems(steps, context);
      }
    });
  },
  checklists: (section, context) => {
    each(section, (value) => {
      for (const { key, value: items } of entriesOf(value)) {
        if (items.kind !== 'list') continue;
        const sentence = sentenceOf(key);
        context.parsed(sentence, parseCadence(sentence.text));
        checkItems(items, context);
      }
    });
  },
  gates: (section, context) => {
    each(section, (value) => {
      for (const criterion of sentencesOf(childAt(value, 'criteria'))) {
        // `Team is confident: by engineering-lead` is an item, everything else a condition.
        if (/:\s*by\s/.test(criterion.text)) context.parsed(criterion, parseItem(criterion.text));
        else context.parsed(criterion, parseCriterion(criterion.text));
      }
      const criteria = childAt(value, 'criteria');
      if (criteria !== undefined) checkItems(criteria, context);
    });
  },
};

function each(section: MapEntry, read: (value: TreeNode) => void): void {
  for (const { value } of entriesOf(section.value)) read(value);
}

function check(node: TreeNode | undefined, parse: Parse, context: Context): void {
  for (const sentence of sentencesOf(node)) context.parsed(sentence, parse(sentence.text));
}

/** Items are text, or one key with what fills it in. */
function checkItems(node: TreeNode, context: Context): void {
  if (node.kind !== 'list') return;
  for (const item of node.items) {
    if (item.kind !== 'map') continue;
    for (const { value } of item.entries) check(value, parseFiller, context);
  }
}

function checkSteps(node: TextNode, context: Context): void {
  const table = readTable(node, context.report);
  const target = table?.header.findIndex((column) => column.text === 'target') ?? -1;
  if (table === undefined || target < 0) return;
  for (const row of table.rows) {
    const cell: Sentence | undefined = row.cells[target];
    if (cell !== undefined) context.parsed(cell, parseStepTargets(cell.text));
  }
}
