import type { DiagnosticCode } from '#kernel/diagnostic-codes.ts';

export type Severity = 'error' | 'warning' | 'hint';

/** One finding about a plan's text. Lines and columns count from 1, in UTF-16 units; the end is the place after the last character. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** What is wrong, naming the thing. Never holds a secret. */
  readonly message: string;
  /** How to mend it. */
  readonly hint?: string;
}

/** The first letter of a code says how bad it is: E refuses the plan, W warns, H hints. */
export function severityOf(code: DiagnosticCode): Severity {
  return code.startsWith('E') ? 'error' : code.startsWith('W') ? 'warning' : 'hint';
}

/** `file:line:col: error E101: message`, and the hint on a line of its own. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { path, line, column, severity, code, message, hint } = diagnostic;
  const head = `${path}:${line}:${column}: ${severity} ${code}: ${message}`;
  return hint === undefined ? head : `${head}\n    ${hint}`;
}

/** The order in which they are shown: by file, place, then code. */
export function compareDiagnostics(left: Diagnostic, right: Diagnostic): number {
  return (
    compareText(left.path, right.path) ||
    left.line - right.line ||
    left.column - right.column ||
    compareText(left.code, right.code) ||
    compareText(left.message, right.message)
  );
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
