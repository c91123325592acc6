import { availableParallelism } from 'node:os';
import { expect, it } from 'vitest';
import { plantedBugs } from './planted-bugs.ts';
import { runSeeds } from './run-seeds.ts';
import { simulate } from './simulate.ts';

/** A sample of what `npm run prove:simulation` runs; a failing seed is run again by `node test/simulation/prove.ts --seed N`. */
const SAMPLE = 300;

it(`holds its invariants over ${SAMPLE} seeds, in which every fault was met`, async () => {
  const result = await runSeeds({ from: 0, to: SAMPLE, workers: availableParallelism() });
  expect(result.failures).toEqual([]);
  expect(result.coverage.missing).toEqual([]);
});

/** Seeds that failed once, each with what it found. */
it.each([
  [11, 'a standby core that never heard of the plan had intake forget it'],
  [36, 'events were taken in before the windows that count them were there'],
  [10, 'a new connection was told a watermark from before the commit under way'],
  [127, 'the time in which nobody listened was forgotten by a second restart'],
  [5078, 'a plan was applied at an instant that had been judged already'],
  [1311, 'a restarted intake knew the key of a plan that it had never been told of'],
  [830, 'a restarted intake took in events before their windows'],
  [101, 'windows were begun later than the instant to which they were then moved'],
  [2582, 'a duration counted time in which nobody listened, which the disk had not taken'],
  [6731, 'a request that the disk had refused was found after a restart, later than what had been judged'],
  [59375, 'a plan that the disk had not taken was unknown after a restart, and its events were seen by no window'],
  [50552, 'applying a version judged rules that stayed as they were before what had happened to them was told'],
  [4600, 'a silence was judged from time in which nobody listened, which the disk had not taken'],
])('still holds in seed %i, where %s', async (seed) => {
  // They were found before there were people, whose doing would make other runs of them.
  expect((await simulate(seed, { people: false })).violations).toEqual([]);
});

it('gives the same run for the same seed', async () => {
  const [one, other] = [await simulate(5), await simulate(5)];
  expect(other.events).toBe(one.events);
  expect([...other.coverage.counts]).toEqual([...one.coverage.counts]);
});

it.each(plantedBugs)('catches when $name', async ({ alterations, caughtBy }) => {
  const seen: string[] = [];
  for (let seed = 0; seed < 60; seed += 1) {
    const { violations } = await simulate(seed, alterations);
    seen.push(...violations.map(({ invariant }) => invariant));
    if (caughtBy.some((invariant) => seen.includes(invariant))) return;
  }
  expect(seen).toContain(caughtBy[0]);
});
