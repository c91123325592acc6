import { z } from 'zod';

/** The parameter of every path below a plan. */
export const planParameter = z.object({ plan: z.string().min(1).max(100) });

/** A level as it stands in requests and answers; what each may do is in `access.ts`. */
export const levelSchema = z.enum(['owner', 'admin', 'editor', 'responder', 'viewer']);
