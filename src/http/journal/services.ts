import type { ExplanationAnswer, FactAnswer, InboxMessageAnswer } from '#contract/journal.ts';

/** Throws `not-found` for a plan or person that is not there. */
export interface JournalServices {
  explain(plan: string, subject: string): Promise<ExplanationAnswer>;
  facts(
    plan: string,
    query: { readonly after: number; readonly limit: number; readonly subject?: string },
  ): Promise<FactAnswer[]>;
  inbox(plan: string, query: { readonly person?: string; readonly limit: number }): Promise<InboxMessageAnswer[]>;
}
