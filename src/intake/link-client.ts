import { connect, type Socket } from 'node:net';
import { limits } from '#kernel/limits.ts';
import type { Clock, Random } from '#kernel/ports.ts';
import type { Intake } from './intake.ts';
import { LineSplitter } from './line-splitter.ts';
import type { FromCore, FromIntake } from './link.ts';

export interface LinkClientOptions {
  readonly path: string;
  readonly intake: Intake;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: (message: string) => void;
}

const FIRST_BACKOFF_MS = 50;

/** Keeps a connection to the core, for as long as the process lives. Returns a function that ends it. */
export function startLink(options: LinkClientOptions): () => void {
  const { path, intake, clock, random, log } = options;
  let stopped = false;
  let socket: Socket | undefined;
  let cancelRetry = (): void => {};
  let backoffMs = FIRST_BACKOFF_MS;

  const open = (): void => {
    const current = connect(path);
    socket = current;
    const lines = new LineSplitter(limits.linkLineBytes);
    let session: ReturnType<Intake['connect']> | undefined;
    const send = (message: FromIntake): void => {
      if (current.destroyed) return;
      current.write(`${JSON.stringify(message)}\n`);
      // The core does not read: it gets everything again on the next connection.
      if (current.writableLength > limits.linkBufferBytes) current.destroy();
    };
    current.setEncoding('utf8');
    current.on('connect', () => {
      backoffMs = FIRST_BACKOFF_MS;
      session = intake.connect(send);
    });
    current.on('data', (text) => {
      try {
        for (const line of lines.take(String(text))) session?.receive(JSON.parse(line) as FromCore);
      } catch (error) {
        log(`The core said something that cannot be read: ${String(error)}`);
        current.destroy();
      }
    });
    current.on('error', () => {});
    current.on('close', () => {
      session?.close();
      if (stopped) return;
      cancelRetry = clock.after(backoffMs * (0.5 + random.fraction() / 2), open);
      backoffMs = Math.min(backoffMs * 2, limits.linkBackoffMs);
    });
  };
  open();
  return () => {
    stopped = true;
    cancelRetry();
    // What was written is still sent.
    socket?.end();
  };
}
