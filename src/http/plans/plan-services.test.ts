import { expect, test } from 'vitest';
import type { Core } from '#engine/core-process.ts';
import type { CompiledPlan } from '#plan/model.ts';
import { createPlanServices } from './plan-services.ts';

const plan = { name: 'shop' } as CompiledPlan;

test.each([true, false])(
  'what keeps people from being told, and fields that nobody sends, are said before and after a plan applies (preview: %s)',
  async (preview) => {
    const outcome = { plan: 'shop', version: 2, changed: true, diagnostics: [], effects: ['Rule failing is new.'] };
    const core = {
      preview: async () => ({ ...outcome, applied: false, compiled: plan }),
      apply: async () => ({ ...outcome, applied: true, compiled: plan }),
    } as unknown as Core;
    const services = createPlanServices(
      core,
      async (asked) => (asked === plan ? ['Nobody can be told by ops.'] : []),
      async (asked) => (asked === plan ? ['No field is "outcme".'] : []),
    );
    const answer = await services.apply({ files: [], preview }, { by: 'mia', maySetSecrets: true });
    expect(answer).toEqual({
      ...outcome,
      applied: !preview,
      effects: ['Rule failing is new.', 'Nobody can be told by ops.', 'No field is "outcme".'],
    });
  },
);
