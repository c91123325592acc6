import net, { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import type { PostgresAddress } from '#storage/postgres/pool.ts';

/** A way by TCP to a PostgreSQL that listens on a socket of this machine only, as the embedded one does. */
export interface Doorway {
  readonly port: number;
  readonly user: string;
  readonly database: string;
  /** Most connections that were open at the same time. */
  most(): number;
  /** Resolves when a connection is open and has sent its first statement. */
  whenInside(): Promise<void>;
  /** Cuts every connection, as a network does. */
  cut(): void;
  close(): Promise<void>;
}

/** With a certificate it speaks TLS to those who ask for it, as a PostgreSQL on a network does. */
export async function openDoorway(
  address: PostgresAddress,
  certificate?: { readonly cert: string; readonly key: string },
): Promise<Doorway> {
  if (!('socketFolder' in address)) throw new Error('no socket leads to this PostgreSQL');
  const { socketFolder, user, database } = address;
  const open = new Set<net.Socket>();
  let most = 0;
  let inside = Promise.withResolvers<void>();
  const lead = (outer: net.Socket): void => {
    const inner = net.connect(join(socketFolder, '.s.PGSQL.5432'));
    const end = (): void => {
      outer.destroy();
      inner.destroy();
    };
    for (const socket of [outer, inner]) socket.on('error', end).on('close', end);
    outer.on('data', (chunk: Uint8Array) => {
      // `P`: a statement of the extended protocol is parsed.
      if (chunk[0] === 0x50) inside.resolve();
    });
    outer.pipe(inner).pipe(outer);
  };
  const server = net.createServer((outer) => {
    open.add(outer);
    most = Math.max(most, open.size);
    outer.on('error', () => {}).on('close', () => open.delete(outer));
    if (certificate === undefined) {
      lead(outer);
      return;
    }
    // The request for TLS is eight bytes, which one letter answers.
    outer.once('readable', () => {
      outer.read(8);
      outer.write('S');
      lead(new tls.TLSSocket(outer, { isServer: true, ...certificate }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    user,
    database,
    most: () => most,
    async whenInside() {
      inside = Promise.withResolvers<void>();
      await inside.promise;
    },
    cut() {
      for (const socket of open) socket.destroy();
    },
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
