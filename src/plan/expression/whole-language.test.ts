import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import * as parsers from './parse.ts';

/** Plans that use every construct of the language, one after another. */
const document = new URL('fixtures/whole-language.yaml', import.meta.url);

const entryPoints = { ...parsers };
type Sentence = readonly [entry: keyof typeof parsers, text: string];
type Tree = Readonly<Record<string, unknown>>;

describe('the sentences of the whole language', () => {
  const plans = parseAllDocuments(readFileSync(document, 'utf8')).map((plan) => plan.toJS() as Tree);
  const sentences = plans.flatMap(sentencesOfPlan);

  it('are many', () => expect(sentences.length).toBeGreaterThan(250));

  it('all parse', () => {
    const refused = sentences.flatMap(([entry, text]) => {
      const parsed = entryPoints[entry](text);
      return parsed.ok ? [] : [`${entry} ${text}: ${parsed.failure.message}`];
    });
    expect(refused).toEqual([]);
  });
});

function sentencesOfPlan(plan: Tree): readonly Sentence[] {
  const found: Sentence[] = [];
  const add = (entry: keyof typeof parsers, value: unknown): void => {
    if (typeof value === 'string') found.push([entry, value]);
    else if (Array.isArray(value)) for (const each of value) add(entry, each);
    else if (isTree(value)) for (const each of Object.values(value)) add(entry, each);
  };
  const named = (section: string): readonly Tree[] => entries(plan[section]).map(([, value]) => tree(value));

  for (const section of ['phases', 'layers', 'hours'] as const) {
    for (const [, value] of entries(plan[section])) {
      if (section === 'layers') add('parseSpan', value);
      else add('parseSpan', isTree(value) ? value.span : value);
    }
  }
  for (const [, table] of entries(plan.blocks)) {
    const [head, ...rows] = rowsOf(table);
    add('parseSpan', head?.[0]);
    for (const row of rows) add('parseOperatorValue', row[2]);
  }
  add('parseSource', plan.sources);
  add('parseSource', plan.searches);
  add('parseSignal', plan.signals);
  for (const [, value] of entries(plan.objectives)) {
    if (isTree(value)) add('parseBands', value.bands);
    else if (String(value).includes('|')) addBounds(String(value), /(?:^|\s)(?:target|warning|critical)$/u);
    else add('parseBands', value);
  }
  for (const rule of named('rules')) {
    add('parseCondition', rule.when);
    add('parseCondition', rule.until);
    add('parseRecipient', rule.notify);
  }
  for (const severity of named('severities')) {
    add('parseRecipient', severity.notify);
    add('parseRecipient', severity.team);
    for (const clock of ['respond', 'resolve', 'update', 'review', 'watch']) add('parseClockSla', severity[clock]);
    addItems(severity.steps);
  }
  for (const schedule of named('oncall')) {
    const [head, ...rows] = rowsOf(schedule.table);
    for (const row of rows) {
      if (head?.[0] === 'time') add('parseSpan', row[0]);
      add('parseRecipients', row.slice(1));
    }
  }
  for (const [, policy] of entries(plan.escalation)) {
    if (Array.isArray(policy)) add('parseEscalationStep', policy);
    else {
      for (const row of rowsOf(policy).slice(1)) {
        add('parseRecipients', row[1]);
        add('parseClockSla', row[2]);
      }
    }
  }
  for (const funnel of named('funnels')) {
    add('parseDuration', funnel.within);
    for (const row of rowsOf(funnel.steps).slice(1)) add('parseStepTargets', row[2]);
  }
  for (const probe of named('probes')) {
    add('parseDuration', probe.every);
    add('parseDuration', probe['while-failing']);
    add('parsePredicate', probe.expect);
  }
  for (const heartbeat of named('heartbeats')) add('parseDuration', heartbeat);
  for (const action of named('actions')) {
    add('parseDuration', action.cooldown);
    add('parseCondition', action.verify);
  }
  for (const checklist of named('checklists')) {
    for (const [key, value] of Object.entries(checklist)) {
      if (key === 'during' && String(value).includes(' ')) add('parseSpan', value);
      if (key === 'during' || key === 'assign') continue;
      add('parseCadence', key);
      addItems(value);
    }
  }
  for (const runbook of named('runbooks')) {
    for (const [key, value] of Object.entries(runbook)) {
      if (key.startsWith('if ')) add('parseCondition', key.slice(3));
      addItems(value);
    }
  }
  for (const report of named('reports')) {
    add('parseCadence', report.send);
    add('parseRecipient', report.to);
  }
  for (const gate of named('gates')) {
    add('parseSpan', gate.covers);
    add('parseQuantity', gate.detectors);
    for (const each of list(gate.criteria)) {
      if (isTree(each)) add('parseFiller', each);
      else add('parseCriterion', each);
    }
  }
  add('parseCondition', tree(plan.statuspage).components);
  for (const [, table] of entries(plan.triage)) {
    for (const row of rowsOf(table).slice(1)) {
      add('parseCondition', row[1]);
      add('parseClockSla', row[2]);
    }
    add('parseCondition', tree(table).medium);
  }
  for (const row of rowsOf(tree(plan.support).priorities).slice(1)) add('parseClockSla', row[2]);
  for (const survey of named('surveys')) add('parseOperatorValue', survey.response);
  add('parseDuration', tree(plan.retention)['churned-after']);
  return found;

  function addItems(items: unknown): void {
    for (const each of list(items)) {
      if (typeof each === 'string') add('parseItem', each);
      for (const [text, filler] of entries(each)) {
        add('parseFiller', filler);
        add('parseItem', `${text}: ${filler}`);
      }
    }
  }

  function addBounds(table: string, heading: RegExp): void {
    const [head = [], ...rows] = rowsOf(table);
    for (const row of rows) {
      for (const [column, title] of head.entries()) if (heading.test(title)) add('parseOperatorValue', row[column]);
    }
  }
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function tree(value: unknown): Tree {
  return isTree(value) ? value : {};
}

function entries(value: unknown): readonly (readonly [string, unknown])[] {
  return Object.entries(tree(value));
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function rowsOf(table: unknown): readonly (readonly string[])[] {
  if (typeof table !== 'string' || !table.includes('|')) return [];
  return table
    .trim()
    .split('\n')
    .map((row) => row.split('|').map((cell) => cell.trim()));
}
