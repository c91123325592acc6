import type { AuditPageAnswer, AuditVerificationAnswer } from '#contract/audit.ts';

/** Reading the audit log. */
export interface AuditServices {
  list(query: { readonly before?: number; readonly limit: number }): Promise<AuditPageAnswer>;
  verify(): Promise<AuditVerificationAnswer>;
}
