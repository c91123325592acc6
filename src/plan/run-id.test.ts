import fc from 'fast-check';
import { expect, test } from 'vitest';
import { base32 } from '#kernel/base32.ts';
import { limits } from '#kernel/limits.ts';
import { isRunId, RUN_ID_BYTES, runId, runIdsIn } from './run-id.ts';

const id = fc.uint8Array({ minLength: RUN_ID_BYTES, maxLength: RUN_ID_BYTES }).map((bytes) => runId(base32(bytes)));

test('an id is found in whatever it was carried by', () => {
  fc.assert(
    fc.property(id, fc.string(), fc.string(), (one, before, after) => {
      expect(isRunId(one)).toBe(true);
      expect(runIdsIn(`${before.slice(0, 50)}${one}${after}`)).toContain(one);
      expect(runIdsIn(`wb${one.toUpperCase()}`)).toContain(one);
      expect(runIdsIn(`mail+${one}@kulti.example`)).toEqual([one]);
    }),
  );
});

test('no more are looked for than a value may hold', () => {
  expect(runIdsIn(`wb${'a'.repeat(24)} `.repeat(1_000))).toHaveLength(limits.probeRunsPerValue);
  expect(runIdsIn('wb'.repeat(100_000))).toEqual(Array(limits.probeRunsPerValue).fill('wb'.repeat(13)));
});
