import { z } from 'zod';
import { planSchema } from './shape/sections.ts';

/** JSON Schema (2020-12) of a plan's YAML, for editors; made from the schemas that check the shapes. */
export function planJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(planSchema, { io: 'input' }), title: 'Watchbill plan' };
}
