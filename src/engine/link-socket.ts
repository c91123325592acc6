import { chmod, rm } from 'node:fs/promises';
import net from 'node:net';
import { LineSplitter } from '#intake/line-splitter.ts';
import type { FromIntake } from '#intake/link.ts';
import { limits } from '#kernel/limits.ts';
import type { CoreLink } from './core-link.ts';
import { describeProblem, type Log } from './log.ts';

/** Listens for intake on a unix socket that only our user can open: one JSON object a line. A socket file left behind is replaced. */
export async function listenForIntake(
  path: string,
  link: CoreLink,
  log: Log,
): Promise<{ readonly close: () => Promise<void> }> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.setEncoding('utf8');
    const session = link.connect({
      send: (message) => {
        if (!socket.destroyed) socket.write(`${JSON.stringify(message)}\n`);
      },
      close: () => void socket.destroy(),
    });
    const lines = new LineSplitter(limits.linkLineBytes);
    socket.on('data', (text: string) => {
      try {
        for (const line of lines.take(text)) session.message(JSON.parse(line) as FromIntake);
      } catch (caught) {
        log('error', 'intake said what cannot be read', { problem: describeProblem(caught) });
        socket.destroy();
      }
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      sockets.delete(socket);
      session.closed();
    });
  });
  await rm(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  await chmod(path, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
