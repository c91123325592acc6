import type {
  ApplyAnswer,
  ApplyRequest,
  CreatedKeyAnswer,
  CreateKeyRequest,
  ExplanationAnswer,
  FactAnswer,
  InboxMessageAnswer,
  KeyAnswer,
  StatusAnswer,
} from '#contract/api.ts';

/**
 * What the routes call: the core process's handle as the API needs it. Each throws `WatchbillError` for what a client did wrong
 * or has to wait for.
 */
export interface ApiServices {
  readiness(): Promise<{ readonly ready: boolean; readonly reasons: readonly string[] }>;
  status(plan?: string): Promise<StatusAnswer>;
  apply(request: ApplyRequest, by: string): Promise<ApplyAnswer>;
  explain(plan: string, subject: string): Promise<ExplanationAnswer>;
  facts(
    plan: string,
    query: { readonly after: number; readonly limit: number; readonly subject?: string },
  ): Promise<readonly FactAnswer[]>;
  inbox(
    plan: string,
    query: { readonly person?: string; readonly limit: number },
  ): Promise<readonly InboxMessageAnswer[]>;
  createKey(plan: string, request: CreateKeyRequest): Promise<CreatedKeyAnswer>;
  listKeys(plan: string): Promise<readonly KeyAnswer[]>;
  revokeKey(plan: string, id: string): Promise<void>;
}
