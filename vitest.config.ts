import { defineConfig } from 'vitest/config';

/** Against hanging, not for speed: a machine that has much else to do may take many times as long. */
const patient = { testTimeout: 300_000, hookTimeout: 300_000, expect: { poll: { timeout: 60_000 } } };
/** No test changes a module or what is global for good, and most of the time of a small file is the loading of what it tests. */
const sharesModules = { isolate: false };

/**
 * Unit tests and scenarios need no database. The others start the real parts. They wait about as much as they compute, so two files of `real`
 * run side by side, and `browser` is a project of its own, so that `npm test` can run it beside them.
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
          ...sharesModules,
          ...patient,
        },
      },
      {
        test: {
          name: 'real',
          include: ['{src,examples}/**/*.real.test.ts', 'test/{end-to-end,crash}/**/*.test.ts'],
          ...sharesModules,
          ...patient,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          ...sharesModules,
          ...patient,
          fileParallelism: false,
        },
      },
    ],
  },
});
