import type * as ast from '../expression/ast.ts';
import type * as conditionAst from '../expression/condition-ast.ts';
import type { ComparisonTest, Condition, Measure, Predicate, Source, Test, Unit } from '../model.ts';
import type { Probe } from '../probe.ts';
import { suggest } from '../text/nearest-name.ts';
import type { Sentence } from '../text/sentence.ts';
import { bandComparison } from './band-comparisons.ts';
import type { Checks } from './checks.ts';
import { budgetsOf, type CompiledFormula, type Scope } from './compiled-formula.ts';
import { ANY_WINDOW_MS, type ConditionFacts } from './condition-facts.ts';
import type { Context } from './context.ts';
import { comparisonId, meaningHash, measureId, silenceId } from './meaning.ts';
import type { Objectives } from './objectives.ts';
import { compilePredicate } from './predicates.ts';
import type { Signals } from './signals.ts';
import type { Sources } from './sources.ts';
import { TestSides } from './test-sides.ts';
import { COUNT, misfit } from './units.ts';

/** What conditions refer to. */
interface Parts {
  readonly context: Context;
  readonly sources: Sources;
  readonly signals: Signals;
  readonly objectives: Objectives;
  readonly checks: Checks;
}

/** Compiles conditions to atomic tests, which are collected by their meaning. */
export class Conditions {
  readonly tests: Map<string, Test> = new Map();
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Undefined when something is wrong or not executed; all parts are read in any case. */
  compile(
    node: conditionAst.Condition,
    sentence: Sentence,
    where: string,
    facts: ConditionFacts,
  ): Condition | undefined {
    return new Compilation(this.#parts, this.tests, sentence, where, facts).condition(node);
  }

  /** What a sentence names that is wrong or not executed is read all the same: what is said of the sentence is enough. */
  noteMisread({ text }: Sentence): void {
    for (const [name] of text.matchAll(/[\p{L}_][\p{L}\p{N}_-]*/gu)) this.#parts.checks.used.add(name);
  }
}

/** The compilation of one sentence. */
class Compilation {
  readonly #tests: Map<string, Test>;
  readonly #context: Context;
  readonly #sources: Sources;
  readonly #signals: Signals;
  readonly #objectives: Objectives;
  readonly #checks: Checks;
  /** Of the innermost `for` around what is read. */
  #forMs: number | undefined;
  readonly #scope: Scope;
  readonly #facts: ConditionFacts;
  readonly #sides: TestSides;

  constructor(parts: Parts, tests: Map<string, Test>, sentence: Sentence, where: string, facts: ConditionFacts) {
    this.#tests = tests;
    this.#context = parts.context;
    this.#sources = parts.sources;
    this.#signals = parts.signals;
    this.#objectives = parts.objectives;
    this.#checks = parts.checks;
    this.#scope = { where, sentence };
    this.#facts = facts;
    this.#sides = new TestSides(parts.context, parts.signals, this.#scope);
  }

  condition(node: conditionAst.Condition): Condition | undefined {
    switch (node.kind) {
      case 'and':
      case 'or': {
        const parts = node.of.map((part) => this.condition(part));
        const of = parts.filter((part): part is Condition => part !== undefined);
        return of.length === parts.length ? { kind: node.kind, of } : undefined;
      }
      case 'not': {
        const of = this.condition(node.of);
        return of === undefined ? undefined : { kind: 'not', of };
      }
      case 'for': {
        const ms = node.duration.ms;
        const around = this.#forMs;
        this.#forMs = ms;
        const of = this.condition(node.of);
        this.#forMs = around;
        if (of === undefined) return undefined;
        // The same inner condition keeps its true-since across plan versions and phases.
        return { kind: 'for', id: meaningHash({ of, ms }), of, ms };
      }
      case 'comparison':
        return this.#comparison(node);
      case 'between':
        return this.#between(node);
      case 'silence':
        return this.#silence(node);
      case 'any':
        return this.#any(node);
      case 'band state':
        return this.#bandState(node);
      case 'state':
        return this.#state(node);
      case 'fails':
        return this.#fails(node);
      case 'no data':
        this.#sources.find(node.source.text, this.#place(node.source));
        return this.#skip(node, '`no data from`');
      case 'new':
        this.#sources.find(node.source.text, this.#place(node.source));
        return this.#skip(node, '`new … by`');
      case 'likely':
        this.#check(node.left, undefined);
        return this.#skip(node, '`likely`');
      case 'change':
        this.#check(node.of, undefined);
        this.#checkPast(node.past);
        return this.#skip(node, '`vs` (a comparison with the past)');
      case 'unusual':
        this.#check(node.of, undefined);
        this.#checkPast(node.past);
        return this.#skip(node, '`unusual`');
      case 'growth':
        this.#check(node.of, undefined);
        return this.#skip(node, '`grows` and `shrinks`');
      case 'forecast':
        this.#check(node.of, undefined);
        return this.#skip(node, '`will reach`');
      case 'steady':
        this.#check(node.of, undefined);
        return this.#skip(node, '`steady within`');
    }
  }

  #place(node: ast.Node) {
    return this.#scope.sentence.place(node.span.start, node.span.end);
  }

  #text(node: ast.Node): string {
    return this.#scope.sentence.text.slice(node.span.start, node.span.end);
  }

  #skip(node: ast.Node, what: string): undefined {
    this.#context.skip(this.#scope.where, what, this.#place(node));
    return undefined;
  }

  /** Reads a formula for its mistakes; a stream gets some window where the form brings its own. */
  #check(formula: ast.Formula, inMs: number | undefined): CompiledFormula | undefined {
    const windowMs = inMs ?? (this.#signals.needsWindow(formula) ? ANY_WINDOW_MS : undefined);
    const scope = windowMs === undefined ? this.#scope : { ...this.#scope, windowMs };
    return this.#signals.formulas.compile(formula, scope);
  }

  #checkPast(past: conditionAst.Past): void {
    if (past.kind === 'baseline') this.#known(past.baseline, ['baselines'], 'baseline');
  }

  #known(name: ast.Name, sections: readonly string[], what: string): boolean {
    if (sections.some((section) => this.#context.defines(section, name.text))) return true;
    const known = sections.flatMap((section) => this.#context.namesOf(section));
    const hint = suggest(name.text, known, `Define it under \`${sections[0]}\`.`);
    this.#context.report.add('E140', this.#place(name), `There is no ${what} \`${name.text}\`.`, hint);
    return false;
  }

  #comparison(node: conditionAst.ComparisonTest): Condition | undefined {
    const sides = this.#sides.compile(node, [node.left, node.right]);
    if (sides === undefined) return undefined;
    const [left, right] = sides as [CompiledFormula, CompiledFormula];
    if (left.literal !== undefined && right.literal !== undefined) {
      this.#context.report.add('E157', this.#place(node), 'Both sides are numbers.');
      return undefined;
    }
    if (!this.#unitsFit(left, right, node) || !this.#unitsFit(right, left, node)) return undefined;
    if (left.literal === undefined && right.literal === undefined && left.unit.base !== right.unit.base) {
      const message = `One side is in ${left.unit.shown || 'plain numbers'}, the other in ${right.unit.shown || 'plain numbers'}.`;
      this.#context.report.add('E150', this.#place(node), message);
      return undefined;
    }
    const by = this.#signals.formulas.commonGroups(left.by, right.by, node, this.#scope);
    if (by === undefined) return undefined;
    const measured = left.literal === undefined ? left : right;
    this.#noteThreshold(node, left, right);
    return this.#test(node, {
      left: left.formula,
      comparison: { operator: node.operator, right: right.formula },
      by,
      atLeast: Math.max(left.atLeast, right.atLeast),
      unit: measured.unit,
      signals: [...new Set([...left.signals, ...right.signals])],
      ...budgetsOf(left, right),
      windowMs: Math.max(left.windowMs, right.windowMs),
      sources: [...left.sources, ...right.sources],
    });
  }

  #noteThreshold(node: conditionAst.ComparisonTest, left: CompiledFormula, right: CompiledFormula): void {
    const [signal, another] = left.roots;
    if (signal === undefined || another !== undefined || right.literal === undefined) return;
    // Arithmetic around a signal is not the signal itself.
    if (node.left.kind !== 'reference') return;
    const suffix = left.signals[0] ?? signal;
    this.#facts.thresholds.push({
      signal: suffix,
      operator: node.operator,
      value: right.literal.value,
      place: this.#place(node),
    });
  }

  #unitsFit(measured: CompiledFormula, other: CompiledFormula, node: ast.Node): boolean {
    if (measured.literal !== undefined || other.literal === undefined) return true;
    const problem = misfit(other.literal, measured.unit, this.#subject(measured, node));
    if (problem === undefined) return true;
    this.#context.report.add('E150', this.#place(other.literal), problem.message, problem.hint);
    return false;
  }

  #subject(measured: CompiledFormula, node: ast.Node): string {
    const [root, another] = measured.roots;
    return root !== undefined && another === undefined ? `\`${root}\`` : `\`${this.#text(node)}\``;
  }

  #between(node: conditionAst.BetweenTest): Condition | undefined {
    const sides = this.#sides.compile(node, [node.of]);
    const [of] = sides ?? [];
    if (of === undefined) return undefined;
    if (of.literal !== undefined) {
      this.#context.report.add('E157', this.#place(node), 'No signal is measured here.');
      return undefined;
    }
    for (const quantity of [node.low, node.high]) {
      const problem = misfit(quantity, of.unit, this.#subject(of, node.of));
      if (problem === undefined) continue;
      this.#context.report.add('E150', this.#place(quantity), problem.message, problem.hint);
      return undefined;
    }
    if (node.low.value > node.high.value) {
      const message = 'The lower end of `between` is above the upper one, so it is never true.';
      this.#context.report.add('W108', this.#place(node), message, 'Swap the two ends.');
    }
    return this.#test(node, {
      left: of.formula,
      comparison: {
        operator: 'between',
        low: { kind: 'constant', value: node.low.value },
        high: { kind: 'constant', value: node.high.value },
      },
      by: of.by,
      atLeast: of.atLeast,
      unit: of.unit,
      signals: of.signals,
      ...budgetsOf(of),
      windowMs: of.windowMs,
      sources: of.sources,
    });
  }

  #test(
    node: ast.Node,
    test: Omit<ComparisonTest, 'kind' | 'id' | 'text'> & {
      readonly windowMs: number;
      readonly sources: readonly string[];
    },
  ): Condition {
    const { windowMs, sources, ...comparison } = test;
    const id = comparisonId(comparison);
    if (!this.#tests.has(id)) {
      this.#tests.set(id, { kind: 'comparison', id, text: this.#text(node), ...comparison });
    }
    this.#facts.windowMs = Math.max(this.#facts.windowMs, windowMs);
    for (const group of comparison.by) this.#facts.by.add(group);
    for (const name of sources) this.#reads(name);
    return { kind: 'test', test: id };
  }

  #reads(name: string, where?: Predicate): void {
    const source = this.#sources.used(name);
    if (source !== undefined) this.#facts.reads.push({ source, ...(where === undefined ? {} : { where }) });
  }

  /** The source of `no X` and `any X`, with its condition. */
  #population(
    node: conditionAst.SilenceTest | conditionAst.AnyTest,
  ): { source: Source; where?: Predicate } | undefined {
    const state = this.#sources.find(node.source.text, this.#place(node.source));
    if (state.state === 'waiting') return this.#skip(node, state.what);
    if (state.state === 'broken') return undefined;
    if (node.where === undefined) return { source: state.source };
    const where = compilePredicate(node.where, this.#scope.sentence, this.#context, state.source);
    return where === undefined ? undefined : { source: state.source, where };
  }

  #silence(node: conditionAst.SilenceTest): Condition | undefined {
    const population = this.#population(node);
    if (population === undefined) return undefined;
    const { source, where } = population;
    const forMs = node.in.ms;
    const id = silenceId(source, where, forMs);
    if (!this.#tests.has(id)) {
      this.#tests.set(id, {
        kind: 'silence',
        id,
        text: this.#text(node),
        source: source.name,
        ...(where === undefined ? {} : { where }),
        forMs,
      });
    }
    this.#reads(source.name, where);
    return { kind: 'test', test: id };
  }

  /** `any X` is a count above zero; each event makes it true at once. */
  #any(node: conditionAst.AnyTest): Condition | undefined {
    const population = this.#population(node);
    const windowMs = node.in === undefined ? ANY_WINDOW_MS : this.#signals.formulas.slidingWindow(node.in, this.#scope);
    if (population === undefined || windowMs === undefined) return undefined;
    const { source, where } = population;
    const meaning = {
      function: 'count',
      source: source.name,
      ...(where === undefined ? {} : { where }),
      by: [],
      window: { kind: 'sliding', ms: windowMs },
    } as const satisfies Omit<Measure, 'id' | 'text'>;
    const id = measureId(meaning, source);
    const { measures } = this.#signals.formulas;
    if (!measures.has(id)) measures.set(id, { id, text: this.#text(node), ...meaning });
    this.#facts.any = true;
    this.#reads(source.name, where);
    return this.#test(node, {
      left: { kind: 'measure', measure: id },
      comparison: { operator: '>', right: { kind: 'constant', value: 0 } },
      by: [],
      atLeast: 0,
      unit: COUNT,
      signals: [],
      windowMs: 0,
      sources: [],
    });
  }

  /** `error_rate is in warning`: the bands of the objective make it a comparison. */
  #bandState(node: conditionAst.BandStateTest): Condition | undefined {
    const of = this.#check(node.of, undefined);
    if (of === undefined) return undefined;
    if (node.state === 'no data') return this.#skip(node, '`is no data`');
    const [signal, another] = of.roots;
    const bands = signal === undefined || another !== undefined ? undefined : this.#objectives.bandsOf(signal);
    if (bands === undefined) {
      const message = `\`${this.#text(node.of)}\` has no objective, so it is in no band.`;
      this.#context.report.add('E140', this.#place(node.of), message, 'Give the signal a line under `objectives`.');
      return undefined;
    }
    const level = node.state === 'in warning' ? 'warning' : node.state === 'in critical' ? 'critical' : 'target';
    const comparison = bandComparison(bands, level, this.#context.phases);
    if (comparison === 'waits')
      return this.#skip(node, 'a band that not every phase has with the same sign, in a condition');
    if (comparison === 'absent') {
      const message = `The objective of \`${signal}\` has no ${level}.`;
      this.#context.report.add('E140', this.#place(node), message, `Add the ${level}, or compare with a number.`);
      return undefined;
    }
    const test = this.#test(node, {
      left: of.formula,
      comparison,
      by: of.by,
      atLeast: of.atLeast,
      unit: of.unit as Unit,
      signals: of.signals,
      ...budgetsOf(of),
      windowMs: of.windowMs,
      sources: of.sources,
    });
    return node.state === 'off target' ? { kind: 'not', of: test } : test;
  }

  #state(node: conditionAst.StateTest): Condition | undefined {
    const { state, subject, part } = node;
    if (state === 'failing') return this.#ofProbe(node, 'failing');
    if (part !== undefined && state === 'passing') return this.#ofProbe(node, 'passing');
    if (part !== undefined) {
      const message = `\`${part.text}\` is a part of nothing here: only probes have parts, which are failing or passing.`;
      this.#context.report.add('E140', this.#place(part), message, `Write \`${subject.text} ${state}\`.`);
      return undefined;
    }
    if (state === 'firing' || state === 'exercised') {
      if (!this.#context.defines('rules', subject.text)) {
        const hint = suggest(subject.text, this.#context.namesOf('rules'));
        this.#context.report.add('E136', this.#place(subject), `There is no rule \`${subject.text}\`.`, hint);
        return undefined;
      }
      if (state === 'exercised') return this.#skip(node, '`exercised`');
      this.#facts.rules.add(subject.text);
      return { kind: 'rule-firing', rule: subject.text };
    }
    if (state === 'passing' && !this.#context.defines('heartbeats', subject.text)) {
      if (!this.#known(subject, ['probes', 'heartbeats'], 'probe')) return undefined;
      return this.#ofProbe(node, 'passing');
    }
    if (state === 'wrong' || state === 'differs') return this.#ofPeople(subject, state);
    if (!this.#known(subject, ['heartbeats'], 'heartbeat')) return undefined;
    const heartbeat = this.#checks.heartbeat(subject.text);
    return heartbeat === undefined
      ? undefined
      : this.#collect(this.#checks.heartbeatTest(heartbeat, this.#text(node), state));
  }

  #ofPeople(subject: ast.Name, state: 'wrong' | 'differs'): Condition | undefined {
    const name = subject.text;
    const [section, what] = state === 'wrong' ? ['reviews', 'review'] : ['comparisons', 'comparison'];
    if (!this.#known(subject, [section], what)) return undefined;
    this.#checks.used.add(name);
    return state === 'wrong'
      ? { kind: 'review-wrong', review: name }
      : { kind: 'comparison-differs', comparison: name };
  }

  #fails(node: conditionAst.FailsTest): Condition | undefined {
    if (node.times < 1) {
      const message = 'A probe fails at least once.';
      this.#context.report.add('E157', this.#place(node), message, `Write \`${node.subject.text} failing\`.`);
      return undefined;
    }
    return this.#ofProbe(node, 'failing', node.times);
  }

  #ofProbe(
    node: conditionAst.StateTest | conditionAst.FailsTest,
    is: 'failing' | 'passing',
    streak?: number,
  ): Condition | undefined {
    const { subject } = node;
    if (!this.#known(subject, ['probes'], 'probe')) return undefined;
    const probe = this.#checks.probe(subject.text);
    // A check that is not executed is named at its own line; the rule waits for it.
    if (probe === undefined && this.#context.waits(`probes.${subject.text}`))
      return this.#skip(node, `the probe \`${subject.text}\``);
    if (probe === undefined || !this.#hasPart(probe, node.part)) return undefined;
    const part = node.part === undefined ? {} : { part: node.part.text };
    this.#facts.probes.push({
      probe,
      ...part,
      ...(this.#forMs === undefined ? {} : { forMs: this.#forMs }),
      ...(streak === undefined ? {} : { streak }),
      node,
    });
    const asked = { is, ...part, ...(streak === undefined ? {} : { streak }) };
    return this.#collect(this.#checks.probeTest(probe, this.#text(node), asked));
  }

  #hasPart({ name, parts = {} }: Probe, part: ast.Name | undefined): boolean {
    if (part === undefined || Object.hasOwn(parts, part.text)) return true;
    const hint = suggest(
      part.text,
      Object.keys(parts),
      'Name it under `parts` of the probe: `{ SERVICE: json.PATH }`.',
    );
    this.#context.report.add('E140', this.#place(part), `The probe \`${name}\` has no part \`${part.text}\`.`, hint);
    return false;
  }

  #collect(test: Test): Condition {
    if (!this.#tests.has(test.id)) this.#tests.set(test.id, test);
    return { kind: 'test', test: test.id };
  }
}
