import type { CreatedKeyAnswer, CreateKeyRequest, KeyAnswer } from '#contract/keys.ts';

/** Throws `not-found` for a plan or key that is not there. */
export interface KeyServices {
  create(plan: string, request: CreateKeyRequest): Promise<CreatedKeyAnswer>;
  list(plan: string): Promise<KeyAnswer[]>;
  revoke(plan: string, id: string): Promise<void>;
}
