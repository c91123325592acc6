import type { Diagnostic } from '#plan/diagnostic.ts';
import type { Completions } from '#plan/editor/completion.ts';
import type { Hover } from '#plan/editor/hover.ts';

export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** What the thread of the plan's language is asked. */
export type LanguageQuestion =
  /** Every finding of all files; scenarios are held against the plan that the other files make. */
  | { readonly kind: 'check'; readonly files: readonly TextFile[] }
  | { readonly kind: 'complete'; readonly files: readonly TextFile[]; readonly path: string; readonly offset: number }
  | { readonly kind: 'hover'; readonly files: readonly TextFile[]; readonly path: string; readonly offset: number };

export interface CheckAnswer {
  readonly diagnostics: readonly Diagnostic[];
  /** The plan's name as the text has it; absent while it does not compile. */
  readonly plan?: string;
  /** Parts that are understood, but that nothing executes yet: they keep the plan from being applied. */
  readonly notExecuted: readonly {
    readonly what: string;
    readonly path: string;
    readonly line: number;
    readonly column: number;
  }[];
}

export interface LanguageAnswers {
  readonly check: CheckAnswer;
  readonly complete: Completions | undefined;
  readonly hover: Hover | undefined;
}

export interface Asked {
  readonly id: number;
  readonly question: LanguageQuestion;
}

export type Answered =
  | { readonly id: number; readonly answer: LanguageAnswers[keyof LanguageAnswers] }
  | { readonly id: number; readonly problem: string };
