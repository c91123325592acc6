import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, ServerProcess } from '../test/crash/server-process.ts';

/** From the command to `readyz`, first on an empty data folder and then on the same again; and the memory of all processes when idle. */
const folder = await mkdtemp(join(tmpdir(), 'watchbill-start-'));
const idleMs = Number(process.argv[2] ?? 20_000);

async function run(idle: boolean): Promise<number> {
  const server = new ServerProcess({
    plan: join(import.meta.dirname, '../test/crash/plan.yaml'),
    dataFolder: join(folder, 'data'),
    port: await freePort(),
    intakePort: await freePort(),
    environment: {
      CRASH_WEBHOOK_URL: 'https://hooks.example/x',
      CRASH_WEBHOOK_SECRET: 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz',
    },
  });
  const startMs = performance.now();
  server.start();
  await server.untilReady(60_000);
  const readyMs = performance.now() - startMs;
  if (idle) {
    await new Promise((resolve) => setTimeout(resolve, idleMs));
    let total = 0;
    for (const { pid, part } of await server.processes()) {
      const megabytes = await proportionalMegabytes(pid);
      total += megabytes;
      console.log(`  ${part.padEnd(10)} ${megabytes.toFixed(0).padStart(4)} MB`);
    }
    console.log(
      `memory after ${idleMs / 1_000} s idle, proportional set size of all processes: ${total.toFixed(0)} MB (goal: <= 600)`,
    );
  }
  await server.stop();
  return readyMs;
}

/** Pages that several processes share are counted once in all: their sum is what the machine really gives. */
async function proportionalMegabytes(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) / 1_024;
}

try {
  const firstMs = await run(false);
  const warm: number[] = [];
  for (let round = 0; round < 4; round += 1) warm.push(await run(false));
  warm.sort((left, right) => left - right);
  console.log(
    `ready: first ${firstMs.toFixed(0)} ms (goal: <= 6000), warm median ${((warm[1] ?? 0) + (warm[2] ?? 0)) / 2} ms, longest ${(warm.at(-1) ?? 0).toFixed(0)} ms (goal: <= 2500)`,
  );
  await run(true);
} finally {
  await rm(folder, { recursive: true, force: true });
}
