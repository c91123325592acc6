import { spawn } from 'node:child_process';
import { accessSync, constants, lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { linkLibraries } from './libraries.js';
import { giveUp, isClone, modules, obstacle, packagedNode, platform } from './platform.js';

/** `--disable-proto=delete`: no input can reach a prototype. The warning is of Node, about parts that are still marked experimental. */
const nodeFlags = ['--disable-proto=delete', '--disable-warning=ExperimentalWarning'];

/**
 * Becomes the packaged Node with these arguments. On a Node that has `process.execve` the process is replaced, so signals, exit
 * code and process id need no passing on; on an older one a child runs and they are passed on. Never returns.
 */
export function becomePackagedNode(nodeArguments) {
  const problem = obstacle();
  if (problem !== undefined) giveUp(problem, 78);
  linkInstalledLibraries();
  const argv = [...nodeFlags, ...nodeArguments];
  const env = { ...process.env, PATH: `${dirname(packagedNode)}${delimiter}${process.env.PATH ?? ''}` };
  const cache = compileCacheFolder();
  if (env.NODE_COMPILE_CACHE === undefined && cache !== undefined) env.NODE_COMPILE_CACHE = cache;
  if (typeof process.execve === 'function') {
    try {
      process.execve(packagedNode, [packagedNode, ...argv], env);
    } catch (error) {
      giveUp(`${packagedNode} does not start: ${error.message}`, 70);
    }
  }
  runAsChild(argv, env);
}

/** What set-up does in a clone, whoever may write to an installed package does at its first start. */
function linkInstalledLibraries() {
  if (isClone) return;
  try {
    linkLibraries(join(modules, platform.postgres));
  } catch {
    // Not by this user: the program says so when it needs them and they are not there.
  }
}

function runAsChild(argv, env) {
  const child = spawn(packagedNode, argv, { stdio: 'inherit', env });
  // A terminal sends Ctrl-C to the whole group, the child included: passing it on would make it two.
  const fromTerminal = process.stdin.isTTY === true || process.stdout.isTTY === true;
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP', 'SIGUSR2']) {
    process.on(signal, () => {
      if (fromTerminal && (signal === 'SIGINT' || signal === 'SIGQUIT')) return;
      child.kill(signal);
    });
  }
  child.on('error', (error) => giveUp(`${packagedNode} does not start: ${error.message}`, 70));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 70);
    // Ends by the same signal, so that a shell or a supervisor sees what really happened.
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/**
 * Where Node keeps compiled modules, for quick starts: inside the clone, or else a folder of our own in the temporary one. A
 * folder there that belongs to somebody else is not used: what lies in it would be run.
 */
function compileCacheFolder() {
  try {
    const folder = join(modules, '.cache', 'watchbill');
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return folder;
  } catch {
    // Not our clone: read-only for this user.
  }
  try {
    const user = process.getuid();
    const folder = join(tmpdir(), `watchbill-compile-cache-${user}`);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const found = lstatSync(folder);
    return found.isDirectory() && found.uid === user && (found.mode & 0o022) === 0 ? folder : undefined;
  } catch {
    return undefined;
  }
}
