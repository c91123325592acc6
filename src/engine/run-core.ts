import type pg from 'pg';
import { createPostgresStore } from '#storage/postgres/store.ts';
import { type Core, type CoreOptions, startCore } from './core-process.ts';
import { listenForIntake } from './link-socket.ts';
import { createRepositories } from './repositories.ts';

export interface RunCoreOptions extends Omit<CoreOptions, 'store' | 'repositories'> {
  readonly pool: pg.Pool;
  /** Path of the unix socket on which intake is awaited; at most 107 bytes. */
  readonly linkPath: string;
}

/** The core on PostgreSQL and on a socket for intake. */
export async function runCore(options: RunCoreOptions): Promise<Core> {
  const { pool, linkPath, ...rest } = options;
  const core = await startCore({
    ...rest,
    store: createPostgresStore(pool),
    repositories: createRepositories(pool, options.random),
  });
  const socket = await listenForIntake(linkPath, core.link, options.log);
  return {
    ...core,
    async stop() {
      await core.stop();
      await socket.close();
    },
  };
}
