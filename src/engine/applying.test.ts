import { expect, test } from 'vitest';
import { Play } from '#core/testing.ts';
import { compilePlan } from '#plan/compile.ts';
import type { CompiledPlan } from '#plan/model.ts';
import { createApplying } from './applying.ts';
import type { HostedPlan } from './hosted-plan.ts';
import type { OwnedPlan } from './plan-runner.ts';

const filesOf = (title: string) => [
  { path: 'plan.yaml', text: `plan: shop\ntitle: ${title}\nsignals:\n  seen: count(requests) over 5m\n` },
];
const before = compilePlan(filesOf('before')).plan as CompiledPlan;

test('whoever may not make the change neither applies nor previews it, and is judged by the plan in force', async () => {
  const commands: unknown[] = [];
  const hosted = { runner: { command: async (...given: unknown[]) => void commands.push(given) } };
  const applying = createApplying({
    compile: compilePlan,
    clock: { now: () => 0, monotonicMs: () => 0, schedule: () => () => {}, after: () => () => {} },
    plans: new Map([['shop', hosted as unknown as HostedPlan]]),
    host: () => hosted as unknown as HostedPlan,
    ownedBy: async () =>
      ({ world: new Play(before).world, version: { version: 1, files: filesOf('before') } }) as unknown as OwnedPlan,
  });
  const asked: (string | undefined)[] = [];
  const request = {
    files: filesOf('after'),
    permit: (inForce: CompiledPlan | undefined, wanted: CompiledPlan) => {
      asked.push(inForce?.title, wanted.title);
      throw new Error('not you');
    },
  };
  await expect(applying.apply(request, 'eve')).rejects.toThrow('not you');
  await expect(applying.preview(request)).rejects.toThrow('not you');
  expect(asked).toEqual(['before', 'after', 'before', 'after']);
  expect(commands).toEqual([]);
  expect((await applying.apply({ ...request, permit: () => {} }, 'mia')).applied).toBe(true);
  expect(commands).toHaveLength(1);
});
