import { type DiagnosticCode, diagnosticCodes } from '#kernel/diagnostic-codes.ts';
import { limits } from '#kernel/limits.ts';
import { compareDiagnostics, type Diagnostic, severityOf } from '../diagnostic.ts';
import type { Span } from './source-file.ts';

/** Thrown by a report that is full, so that a text made of mistakes costs no more than a plan. */
export class TooManyFindings extends Error {
  override readonly name = 'TooManyFindings';
}

/** Collects what is wrong with a plan, so that all of it is said at once. */
export class Report {
  readonly #diagnostics: Diagnostic[] = [];
  readonly #seen: Set<string> = new Set();

  /** Adds one finding; the same code with the same words at the same place is said once. Without a hint the code's own is used. */
  add(code: DiagnosticCode, span: Span, message: string, hint: string = diagnosticCodes[code].hint): void {
    const start = span.file.position(span.start);
    const end = span.file.position(Math.max(span.start, span.end));
    const key = `${code} ${span.file.path} ${span.start} ${message}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#diagnostics.push({
      code,
      severity: severityOf(code),
      path: span.file.path,
      line: start.line,
      column: start.column,
      endLine: end.line,
      endColumn: end.column,
      message,
      hint,
    });
    if (this.#diagnostics.length > limits.planFindings) throw new TooManyFindings();
  }

  get failed(): boolean {
    return this.#diagnostics.some((diagnostic) => diagnostic.severity === 'error');
  }

  /** Everything found, in the order of the text. */
  sorted(): readonly Diagnostic[] {
    return this.#diagnostics.toSorted(compareDiagnostics);
  }
}
