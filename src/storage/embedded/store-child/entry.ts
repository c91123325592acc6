import type { AddressInfo } from 'node:net';
import { setPriority } from 'node:os';
import { Executor } from './executor.ts';
import { createStoreServer } from './http-server.ts';
import type { FromParent, FromStoreChild, StartStoreChild } from './messages.ts';

/**
 * How much the engine steps back when the processors are all busy (`nice`): acknowledging what comes in and telling people go before storing
 * and charts, which can wait for as long as the spool has room. Threads that are started later have it too.
 */
const NICENESS = 5;
setPriority(NICENESS);

/**
 * The store child's process. It holds no secret but its own password, listens on loopback only, and ends with its parent: what was
 * acknowledged is on the disk already.
 */
let stop: (() => Promise<void>) | undefined;

process.on('message', (message: FromParent) => {
  if (message.type === 'start') {
    start(message).catch((problem: unknown) => {
      tell({ type: 'failed', message: problem instanceof Error ? problem.message : String(problem) });
      // The parent ends us once it has heard it.
      process.exitCode = 1;
    });
  } else {
    void stop?.().finally(() => process.exit(0));
  }
});
// Our parent was killed and its successor waits for the engine's lock. An orderly exit would first wait for running queries; the
// engine loses nothing by a kill.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
// A terminal sends its signals to the whole group; the parent stops us when the others are done with us.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

async function start(options: StartStoreChild): Promise<void> {
  if (options.user !== undefined) becomeUser(options.user);
  process.umask(0o077);
  const executor = await Executor.open(options);
  const server = createStoreServer(executor, options);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  stop = async () => {
    server.close();
    server.closeIdleConnections();
    await executor.close();
  };
  tell({ type: 'ready', port: (server.address() as AddressInfo).port });
}

/** The engine and all code are loaded by now, so this user need not be able to read them. */
function becomeUser({ uid, gid }: { readonly uid: number; readonly gid: number }): void {
  process.setgroups?.([gid]);
  process.setgid?.(gid);
  process.setuid?.(uid);
}

function tell(message: FromStoreChild): void {
  process.send?.(message);
}
