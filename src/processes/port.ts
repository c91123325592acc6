import { createServer } from 'node:net';
import { WatchbillError } from '#kernel/error-codes.ts';

/**
 * The port to listen on: the one wanted, if it is free, or for 0 any free one. Chosen before the child that listens starts, so that a
 * restarted child listens where its predecessor did. Throws `configuration-invalid` for a port that is taken.
 */
export async function choosePort(host: string, wanted: number): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const problem =
        error.code === 'EADDRINUSE'
          ? `Port ${wanted} is taken; choose another`
          : `Cannot listen on ${host}: ${error.message}`;
      reject(new WatchbillError('configuration-invalid', problem));
    });
    server.listen(wanted, host, () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : wanted;
      server.close(() => resolve(port));
    });
  });
}
