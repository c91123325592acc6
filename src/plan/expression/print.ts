import type * as ast from './ast.ts';
import type * as conditionAst from './condition-ast.ts';
import { printFormula, printOwnFormula, printWindow } from './print-formula.ts';
import { printWhere } from './print-predicate.ts';
import { printDecimal, printDuration, printQuantity, printText, printUnit } from './print-quantity.ts';

/**
 * The one text of each tree: what `fmt` writes and identities are made from. Parsing it gives the same tree, but for spans.
 * Formulas, predicates, quantities, times and recipients have files of their own beside this one.
 */

export function printSignal(signal: ast.Signal): string {
  const { formula, window, atLeast, unit } = signal;
  const word = atLeast?.word === undefined ? '' : ` ${atLeast.word}`;
  return [
    printOwnFormula(formula),
    window === undefined ? '' : ` ${printWindow(window)}`,
    atLeast === undefined ? '' : `, at least ${atLeast.count}${word}`,
    unit === undefined ? '' : ` in ${printUnit(unit)}`,
  ].join('');
}

export function printCondition(condition: conditionAst.Condition): string {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.of
        .map((part, index) => {
          const isLast = index === condition.of.length - 1;
          const text = printCondition(part);
          return isCompound(part) || (!isLast && endsInPredicate(part)) ? `(${text})` : text;
        })
        .join(` ${condition.kind} `);
    case 'not': {
      const text = printCondition(condition.of);
      return isCompound(condition.of) || condition.of.kind === 'not' ? `not (${text})` : `not ${text}`;
    }
    case 'for': {
      const text = printCondition(condition.of);
      return `${condition.of.kind === 'for' ? `(${text})` : text} for ${printDuration(condition.duration)}`;
    }
    default:
      return printTest(condition);
  }
}

function isCompound(condition: conditionAst.Condition): boolean {
  return condition.kind === 'and' || condition.kind === 'or' || condition.kind === 'for';
}

/** A predicate at the end would take a following `and` or `or` for its own. */
function endsInPredicate(condition: conditionAst.Condition): boolean {
  if (condition.kind === 'not') return !isCompound(condition.of) && endsInPredicate(condition.of);
  return condition.kind === 'any' && condition.where !== undefined && condition.in === undefined;
}

function printTest(test: conditionAst.Test): string {
  switch (test.kind) {
    case 'comparison':
      return `${printFormula(test.left)} ${test.operator} ${printFormula(test.right)}${printIn(test.in)}`;
    case 'likely':
      return `${printFormula(test.left)} likely ${test.operator} ${printFormula(test.right)}`;
    case 'between':
      return `${printFormula(test.of)} ${printBetween(test)}${printIn(test.in)}`;
    case 'band state':
      return `${printFormula(test.of)} is ${test.state}`;
    case 'change': {
      const amount = `${printQuantity(test.amount)}${test.relative ? ' relative' : ''}`;
      return `${printFormula(test.of)} ${test.direction} ${test.strength} ${amount} vs ${printPast(test.past)}`;
    }
    case 'growth': {
      const amount = `${test.strength} ${printQuantity(test.amount)}`;
      return `${printFormula(test.of)} ${test.direction} ${amount} over ${printDuration(test.over)}`;
    }
    case 'forecast':
      return `${printFormula(test.of)} will reach ${printQuantity(test.level)} within ${printDuration(test.within)}`;
    case 'steady':
      return `${printFormula(test.of)} steady within ${printQuantity(test.within)} over ${printDuration(test.over)}`;
    case 'unusual': {
      const word = test.direction === 'either' ? 'unusual' : `unusually ${test.direction}`;
      const sigma = test.sigma === undefined ? '' : ` beyond ${printDecimal(test.sigma)} sigma`;
      return `${printFormula(test.of)} ${word}${sigma} vs ${printPast(test.past)}`;
    }
    case 'state':
      return `${printSubject(test)} ${test.state}`;
    case 'fails':
      return `${printSubject(test)} fails ${test.times} times in a row`;
    case 'silence':
      return `no ${test.source.text}${printWhere(test.where)}${printIn(test.in)}`;
    case 'no data':
      return `no data from ${test.source.text}`;
    case 'any':
      return `any ${test.source.text}${printWhere(test.where)}${printIn(test.in)}`;
    case 'new':
      return `new ${test.source.text} by ${test.by.name}${printIn(test.in)}`;
  }
}

function printSubject({ subject, part }: conditionAst.StateTest | conditionAst.FailsTest): string {
  return part === undefined ? subject.text : `${subject.text}.${part.text}`;
}

function printIn(duration: ast.Duration | undefined): string {
  return duration === undefined ? '' : ` in ${printDuration(duration)}`;
}

function printBetween({ low, high }: { readonly low: ast.Quantity; readonly high: ast.Quantity }): string {
  return `between ${printQuantity(low)} and ${printQuantity(high)}`;
}

export function printPast(past: conditionAst.Past): string {
  switch (past.kind) {
    case 'previous':
      return `previous ${past.period}`;
    case 'earlier':
      return `${printDuration(past.duration)} earlier`;
    case 'baseline':
      return `baseline ${past.baseline.text}`;
    case 'same hour':
      return `same hour of last ${past.count} ${past.of}`;
  }
}

export function printCriterion(criterion: conditionAst.Criterion): string {
  const condition = printCondition(criterion.condition);
  return criterion.fold === undefined ? condition : `${criterion.fold} ${condition}`;
}

export function printBands(bands: ast.Bands): string {
  return bands.bands.map((band) => `${band.level} ${printBound(band.bound)}`).join(', ');
}

export function printBound(bound: ast.Bound): string {
  switch (bound.kind) {
    case 'unset':
      return 'unset';
    case 'between':
      return `${printBetween(bound)}${printStep(bound.of)}`;
    case 'compared': {
      const choices = bound.choices.map((choice) => `${choice.operator} ${printQuantity(choice.value)}`);
      return `${choices.join(' or ')}${printStep(bound.of)}`;
    }
  }
}

function printStep(step: ast.StepReference | undefined): string {
  return step === undefined ? '' : ` of ${step.step ?? 'previous'}`;
}

export function printStepTargets(targets: ast.StepTargets): string {
  return targets.bounds.map(printBound).join(', ');
}

export function printSource(source: ast.Source): string {
  const { origin, where, oncePer, fieldUnits, unit } = source;
  const units = fieldUnits.map((each) => `${each.field.name} in ${printUnit(each.unit)}`);
  return [
    printOrigin(origin),
    printWhere(where),
    oncePer === undefined ? '' : ` once per ${oncePer.name}`,
    units.length === 0 ? '' : ` with ${units.join(', ')}`,
    unit === undefined ? '' : ` in ${printUnit(unit)}`,
  ].join('');
}

function printOrigin(origin: ast.SourceOrigin): string {
  if (origin.kind === 'query') return `query ${origin.probe.text}`;
  if (origin.kind === 'source') return origin.source.text;
  return `${origin.kind} ${printText(origin.name)}`;
}

export function printItem(item: ast.Item): string {
  return item.filler === undefined ? item.text : `${item.text}: ${printFiller(item.filler)}`;
}

export function printFiller(filler: ast.Filler): string {
  switch (filler.kind) {
    case 'condition':
      return printCondition(filler.condition);
    case 'show':
      return `show ${filler.what}`;
    case 'do':
      return `do ${filler.action.text}`;
    case 'number':
      return `number ${filler.name.text}${filler.unit === undefined ? '' : ` in ${printUnit(filler.unit)}`}`;
    case 'by':
      return `by ${filler.role.text}`;
    default:
      return filler.kind;
  }
}
