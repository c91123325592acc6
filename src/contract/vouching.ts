import { z } from 'zod';

/** What reviews and comparisons have in common: whose data they are about, when, and who is asked. */
export const askedSchema = {
  /** The source whose events are meant. */
  source: z.string(),
  /** Names of phases; none: from T+0 on. */
  during: z.array(z.string()),
  /** A person or role as the plan has it, and whom that means. Others who may acknowledge alerts may answer too. */
  by: z.object({ text: z.string(), people: z.array(z.string()) }),
  service: z.string().optional(),
  /** `not-begun` also without a launch; `closed`: no event of a later time is meant. */
  span: z.enum(['not-begun', 'open', 'closed']),
  /** When the span begins and ends, where that is known. */
  from: z.string().optional(),
  to: z.string().optional(),
  /** Rules that ask about it. */
  rules: z.array(z.string()),
};

/** What an event holds in a field, as it was sent. */
export const fieldValueSchema = z.union([z.string(), z.number(), z.boolean()]);

/** For commands: the version that their author saw, 0 for what nobody had said anything of. */
export const expectedVersionSchema = z.number().int().min(0);

/** How it was settled, what is wrong, why there is no list. */
export const noteSchema = z.string().max(2_000);
