import { expect, test } from 'vitest';
import { createLiveExecutor, restoreLiveExecutor } from './live-executor.ts';
import { formulaOf, measureOf, planOf, recordOf, testOf } from './plan.fixture.ts';
import { ReferenceExecutor } from './reference-executor.ts';

const START = 1_700_000_400_000;
const LAUNCH = START + 10_000;
const measure = measureOf('max', 600_000, { field: 'value', by: ['route'] });
const values = { otherwise: 5, phases: { first: 2, second: 'none' } } as const;
const plan = {
  ...planOf({
    measures: [measure],
    tests: [
      {
        ...testOf('many', formulaOf(measure), '>', 0, { by: ['route'] }),
        comparison: { operator: '>' as const, right: { kind: 'by-phase' as const, values } },
      },
    ],
    launch: LAUNCH,
  }),
  phases: [
    { name: 'first', span: { kind: 'offsets', fromMs: 0, toMs: 20_250 } },
    { name: 'second', span: { kind: 'offsets', fromMs: 20_250, toMs: 40_000 } },
  ] as const,
};

test('what differs by phase is judged in every group where a phase begins, also over a restart', () => {
  let live = createLiveExecutor(plan, START);
  const reference = new ReferenceExecutor(plan, START);
  const records = [
    recordOf(START, { value: 3, attributes: { route: '/a' } }),
    recordOf(START, { value: 1, attributes: { route: '/b' } }),
  ];
  const told = (verdicts: ReturnType<typeof live.advance>) =>
    verdicts.map(({ group, truth, at, against }) => `${group} ${truth} @${at - START} ${against.join()}`);
  expect(told(live.ingest(records, START))).toEqual(['["/a"] false @0 5', '["/b"] false @0 5']);
  reference.ingest(records, START);
  expect(told(live.advance(LAUNCH - 1))).toEqual([]);
  expect(told(live.advance(LAUNCH))).toEqual(['["/a"] true @10000 2']);
  const restored = restoreLiveExecutor(plan, live.snapshot());
  if (!restored.ok) throw new Error(restored.failure.message);
  live = restored.value;
  const [, second] = plan.phases;
  expect(told(live.advance(LAUNCH + second.span.fromMs - 1))).toEqual([]);
  expect(told(live.advance(LAUNCH + second.span.toMs - 1))).toEqual([
    '["/a"] unknown @30250 ',
    '["/b"] unknown @30250 ',
  ]);
  expect(live.verdicts()[0]?.reading).toMatchObject({ state: 'no data', reason: 'no-target' });
  expect(told(live.advance(LAUNCH + second.span.toMs))).toEqual(['["/a"] false @50000 5', '["/b"] false @50000 5']);
  for (const at of [LAUNCH - 1, LAUNCH, LAUNCH + 20_249, LAUNCH + 20_250, LAUNCH + 40_000]) {
    const [of] = Object.values(plan.tests);
    if (of === undefined) throw new Error('there is no test');
    const truths = [...reference.truths(of, at)];
    const expected = at < LAUNCH || at >= LAUNCH + 40_000 ? 'false' : at >= LAUNCH + 20_250 ? 'unknown' : 'true';
    expect(truths[0]?.[1]).toBe(expected);
  }
});
