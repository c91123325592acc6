import { expect, it } from 'vitest';
import { createSystemClock } from '../system-clock.ts';
import { manageChild } from './managed-child.ts';

it('tries again when the operating system cannot start a process', async () => {
  const log: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const executable = process.execPath;
  process.execPath = '/nonexistent/node';
  const child = manageChild({
    role: 'core',
    entry: '/nonexistent/main.ts',
    environment: {},
    clock: createSystemClock(),
    configuration: () => new Promise(() => {}),
    onReady: () => {},
    onHopeless: () => {},
    log: (message) => {
      log.push(message);
      if (log.filter((line) => line.includes('starting it again')).length === 2) resolve();
    },
  });
  try {
    await promise;
  } finally {
    process.execPath = executable;
    await child.stop();
  }
  expect(log[0]).toContain('ENOENT');
});
