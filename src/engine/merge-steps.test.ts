import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Judgement, Step } from '#core/model.ts';
import { mergeSteps } from './merge-steps.ts';

function judgement(key: string, since: number): Judgement {
  return {
    kind: 'judgement',
    key,
    rule: key,
    group: '[]',
    conditionHash: 'h',
    state: 'pending',
    since,
    trueSince: {},
  };
}

it('writes what the steps would have written one after another', () => {
  const change = fc.record({ key: fc.constantFrom('a', 'b', 'c'), removed: fc.boolean() });
  fc.assert(
    fc.property(fc.array(fc.array(change, { maxLength: 3 }), { maxLength: 6 }), (script) => {
      let since = 0;
      const steps = script.map((changes): Step => {
        // Within one step a row is either changed or removed.
        const byKey = new Map(changes.map((entry) => [entry.key, entry]));
        const entries = [...byKey.values()];
        return {
          changes: entries.filter((entry) => !entry.removed).map((entry) => judgement(entry.key, ++since)),
          removals: entries.filter((entry) => entry.removed).map(({ key }) => ({ kind: 'judgement', key })),
          facts: [],
          notifications: [],
        } as unknown as Step;
      });
      const write = (rows: Map<string, unknown>, { changes, removals }: Pick<Step, 'changes' | 'removals'>): void => {
        for (const { key } of removals) rows.delete(key);
        for (const row of changes) rows.set(row.key, row);
      };
      const expected = new Map<string, unknown>();
      for (const step of steps) write(expected, step);
      const found = new Map<string, unknown>();
      write(found, mergeSteps(steps));
      expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
    }),
  );
});
