import { z } from 'zod';

/** The body of every answer that is not a success. `hint` says how to mend it. */
export const failureSchema = z
  .object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      hint: z.string(),
      where: z.string().optional(),
      requestId: z.string(),
    }),
  })
  .meta({ id: 'Failure' });

export type FailureAnswer = z.infer<typeof failureSchema>;
