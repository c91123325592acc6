import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRecordingProvider } from '../test/crash/recording-provider.ts';
import { freePort, ServerProcess } from '../test/crash/server-process.ts';

/**
 * From the moment that a target fails to the webhook, with the shipped program: HTTP probes of one second against a server that fails, one
 * address at a time, at random moments. CPU is that of each process of the program, from /proc, in shares of one core. Half of the second
 * that lies between two looks is in the median by itself.
 *
 * `npm run bench probes [-- --probes=24 --seconds=60]`
 */
const PROBES = numberFrom('--probes', 1_000);
const SECONDS = numberFrom('--seconds', 60);
/** How often an address fails, and for how long: longer than two looks. */
const FAIL_EVERY_MS = 250;
const FAIL_FOR_MS = 3_000;
/** Until a process has compiled what it does most; what it takes until then is told by itself. */
const SETTLE_MS = 30_000;
/** Linux counts CPU time in hundredths of a second (proc(5)). */
const TICK_MS = 10;

if (process.argv[2] === 'target') await runTarget();
else await measure();

/** A process of its own, so that its work is nobody else's. Told `fail N` and `mend N`. */
async function runTarget(): Promise<void> {
  const failing = new Set<string>();
  const server = createServer((request, response) => {
    response.writeHead(failing.has(request.url ?? '') ? 503 : 200).end('{"status":"ok"}');
  });
  process.on('message', ({ fail, path }: { readonly fail: boolean; readonly path: string }) => {
    if (fail) failing.add(path);
    else failing.delete(path);
    process.send?.({ done: path });
  });
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
  await once(process, 'disconnect');
  process.exit(0);
}

async function measure(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'watchbill-probes-'));
  const secret = `whsec_${randomBytes(24).toString('base64')}`;
  const provider = await startRecordingProvider(join(folder, 'provider.ndjson'), secret);
  const target = fork(import.meta.filename, ['target'], { execArgv: process.execArgv });
  const [{ port }] = (await once(target, 'message')) as [{ readonly port: number }];
  const plan = join(folder, 'plan.yaml');
  await writeFile(plan, planOf(port));
  const server = new ServerProcess({
    plan,
    dataFolder: join(folder, 'data'),
    port: await freePort(),
    intakePort: await freePort(),
    environment: {
      WATCHBILL_EGRESS_ALLOW: '127.0.0.1',
      BENCH_WEBHOOK_URL: `http://127.0.0.1:${provider.port}/pages`,
      BENCH_WEBHOOK_SECRET: secret,
    },
  });
  server.start();
  try {
    await server.untilReady(120_000);
    const atStart = await cpuOf(server);
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const before = await cpuOf(server);
    const startedMs = performance.now();
    const failedMs = new Map<string, number>();
    while (performance.now() - startedMs < SECONDS * 1_000) {
      const name = `p${Math.floor(Math.random() * PROBES)}`;
      if (!failedMs.has(name)) {
        failedMs.set(name, performance.now());
        target.send({ fail: true, path: `/${name}` });
        setTimeout(() => target.connected && target.send({ fail: false, path: `/${name}` }), FAIL_FOR_MS);
      }
      await new Promise((resolve) => setTimeout(resolve, FAIL_EVERY_MS * (0.5 + Math.random())));
    }
    const tookMs = performance.now() - startedMs;
    const after = await cpuOf(server);
    await new Promise((resolve) => setTimeout(resolve, FAIL_FOR_MS));
    const latencies = [...failedMs].flatMap(([name, atMs]) => {
      const page = provider.pages.find(
        ({ body }) => body.type === 'alert.firing' && (body.data as { readonly rule?: string }).rule === `${name}-down`,
      );
      return page === undefined ? [] : [page.atMs - atMs];
    });
    report(failedMs.size, latencies);
    for (const [part, ms] of after) {
      const share = (from: number | undefined, to: number, ofMs: number): string =>
        (((to - (from ?? 0)) / ofMs) * 100).toFixed(1);
      const settling = share(atStart.get(part), before.get(part) ?? 0, SETTLE_MS);
      console.log(
        `${part}: ${share(before.get(part), ms, tookMs)}% of a core, ${settling}% in the ${SETTLE_MS / 1_000} s after it was ready`,
      );
    }
  } finally {
    await server.stop();
    await provider.stop();
    target.disconnect();
    await rm(folder, { recursive: true, force: true });
  }
}

function planOf(port: number): string {
  const names = Array.from({ length: PROBES }, (_, index) => `p${index}`);
  return `plan: bench
timezone: UTC
launch: 2026-01-01 00:00
people: { mia: { email: mia@shop.example } }
channels:
  ops: { kind: webhook, url: secret BENCH_WEBHOOK_URL, secret: secret BENCH_WEBHOOK_SECRET }
probes:
${names.map((name) => `  ${name}: { check: "GET http://127.0.0.1:${port}/${name}", every: 1s }`).join('\n')}
severities: { urgent: { notify: [webhook:ops] } }
rules:
${names.map((name) => `  ${name}-down: { when: ${name} failing, severity: urgent }`).join('\n')}
`;
}

/** CPU time of each part of the program, ms. */
async function cpuOf(server: ServerProcess): Promise<ReadonlyMap<string, number>> {
  const parts = new Map<string, number>();
  for (const { pid, part } of await server.processes()) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ms = (Number(fields[11]) + Number(fields[12])) * TICK_MS;
    parts.set(part, (parts.get(part) ?? 0) + ms);
    parts.set('all', (parts.get('all') ?? 0) + ms);
  }
  return parts;
}

function report(failures: number, latencies: readonly number[]): void {
  const sorted = latencies.toSorted((left, right) => left - right);
  const at = (share: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(0);
  console.log(
    `${PROBES} HTTP probes at 1 s: ${failures} failures, ${sorted.length} paged; failure to webhook p50 ${at(0.5)} ms, p90 ${at(0.9)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms (goal: p50 <= 550, p99 <= 1100)`,
  );
}

function numberFrom(option: string, usual: number): number {
  const given = process.argv.find((argument) => argument.startsWith(`${option}=`));
  return given === undefined ? usual : Number(given.slice(option.length + 1));
}
