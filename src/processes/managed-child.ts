import { type ChildProcess, fork } from 'node:child_process';
import type { Clock } from '#kernel/ports.ts';
import type { ChildConfiguration, FromChild, ToChild } from './messages.ts';

export interface ManagedChildOptions {
  readonly role: 'core' | 'intake' | 'prober';
  /** `main.ts`. */
  readonly entry: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Asked at every start, since a store may have moved. */
  readonly configuration: () => Promise<ChildConfiguration>;
  /** It does its work now; for the core this includes the stores and intake. */
  readonly onReady: () => void;
  /** Of the core: the path of the link that makes the first owner. */
  readonly onSetUpLink?: (path: string) => void;
  readonly onHopeless: (code: string, message: string) => void;
  /** Of intake: whether a plan in force has probes, as it says it. */
  readonly onProbesWanted?: (wanted: boolean) => void;
  /** Of intake and the prober: the value of a secret, undefined when it is not set. Without it no secret is given out. */
  readonly secret?: (name: string) => string | undefined;
  /** It runs now, or with undefined not any more. */
  readonly onRunning?: (pid: number | undefined) => void;
  readonly log: (message: string) => void;
}

const RESTART_FIRST_MS = 50;
const RESTART_LONGEST_MS = 5_000;
/** A child that ran this long had started well: the next restart is quick again. */
const STEADY_MS = 30_000;
const STOP_WITHIN_MS = 10_000;

/** A child process that is started again whenever it ends, until it is stopped. */
export interface ManagedChild {
  readonly pid: () => number | undefined;
  /** Says something to the process that runs; lost when none does. */
  tell(message: ToChild): void;
  stop(): Promise<void>;
}

export function manageChild(options: ManagedChildOptions): ManagedChild {
  let stopping = false;
  let child: ChildProcess | undefined;
  let delayMs = RESTART_FIRST_MS;
  let cancelRestart = (): void => {};
  let ended: Promise<void> = Promise.resolve();

  function start(): void {
    const startedAt = options.clock.monotonicMs();
    const process = fork(options.entry, ['role', options.role], {
      execArgv: [...globalThis.process.execArgv, '--disable-proto=delete'],
      env: { ...options.environment },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child = process;
    options.onRunning?.(process.pid);
    ended = new Promise((resolve) => {
      // Not `exit`: a process that could not be started at all, for want of memory or of process numbers, only closes.
      process.once('close', (code, signal) => {
        child = undefined;
        options.onRunning?.(undefined);
        resolve();
        if (stopping) return;
        if (options.clock.monotonicMs() - startedAt > STEADY_MS) delayMs = RESTART_FIRST_MS;
        options.log(`${options.role} ended (${signal ?? code}); starting it again in ${delayMs} ms`);
        cancelRestart = options.clock.after(delayMs, start);
        delayMs = Math.min(RESTART_LONGEST_MS, delayMs * 2);
      });
    });
    process.on('message', (message: FromChild) => {
      if (message.type === 'ready') options.onReady();
      else if (message.type === 'set-up-link') options.onSetUpLink?.(message.path);
      else if (message.type === 'probes-wanted') options.onProbesWanted?.(message.wanted);
      else if (message.type === 'secrets-wanted') {
        const values = message.names.map((name) => [name, options.secret?.(name) ?? null] as const);
        post(process, { type: 'secrets', values: Object.fromEntries(values) });
      } else options.onHopeless(message.code, message.message);
    });
    process.on('error', (error) => options.log(`${options.role}: ${error.message}`));
    // The modules load while the stores start; the configuration follows once there is one.
    void options.configuration().then(
      (configuration) => post(process, { type: 'start', configuration }),
      () => process.kill('SIGTERM'),
    );
  }

  start();
  return {
    pid: () => child?.pid,
    tell(message) {
      if (child !== undefined) post(child, message);
    },
    async stop() {
      stopping = true;
      cancelRestart();
      if (child === undefined) return;
      const last = child;
      post(last, { type: 'stop' });
      const cancel = options.clock.after(STOP_WITHIN_MS, () => last.kill('SIGKILL'));
      await ended;
      cancel();
    },
  };
}

/** A child that has just died cannot be told anything, which its `close` reports. */
function post(child: ChildProcess, message: ToChild): void {
  if (child.connected) child.send(message, () => {});
}
