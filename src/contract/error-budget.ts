import { z } from 'zod';

/** What the target of an availability leaves room for; all lengths are in ms. */
export const errorBudgetSchema = z
  .object({
    target: z.number(),
    /** Of the whole window. */
    allowedMs: z.number(),
    usedMs: z.number(),
    /** Below zero when more was used than there is. */
    leftMs: z.number(),
    /** How many times as fast as allowed it is used. */
    burn: z.number(),
  })
  .meta({ id: 'ErrorBudget' });
