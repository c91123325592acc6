import type * as ast from '../expression/ast.ts';
import { parseBands, parseOperatorValue } from '../expression/parse.ts';
import type { Bands, BandTest, ByPhase, Objective, Operator, Unit } from '../model.ts';
import { suggest } from '../text/nearest-name.ts';
import { looksLikeTable, readTable, type Table } from '../text/read-table.ts';
import { placeOf, type Sentence, sentenceOf } from '../text/sentence.ts';
import type { Span } from '../text/source-file.ts';
import { childAt, type MapEntry, type MapNode, type TextNode } from '../text/tree.ts';
import { readByPhase, valuesOf } from './by-phase.ts';
import type { Context } from './context.ts';
import { checkSomebody } from './people.ts';
import type { Signals } from './signals.ts';
import type { Sources } from './sources.ts';
import type { Threshold } from './thresholds.ts';
import { misfit } from './units.ts';

const LEVELS = ['target', 'warning', 'critical'] as const;
type Level = (typeof LEVELS)[number];

interface LevelBound {
  readonly level: Level;
  readonly bound: ast.Bound;
  readonly sentence: Sentence;
}

/** The objectives of a plan: single lines, maps with `bands`, maps by phase, and tables whose key names the group. */
export class Objectives {
  readonly thresholds: Threshold[] = [];
  readonly #context: Context;
  readonly #sources: Sources;
  readonly #signals: Signals;
  readonly #objectives: Map<string, { readonly objective: Objective; readonly place: Span }> = new Map();

  constructor(context: Context, sources: Sources, signals: Signals) {
    this.#context = context;
    this.#sources = sources;
    this.#signals = signals;
  }

  compileAll(): readonly Objective[] {
    for (const entry of this.#context.entries('objectives')) this.#compileEntry(entry);
    return this.compiled();
  }

  compiled(): readonly Objective[] {
    return [...this.#objectives.values()].map(({ objective }) => objective);
  }

  bandsOf(signal: string): ByPhase<Bands> | undefined {
    return this.#objectives.get(signal)?.objective.bands;
  }

  #compileEntry(entry: MapEntry): void {
    const { key, value } = entry;
    const where = `objectives.${key.text}`;
    if (value.kind === 'text' && looksLikeTable(value)) {
      if (value.style === 'block') this.#compileTable(value, where);
      else this.#refuseLooseTable(entry);
      return;
    }
    if (value.kind === 'text' && isLooseTable(value)) {
      this.#refuseLooseTable(entry);
      return;
    }
    if (value.kind === 'map' && childAt(value, 'bands') === undefined && this.#refuseMapOfBands(value)) return;
    if (value.kind !== 'text' && value.kind !== 'map') return;
    const unit = this.#unitOf(key.text, key.span, where);
    const isMap = value.kind === 'map' && childAt(value, 'bands') !== undefined;
    const per = isMap ? childAt(value, 'per') : undefined;
    if (per !== undefined) this.#context.skip(where, '`per` of an objective', per.span);
    const bands = readByPhase(isMap ? childAt(value, 'bands') : value, this.#context, where, (sentence) =>
      this.#bandsSentence(sentence, key.text, unit, where),
    );
    const owner = isMap ? textOf(childAt(value, 'owner')) : undefined;
    const advice = isMap ? textOf(childAt(value, 'advice')) : undefined;
    this.#checkOwner(owner);
    if (bands !== undefined && unit !== undefined) this.#add(key.text, key.span, bands, owner, advice);
  }

  /** Lines with pipes that YAML has run together, since no text block holds them. */
  #refuseLooseTable({ key, value }: MapEntry): void {
    const message = `The table \`${key.text}\` stands in no text block, so its lines run together.`;
    this.#context.report.add('E126', value.span, message, `Write \`${key.text}: |\` and the table below it.`);
  }

  /** `{ target: "< 1%", critical: "> 5%" }`: the bands are one sentence. */
  #refuseMapOfBands(value: MapNode): boolean {
    const levels = value.entries.filter((entry) => LEVELS.some((level) => level === entry.key.text));
    const [first] = levels;
    if (first === undefined || first.key.text === 'otherwise') return false;
    const sentence = levels.map((entry) => `${entry.key.text} ${entry.value.kind === 'text' ? entry.value.text : '…'}`);
    const message = 'Target, warning and critical are no keys: they stand in one sentence.';
    this.#context.report.add('E121', first.key.span, message, `Write \`${sentence.join(', ')}\`.`);
    return true;
  }

  /** The unit of a signal as an objective sees it; undefined when it is unknown, broken or not executed. */
  #unitOf(name: string, place: Span, where: string): Unit | undefined {
    if (!this.#signals.has(name)) {
      const source = this.#sources.has(name) ? this.#sources.find(name, place) : undefined;
      if (name === 'availability' || source?.state === 'waiting') {
        const what = source?.state === 'waiting' ? source.what : 'an objective of `availability`';
        this.#context.skip(where, what, place);
        return undefined;
      }
      const hint = suggest(name, this.#context.namesOf('signals'));
      this.#context.report.add('E130', place, `There is no signal \`${name}\`.`, hint);
      return undefined;
    }
    const shown = this.#signals.unitOf(name);
    if (shown === undefined && this.#signals.isWaiting(name))
      this.#context.skip(where, `\`${name}\`, which is not executed`, place);
    return shown;
  }

  #bandsSentence(sentence: Sentence, signal: string, unit: Unit | undefined, where: string): Bands | undefined {
    const parsed = this.#context.parsed(sentence, parseBands(sentence.text));
    if (parsed === undefined) return undefined;
    const bounds = parsed.bands.map(({ level, bound }) => ({ level, bound, sentence }));
    return this.#bands(bounds, signal, unit, where, placeOf(sentence));
  }

  #bands(
    bounds: readonly LevelBound[],
    signal: string,
    unit: Unit | undefined,
    where: string,
    place: Span,
  ): Bands | undefined {
    const bands: { target?: BandTest | 'unset'; warning?: BandTest; critical?: BandTest } = {};
    let sound = true;
    for (const { level, bound, sentence } of bounds) {
      const boundPlace = sentence.place(bound.span.start, bound.span.end);
      if (bound.kind === 'unset') {
        if (sentence.hole !== true) {
          this.#context.report.add('W101', boundPlace, `The ${level} of \`${signal}\` is not set yet.`);
        }
        if (level === 'target') bands.target = 'unset';
        continue;
      }
      const test = this.#bandTest(bound, signal, unit, where, sentence);
      if (test === undefined) {
        sound = false;
        continue;
      }
      bands[level] = test;
      if (test.operator !== 'between') {
        this.thresholds.push({ signal, ...test, line: `the ${level} of \`${signal}\``, place: boundPlace });
      }
    }
    if (!sound) return undefined;
    const problem = contradiction(bands);
    if (problem !== undefined) {
      this.#context.report.add('E164', place, `The bands of \`${signal}\` contradict each other: ${problem}.`);
      return undefined;
    }
    return bands;
  }

  #bandTest(
    bound: Exclude<ast.Bound, { kind: 'unset' }>,
    signal: string,
    unit: Unit | undefined,
    where: string,
    sentence: Sentence,
  ): BandTest | undefined {
    const place = sentence.place(bound.span.start, bound.span.end);
    if (bound.of !== undefined) {
      this.#context.skip(where, 'bands of a step', place);
      return undefined;
    }
    const quantities = bound.kind === 'between' ? [bound.low, bound.high] : bound.choices.map((choice) => choice.value);
    for (const quantity of quantities) {
      const problem = unit === undefined ? undefined : misfit(quantity, unit, `\`${signal}\``);
      if (problem === undefined) continue;
      const at = sentence.place(quantity.span.start, quantity.span.end);
      this.#context.report.add('E150', at, problem.message, problem.hint);
      return undefined;
    }
    if (bound.kind === 'between') {
      if (bound.low.value > bound.high.value) {
        this.#context.report.add('E164', place, 'The lower end of `between` is above the upper one.');
        return undefined;
      }
      return { operator: 'between', low: bound.low.value, high: bound.high.value };
    }
    const [first, ...others] = bound.choices;
    if (first === undefined) return undefined;
    if (others.length > 0) {
      this.#context.skip(where, 'a band with `or`', place);
      return undefined;
    }
    return { operator: first.operator, value: first.value.value };
  }

  #compileTable(node: TextNode, where: string): void {
    const table = readTable(node, this.#context.report);
    const [first, ...columns] = table?.header ?? [];
    if (table === undefined || first === undefined) return;
    if (/^by\s/.test(first.text)) {
      this.#readRowsBy(table, columns, where);
      return;
    }
    if (first.text !== 'figure' && first.text !== 'signal') {
      const message = `The first column is \`${first.text}\`.`;
      this.#context.report.add(
        'E126',
        placeOf(first),
        message,
        'It is `figure`, the names of the signals, or `by FIELD`.',
      );
      return;
    }
    const known = [...LEVELS, 'owner', 'advice'];
    for (const column of columns) {
      if (known.includes(column.text)) continue;
      const hint = suggest(column.text, known, `Columns are figure, ${known.join(', ')}.`);
      this.#context.report.add('E121', placeOf(column), `The table knows no column \`${column.text}\`.`, hint);
    }
    for (const row of table.rows) {
      const [figure, ...cells] = row.cells;
      if (figure === undefined) {
        this.#context.report.add('E126', row.span, 'The row does not say of which figure it is.');
        continue;
      }
      const cell = (name: string) => cells[columns.findIndex((column) => column.text === name)];
      const unit = this.#unitOf(figure.text, placeOf(figure), where);
      const bounds = LEVELS.flatMap((level): LevelBound[] => {
        const sentence = cell(level);
        if (sentence === undefined) return [];
        const bound = this.#context.parsed(sentence, parseOperatorValue(sentence.text));
        return bound === undefined ? [] : [{ level, bound, sentence }];
      });
      const bands = this.#bands(bounds, figure.text, unit, where, placeOf(figure));
      this.#checkOwner(cell('owner'));
      if (bands !== undefined && unit !== undefined) {
        this.#add(figure.text, placeOf(figure), { otherwise: bands }, cell('owner'), cell('advice'));
      }
    }
  }

  /** A table whose rows are groups of a field; read for its mistakes, not executed yet. */
  #readRowsBy(table: Table, columns: readonly Sentence[], where: string): void {
    const [first] = table.header;
    if (first !== undefined) this.#context.skip(where, 'objectives by group', placeOf(first));
    for (const row of table.rows) {
      for (const [index, cell] of row.cells.slice(1).entries()) {
        const level = columns[index]?.text.split(/\s+/).at(-1);
        if (cell === undefined || !LEVELS.some((known) => known === level)) continue;
        this.#context.parsed(cell, parseOperatorValue(cell.text));
      }
    }
  }

  #checkOwner(owner: Sentence | undefined): void {
    if (owner !== undefined && owner.hole !== true) checkSomebody(owner, this.#context, 'person, role or duty');
  }

  #add(
    signal: string,
    place: Span,
    bands: ByPhase<Bands>,
    owner: Sentence | undefined,
    advice: Sentence | undefined,
  ): void {
    const known = this.#objectives.get(signal);
    if (known !== undefined) {
      const line = known.place.file.position(known.place.start).line;
      const equalityOnly = sameBut(known.objective.bands, bands);
      // Lines that differ only at equality have a warning of their own, which names both.
      if (!equalityOnly) {
        this.#context.report.add('E165', place, `\`${signal}\` has an objective already, in line ${line}.`);
      }
      return;
    }
    const objective: Objective = {
      signal,
      bands,
      ...(owner === undefined || owner.hole === true ? {} : { owner: owner.text }),
      ...(advice === undefined || advice.hole === true ? {} : { advice: advice.text }),
    };
    this.#objectives.set(signal, { objective, place });
  }
}

/** A table's lines run together: many pipes in a sentence that begins as a header does. */
function isLooseTable(node: TextNode): boolean {
  return /^\s*(?:\|\s*)?(?:figure|signal|by\s+\S+)\s*\|/.test(node.text);
}

function textOf(node: ReturnType<typeof childAt>): Sentence | undefined {
  return node?.kind === 'text' ? sentenceOf(node) : undefined;
}

function sameBut(left: ByPhase<Bands>, right: ByPhase<Bands>): boolean {
  const loose = (bands: ByPhase<Bands>) => JSON.stringify(bands).replaceAll(/"([<>])=?"/g, '"$1"');
  return loose(left) === loose(right) && valuesOf(left).length > 0;
}

/** Whether a greater value is meant: +1, a smaller one: -1, or neither: 0. */
export function directionOf(operator: Operator | 'between'): -1 | 0 | 1 {
  if (operator === '>' || operator === '>=') return 1;
  return operator === '<' || operator === '<=' ? -1 : 0;
}

/** Target, warning and critical lie one after the other, the target pointing the other way. */
function contradiction(bands: Bands): string | undefined {
  const { target, warning, critical } = bands;
  const sides = [
    ['warning', warning],
    ['critical', critical],
  ] as const;
  if (target !== undefined && target !== 'unset' && target.operator !== 'between') {
    const good = directionOf(target.operator);
    for (const [level, band] of sides) {
      if (band === undefined || band.operator === 'between' || good === 0) continue;
      const bad = directionOf(band.operator);
      if (bad === 0) continue;
      if (bad === good) return `target and ${level} point the same way`;
      const meet = band.operator.endsWith('=') && target.operator.endsWith('=') && band.value === target.value;
      if ((band.value - target.value) * bad < 0 || meet) return `a value can be on target and in ${level}`;
    }
  }
  if (warning !== undefined && critical !== undefined) {
    if (warning.operator === 'between' || critical.operator === 'between') return undefined;
    const direction = directionOf(warning.operator);
    if (direction !== directionOf(critical.operator)) return 'warning and critical point different ways';
    if ((critical.value - warning.value) * direction < 0) return 'critical comes before warning';
    if (critical.value === warning.value && critical.operator === warning.operator)
      return 'warning and critical are one';
  }
  return undefined;
}
