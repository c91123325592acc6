import { createServer, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { Clock } from '#kernel/ports.ts';
import { chooseGrpcPort, choosePort } from './port.ts';

const HOST = '127.0.0.1';
const others: Server[] = [];
/** Tries come one right after the other. */
const clock = {
  after: (_delayMs: number, run: () => void) => {
    const soon = setImmediate(run);
    return () => clearImmediate(soon);
  },
} as Clock;

afterEach(async () => {
  for (const other of others.splice(0)) await new Promise((resolve) => other.close(resolve));
});

/** A port that somebody else listens on. */
async function takenPort(): Promise<number> {
  const other = createServer();
  others.push(other);
  await new Promise<void>((resolve) => other.listen(0, HOST, resolve));
  const address = other.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

test('a port that is free is taken, 0 stands for any, and one that is not free is refused by name', async () => {
  const taken = await takenPort();
  expect(await choosePort(HOST, 0, clock)).toBeGreaterThan(0);
  await expect(choosePort(HOST, taken, clock)).rejects.toMatchObject({
    code: 'configuration-invalid',
    message: expect.stringContaining(String(taken)),
  });
});

test('the usual port of gRPC is left to who has it, one that was asked for has to be free', async () => {
  const taken = await takenPort();
  const free = await choosePort(HOST, 0, clock);
  const choose = (wanted: number | 'off' | undefined, usual: number) =>
    chooseGrpcPort({ host: HOST, wanted, usual, clock });
  expect(await choose(undefined, taken)).toBe('taken');
  expect(await choose(undefined, free)).toBe(free);
  expect(await choose('off', free)).toBe('off');
  expect(await choose(0, taken)).toBeGreaterThan(0);
  await expect(choose(taken, free)).rejects.toMatchObject({ code: 'configuration-invalid' });
});
