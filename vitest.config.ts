import { defineConfig } from 'vitest/config';

/** Unit tests and scenarios need no database; `store` and `end-to-end` start the real parts. */
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
          // Against hanging, not for speed: properties take long on a busy machine.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'real',
          include: ['{src,examples}/**/*.real.test.ts', 'test/{end-to-end,crash,browser}/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
