import { z } from 'zod';

/** The parameter of every path below a plan. */
export const planParameter = z.object({ plan: z.string().min(1).max(100) });
