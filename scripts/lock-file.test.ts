import { expect, test } from 'vitest';
import { missingNativeParts } from './lock-file.ts';

test('a native part that the lock file lacks is added beside its owner, for its platform only', () => {
  const packages = {
    '': {},
    'node_modules/tool': {
      version: '2.0.0',
      optionalDependencies: { '@tool/linux-x64-gnu': '2.0.0', '@tool/linux-arm64-musl': '2.0.0' },
    },
    'node_modules/@tool/linux-x64-gnu': { version: '2.0.0' },
  };
  expect(missingNativeParts(packages)).toEqual({
    'node_modules/@tool/linux-arm64-musl': {
      version: '2.0.0',
      cpu: ['arm64'],
      os: ['linux'],
      libc: ['musl'],
      optional: true,
    },
  });
});

test('a nested owner gets its own version beside it; a range is met by what is there', () => {
  const packages = {
    'node_modules/@tool/darwin-arm64': { version: '2.0.0' },
    'node_modules/other/node_modules/tool': {
      version: '1.0.0',
      optionalDependencies: { '@tool/darwin-arm64': '1.0.0' },
    },
    'node_modules/watcher': { version: '1.0.0', optionalDependencies: { '@tool/darwin-arm64': '^1.9.0' } },
  };
  expect(Object.keys(missingNativeParts(packages))).toEqual(['node_modules/other/node_modules/@tool/darwin-arm64']);
});
