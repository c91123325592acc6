import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Clock } from '#kernel/ports.ts';
import { LineSplitter } from './line-splitter.ts';
import type { FromIntake } from './link.ts';
import { startLink } from './link-client.ts';
import { ingestKey, seededRandom, startIntake, type TestIntake } from './test-support.ts';

const clock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  schedule(at, run) {
    const timer = setTimeout(run, Math.max(0, at - Date.now()));
    return () => clearTimeout(timer);
  },
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

let folder: string;
let path: string;
let core: Server | undefined;
let sockets: Socket[] = [];
let heard: FromIntake[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watchbill-link-'));
  path = join(folder, 'core.sock');
  heard = [];
});

afterEach(async () => {
  await stopCore();
  await rm(folder, { recursive: true, force: true });
});

async function startCore(): Promise<void> {
  sockets = [];
  core = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    const lines = new LineSplitter(1_000_000);
    socket.on('data', (data) => {
      for (const line of lines.take(data.toString())) heard.push(JSON.parse(line) as FromIntake);
    });
  });
  await new Promise<void>((resolve) => core?.listen(path, resolve));
}

async function stopCore(): Promise<void> {
  for (const socket of sockets) socket.destroy();
  await new Promise<void>((resolve) => {
    if (core === undefined) resolve();
    else core.close(() => resolve());
  });
  core = undefined;
}

function configure(): void {
  const message = {
    type: 'configure',
    plans: [{ name: 'shop', version: 1, files: [], watermark: 0 }],
    keys: [ingestKey()],
  };
  const text = `${JSON.stringify(message)}\n`;
  // In two pieces, as a socket may bring it.
  sockets.at(-1)?.write(text.slice(0, 30));
  setImmediate(() => sockets.at(-1)?.write(text.slice(30)));
}

async function speakUntilComplete(): Promise<void> {
  await expect.poll(() => heard.some((message) => message.type === 'hello'), { timeout: 60_000 }).toBe(true);
  configure();
  await expect
    .poll(() => heard.some((message) => message.type === 'verdicts' && message.complete), { timeout: 60_000 })
    .toBe(true);
}

test('waits for the core, speaks to it, and finds it again after it was gone', async () => {
  const running: TestIntake = await startIntake();
  const stop = startLink({ path, intake: running.intake, clock, random: seededRandom(1), log: () => {} });
  await startCore();
  await speakUntilComplete();
  expect((await running.send({ name: 'failure' })).status).toBe(200);
  await stopCore();
  await running.send([{ name: 'failure' }, { name: 'failure' }]);
  heard = [];
  await startCore();
  await speakUntilComplete();
  const truths = heard.flatMap((message) =>
    message.type === 'verdicts' ? message.verdicts.map((one) => one.truth) : [],
  );
  expect(truths.at(-1)).toBe('true');
  stop();
});

test('a core that says nonsense is left and found again', async () => {
  const running = await startIntake();
  const log: string[] = [];
  const stop = startLink({
    path,
    intake: running.intake,
    clock,
    random: seededRandom(1),
    log: (line) => log.push(line),
  });
  await startCore();
  await expect.poll(() => sockets.length, { timeout: 60_000 }).toBe(1);
  sockets[0]?.write('nonsense\n');
  await expect.poll(() => sockets.length, { timeout: 60_000 }).toBe(2);
  expect(log).toHaveLength(1);
  stop();
});
