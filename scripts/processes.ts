import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** One command of a check; `output` is everything it printed, in order. */
export interface Finished {
  readonly name: string;
  readonly ok: boolean;
  readonly elapsedMs: number;
  readonly output: string;
}

/** A tool of node_modules by its file, so that it runs on the Node that runs this script. */
export function tool(path: string, ...toolArguments: readonly string[]): readonly string[] {
  return [process.execPath, join(root, 'node_modules', path), ...toolArguments];
}

/** Runs a command to its end with its output kept. Never rejects: a command that cannot start has failed. */
export function run(name: string, command: readonly string[]): Promise<Finished> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const [file = '', ...rest] = command;
    const child = spawn(file, rest, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, FORCE_COLOR: process.stdout.isTTY ? '1' : '0' },
    });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk;
    };
    const finish = (ok: boolean): void => resolve({ name, ok, output, elapsedMs: performance.now() - startedAt });
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (error) => {
      output += String(error);
      finish(false);
    });
    child.on('close', (code) => finish(code === 0));
  });
}

/** Runs a command in the foreground, with the terminal's own streams. Resolves to its exit code, 128 + n after a signal. */
export function runInForeground(command: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const [file = '', ...rest] = command;
    const child = spawn(file, rest, { cwd: root, stdio: 'inherit' });
    const forward = (signal: NodeJS.Signals): void => {
      child.kill(signal);
    };
    process.on('SIGTERM', forward);
    // Ctrl-C reaches the child from the terminal itself; this only keeps us alive to see how it ends.
    process.on('SIGINT', () => {});
    child.on('error', (error) => {
      process.stderr.write(`${String(error)}\n`);
      resolve(70);
    });
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)));
  });
}

/** 1234 ms as `1.2 s`. */
export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
