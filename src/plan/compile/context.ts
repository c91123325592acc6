import type { Instant } from '#kernel/instant.ts';
import type { Result } from '#kernel/result.ts';
import type { ExpressionProblem } from '../expression/problem.ts';
import type { Report } from '../text/report.ts';
import { type Sentence, sentenceOf } from '../text/sentence.ts';
import type { Span } from '../text/source-file.ts';
import { entriesOf, type MapEntry, type TextNode, type TreeNode } from '../text/tree.ts';

/** A part of the language that was understood and is not executed yet. */
export interface NotExecuted {
  /** The line it belongs to, e.g. `probes` or `rules.down.when`. */
  readonly where: string;
  /** What of it, in words: `probes`, `a window over 1 h`. */
  readonly what: string;
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** What the compilation of a plan's sections shares. */
export class Context {
  readonly report: Report;
  readonly sections: ReadonlyMap<string, MapEntry>;
  readonly phases: Set<string> = new Set();
  /** By binding: the one place that addresses name for it. */
  readonly places: Map<string, string> = new Map();
  launch: Instant | undefined;
  timezone = 'UTC';
  readonly #notExecuted: Map<string, NotExecuted> = new Map();
  readonly #waiting: Set<string> = new Set();
  readonly #index: Map<string, ReadonlyMap<string, MapEntry>> = new Map();

  constructor(report: Report, sections: ReadonlyMap<string, MapEntry>) {
    this.report = report;
    this.sections = sections;
  }

  /** The value of a section; undefined when the plan has none. */
  section(name: string): TreeNode | undefined {
    return this.sections.get(name)?.value;
  }

  entries(name: string): readonly MapEntry[] {
    return entriesOf(this.section(name));
  }

  /** The names that a section defines. */
  namesOf(section: string): readonly string[] {
    return [...this.#names(section).keys()];
  }

  defines(section: string, name: string): boolean {
    return this.#names(section).has(name);
  }

  /** The line of a name in a section. */
  entry(section: string, name: string): MapEntry | undefined {
    return this.#names(section).get(name);
  }

  #names(section: string): ReadonlyMap<string, MapEntry> {
    let names = this.#index.get(section);
    if (names === undefined) {
      names = new Map(this.entries(section).map((entry) => [entry.key.text, entry]));
      this.#index.set(section, names);
    }
    return names;
  }

  /** Notes that something is understood and not executed. */
  skip(where: string, what: string, span: Span): void {
    const { line, column } = span.file.position(span.start);
    const key = JSON.stringify([where, what]);
    this.#waiting.add(where);
    if (!this.#notExecuted.has(key)) this.#notExecuted.set(key, { where, what, path: span.file.path, line, column });
  }

  /** Whether something of a line is not executed. */
  waits(where: string): boolean {
    return this.#waiting.has(where);
  }

  get notExecuted(): readonly NotExecuted[] {
    return [...this.#notExecuted.values()];
  }

  /** The parse of a sentence, or undefined with its problem reported at its place. */
  parsed<Node>(sentence: Sentence, result: Result<Node, ExpressionProblem>): Node | undefined {
    if (result.ok) return result.value;
    const { code, message, hint, start, end } = result.failure;
    this.report.add(code, sentence.place(start, end), message, hint);
    return undefined;
  }
}

/** The sentences of a value that is one or a list of them. */
export function sentencesOf(node: TreeNode | undefined): readonly Sentence[] {
  if (node?.kind === 'text') return [sentenceOf(node)];
  if (node?.kind !== 'list') return [];
  return node.items.filter((item): item is TextNode => item.kind === 'text').map(sentenceOf);
}
