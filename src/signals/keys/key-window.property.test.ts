import fc from 'fast-check';
import { expect, test } from 'vitest';
import { limits } from '#kernel/limits.ts';
import type { ComparisonTest, CompiledPlan } from '#plan/model.ts';
import { createLiveExecutor, type LiveExecutor } from '../live-executor.ts';
import { planOf, sourceOf } from '../plan.fixture.ts';
import { ReferenceExecutor } from '../reference-executor.ts';
import { type Change, changeOf, expectedChanges, inOrder, runSchedule } from '../schedule.fixture.ts';
import { plan, START, schedule } from './key-plans.fixture.ts';

const END_MS = 9_000_000;

/** The readings of all signals, as the definition has them. */
function expectReadings(live: LiveExecutor, reference: ReferenceExecutor, drawn: CompiledPlan): void {
  const readings = Map.groupBy(live.readings(), ({ signal }) => signal);
  for (const { name, formula } of drawn.signals) {
    const said = (readings.get(name) ?? []).map(({ group, reading, found }) => {
      const { state, at: _, ...rest } = reading;
      expect(state).toBe('value' in rest ? 'value' : 'no data');
      return [group, rest, found?.keys ?? []];
    });
    const measured = formula.kind === 'measure' ? drawn.measures[formula.measure] : undefined;
    const expected = [...reference.figures(formula, live.instant)].map(([group, figure]) => [
      group,
      figure,
      measured === undefined ? [] : reference.offendingKeys(measured, group, live.instant),
    ]);
    expect(said.toSorted()).toEqual(expected.toSorted());
  }
}

test('keys are counted, named and judged as the definition says, under any schedule of calls and restarts', () => {
  fc.assert(
    fc.property(plan, schedule, (drawn, steps) => {
      const said: (Change & { readonly keys: readonly string[]; readonly more: number })[] = [];
      const { live, reference } = runSchedule(drawn, START, steps, END_MS, {
        said: (verdicts) => {
          for (const one of verdicts)
            said.push({ ...changeOf(one), keys: one.found?.keys ?? [], more: one.found?.moreKeys ?? 0 });
        },
        stepped: (now, definition) => expectReadings(now, definition, drawn),
      });
      const changes = expectedChanges(drawn, reference, steps, { from: START, to: live.instant });
      const expected = changes.map(({ before, ...change }) => {
        const left = (drawn.tests[change.test] as ComparisonTest).left;
        const measured = left.kind === 'measure' ? drawn.measures[left.measure] : undefined;
        const keys = measured === undefined ? [] : reference.offendingKeys(measured, change.group, change.at, before);
        return { ...change, keys: keys.slice(0, limits.keysShown), more: Math.max(0, keys.length - limits.keysShown) };
      });
      expect(said.toSorted(inOrder)).toEqual(expected);
    }),
    { numRuns: 200 },
  );
});

test('after a change of the plan, what is said to be true is true by all that ever came, and in the end all is known again', () => {
  fc.assert(
    fc.property(plan, schedule, fc.nat({ max: 11 }), (changed, steps, changedAfter) => {
      // Which values came before, a source that takes each once does not know either.
      const sources = [sourceOf('sales'), sourceOf('orders')];
      const drawn = { ...changed, sources: Object.fromEntries(sources.map((source) => [source.name, source])) };
      let live = createLiveExecutor(planOf({ sources }), START);
      const reference = new ReferenceExecutor(drawn, START);
      const compare = (): void => {
        const { instant } = live;
        for (const { test: id, group, truth } of live.verdicts()) {
          const one = drawn.tests[id];
          if (one === undefined || truth !== 'true') continue;
          expect([id, group, reference.truths(one, instant, instant + 1).get(group)]).toEqual([id, group, 'true']);
        }
        for (const { signal, group, reading } of live.readings()) {
          const formula = drawn.signals.find(({ name }) => name === signal)?.formula;
          if (reading.state !== 'value' || formula === undefined) continue;
          const { value, sampleSize } = reference.figures(formula, instant).get(group) ?? {};
          expect([signal, group, reading.value, reading.sampleSize]).toEqual([signal, group, value, sampleSize]);
        }
      };
      for (const [index, { now, records, advances }] of steps.entries()) {
        for (const at of advances) {
          live.advance(at);
          if (index > changedAfter) compare();
        }
        live.ingest(records, now);
        reference.ingest(records, now);
        if (index === changedAfter) live = live.withPlan(drawn);
        if (index >= changedAfter) compare();
      }
    }),
    { numRuns: 300 },
  );
});
