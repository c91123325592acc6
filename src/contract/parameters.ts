import { z } from 'zod';

/** The parameter of every path below a plan. */
export const planParameter = z.object({ plan: z.string().min(1).max(100) });

/** A level as it stands in requests and answers; what each may do is in `access.ts`. */
export const levelSchema = z.enum(['owner', 'admin', 'editor', 'responder', 'viewer']);

/** Of a key or token: people read it in lists, and it says whose something is. */
export const credentialNameSchema = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}]*$/u, 'A name has no control characters.');

/** How long a key or token is good: up to a hundred years, which is for ever in a form that calendars take. */
export const credentialLifeSchema = z.number().int().positive().max(3_153_600_000_000);
