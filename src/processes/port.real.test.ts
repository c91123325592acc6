import { createServer, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { Clock, Random } from '#kernel/ports.ts';
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
/** Gives these fractions, the last again and again. */
function randomOf(...fractions: readonly number[]): Random {
  let next = 0;
  return { fraction: () => fractions[Math.min(next++, fractions.length - 1)] } as Random;
}
const random = randomOf(0.25, 0.5, 0.75);

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
  expect(await choosePort(HOST, 0, clock, random)).toBeGreaterThan(0);
  await expect(choosePort(HOST, taken, clock, random)).rejects.toMatchObject({
    code: 'configuration-invalid',
    message: expect.stringContaining(String(taken)),
  });
});

test('a port that is chosen is none that the system gives to connections, and none that somebody has', async () => {
  const first = await choosePort(HOST, 0, clock, randomOf(0.1, 0.2, 0.3, 0.4));
  expect(first).toBeLessThan(32_768);
  const fraction = (first - 20_000 + 0.5) / 12_000;
  const other = createServer();
  others.push(other);
  await new Promise<void>((resolve) => other.listen(first, HOST, resolve));
  const second = await choosePort(HOST, 0, clock, randomOf(fraction, 0.6, 0.7, 0.8));
  expect(second).not.toBe(first);
  expect(second).toBeLessThan(32_768);
});

test('the usual port of gRPC is left to who has it, one that was asked for has to be free', async () => {
  const taken = await takenPort();
  const free = await choosePort(HOST, 0, clock, random);
  const choose = (wanted: number | 'off' | undefined, usual: number) =>
    chooseGrpcPort({ host: HOST, wanted, usual, clock, random });
  expect(await choose(undefined, taken)).toBe('taken');
  expect(await choose(undefined, free)).toBe(free);
  expect(await choose('off', free)).toBe('off');
  expect(await choose(0, taken)).toBeGreaterThan(0);
  await expect(choose(taken, free)).rejects.toMatchObject({ code: 'configuration-invalid' });
});
