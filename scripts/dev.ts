// `npm run dev`: the demo, started again whenever a file of src/ or of the tea shop changes.
//
// Not `node --watch`: it makes every process below it report its imports over IPC, and the supervisor's children speak to the
// supervisor there.
import { type ChildProcess, spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { root } from './processes.ts';

/** Editors write a file in several steps, and a checkout writes many files. */
const SETTLE_MS = 200;

let child: ChildProcess | undefined;
let timer: NodeJS.Timeout | undefined;
let ending = false;
/** Whether we ended it ourselves. */
let stopping = false;

function start(): void {
  const demo = ['src/main.ts', 'demo', ...process.argv.slice(2)];
  const started = spawn(process.execPath, [...process.execArgv, ...demo], { cwd: root, stdio: 'inherit' });
  child = started;
  stopping = false;
  started.on('exit', () => {
    child = undefined;
    if (!stopping) process.stdout.write('dev: the demo ended; a change starts it again\n');
  });
}

/** Ends the running one in order, so that its stores are closed, and then starts. */
async function startAgain(path: string): Promise<void> {
  process.stdout.write(`dev: ${path} changed\n`);
  await stop();
  if (!ending) start();
}

async function stop(): Promise<void> {
  const running = child;
  if (running === undefined) return;
  stopping = true;
  await new Promise((resolve) => {
    running.once('exit', resolve);
    running.kill('SIGTERM');
  });
}

let restarting: Promise<void> = Promise.resolve();
for (const folder of ['src', 'examples/tea-shop']) {
  watch(join(root, folder), { recursive: true }, (_event, name) => {
    if (name === null || /\.test\.ts$|~$|(^|\/)\./.test(name)) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      restarting = restarting.then(() => startAgain(`${folder}/${name}`));
    }, SETTLE_MS);
  });
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    ending = true;
    void stop().then(() => process.exit(0));
  });
}
start();
