// `npm run prove:pack`: packs, installs the tarball into an empty folder from the registry, and runs the demo there. Minutes, and hundreds of
// megabytes; the tests do the same with this clone's packages.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack, startDemo } from '../test/end-to-end/packed.ts';
import { seconds } from './processes.ts';

const folder = await mkdtemp(join(tmpdir(), 'watchbill-prove-pack-'));
try {
  const tarball = await timed('packed', () => pack(folder));
  const place = join(folder, 'empty');
  await mkdir(place);
  await writeFile(join(place, 'package.json'), '{"private": true}\n');
  await timed('installed', () => npm(['install', '--no-audit', '--no-fund', '--ignore-scripts', tarball], place));
  const demo = startDemo(place);
  const url = await timed('ready', () => demo.address);
  const page = await fetch(url);
  if (page.status !== 200) throw new Error(`${url} answered ${page.status}`);
  const exit = await demo.stop();
  if (exit !== 0) throw new Error(`the demo ended with ${exit}: ${demo.output()}`);
  process.stdout.write('The packed package runs the demo in an empty folder.\n');
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function timed<Value>(what: string, work: () => Promise<Value>): Promise<Value> {
  const startedAt = performance.now();
  const value = await work();
  process.stdout.write(`${what} after ${seconds(performance.now() - startedAt)}\n`);
  return value;
}

function npm(words: readonly string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('npm', words, { cwd, stdio: 'inherit' });
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`npm ${words[0]} ended with ${code}`))));
  });
}
