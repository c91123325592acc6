import type * as ast from '../expression/ast.ts';
import type { Span } from '../text/source-file.ts';
import type { CompiledFormula, Scope } from './compiled-formula.ts';
import { ANY_WINDOW_MS } from './condition-facts.ts';
import type { Context } from './context.ts';
import type { Signals } from './signals.ts';

/** The sides of a test, in the window that the test gives them. */
export class TestSides {
  readonly #context: Context;
  readonly #signals: Signals;
  readonly #scope: Scope;

  constructor(context: Context, signals: Signals, scope: Scope) {
    this.#context = context;
    this.#signals = signals;
    this.#scope = scope;
  }

  /** The formulas of a comparison in the window that `in` gives, which only streams may have. */
  compile(
    node: { in?: ast.Duration } & ast.Node,
    formulas: readonly ast.Formula[],
  ): readonly CompiledFormula[] | undefined {
    let scope = this.#scope;
    for (const formula of formulas) this.#warnOfSmallShare(formula);
    const needy = formulas.some((formula) => this.#signals.needsWindow(formula));
    if (node.in !== undefined) {
      const longestMs = Math.min(...formulas.map((formula) => this.#signals.longestWindowMs(formula)));
      const windowMs = this.#signals.formulas.slidingWindow(node.in, this.#scope, longestMs);
      const resolvable = formulas.every((formula) => this.#readable(formula));
      if (!needy && resolvable) {
        const message = `\`${formulas.map((formula) => this.#text(formula))[0]}\` has its window already.`;
        this.#context.report.add('E153', this.#place(node.in), message);
        return undefined;
      }
      scope = { ...scope, windowMs: windowMs ?? ANY_WINDOW_MS, windowPlace: this.#place(node.in) };
      const sides = formulas.map((formula) => this.#signals.formulas.compile(formula, scope));
      if (windowMs === undefined) return undefined;
      return complete(sides);
    }
    const bare = formulas.find((formula) => this.#hasBareAggregate(formula));
    if (bare !== undefined) {
      const message = `\`${this.#text(bare)}\` has no window, so it has no value by itself.`;
      this.#context.report.add('E152', this.#place(bare), message);
      return undefined;
    }
    return complete(formulas.map((formula) => this.#signals.formulas.compile(formula, scope)));
  }

  /** A share that is written out cannot say how many events it needs. */
  #warnOfSmallShare(formula: ast.Formula): void {
    if (formula.kind !== 'aggregate' || formula.function !== 'share') return;
    const message = 'This share is judged however few events there are.';
    const hint = 'Name it under `signals` with `, at least 20`: one failure of two requests is 50%.';
    this.#context.report.add('W107', this.#place(formula), message, hint);
  }

  /** Whether every name in it is a signal that can be read; else its own message comes first. */
  #readable(formula: ast.Formula): boolean {
    switch (formula.kind) {
      case 'arithmetic':
      case 'ratio':
        return this.#readable(formula.left) && this.#readable(formula.right);
      case 'reference':
        return this.#signals.reads(formula.path.names[0] ?? '') && formula.path.names.length === 1;
      case 'percent of':
        return this.#readable(formula.of);
      case 'quantity':
        return true;
      default:
        return false;
    }
  }

  #hasBareAggregate(formula: ast.Formula): boolean {
    if (formula.kind === 'arithmetic' || formula.kind === 'ratio') {
      return this.#hasBareAggregate(formula.left) || this.#hasBareAggregate(formula.right);
    }
    return (formula.kind === 'aggregate' || formula.kind === 'missing') && this.#signals.needsWindow(formula);
  }

  #place(node: ast.Node): Span {
    return this.#scope.sentence.place(node.span.start, node.span.end);
  }

  #text(node: ast.Node): string {
    return this.#scope.sentence.text.slice(node.span.start, node.span.end);
  }
}

function complete(sides: readonly (CompiledFormula | undefined)[]): readonly CompiledFormula[] | undefined {
  const sound = sides.filter((side): side is CompiledFormula => side !== undefined);
  return sound.length === sides.length ? sound : undefined;
}
