import { defineConfig } from 'vitest/config';

/** Against hanging, not for speed: a machine that has much else to do may take many times as long. */
const patient = { testTimeout: 300_000, hookTimeout: 300_000, expect: { poll: { timeout: 60_000 } } };
const startsServers = { ...patient, fileParallelism: false };

/**
 * Unit tests and scenarios need no database. The others start the real parts, one file after the other; `browser` is a project of its own, so
 * that `npm test` can run it beside `real`: both wait more than they compute.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            '{src,scripts,examples,web/src}/**/*.test.ts',
            'test/{architecture,simulation,scenarios}/**/*.test.ts',
          ],
          exclude: ['**/*.real.test.ts'],
          // No test changes a module or what is global for good, and most of the time of a small file is the loading of what it tests.
          isolate: false,
          ...patient,
        },
      },
      {
        test: {
          name: 'real',
          include: ['{src,examples}/**/*.real.test.ts', 'test/{end-to-end,crash}/**/*.test.ts'],
          ...startsServers,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          ...startsServers,
        },
      },
    ],
  },
});
