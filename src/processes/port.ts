import { createServer } from 'node:net';
import { WatchbillError } from '#kernel/error-codes.ts';
import type { Clock, Random } from '#kernel/ports.ts';

/** A server that was killed a moment ago may still hold its port. */
const TRIES = 20;
const RETRY_MS = 100;

/** Below those that systems give to outgoing connections, one of which could take a port while a child that listens there is started again. */
const OWN_PORTS = { first: 20_000, count: 12_000 };

/**
 * The port to listen on: the one wanted, as soon as it is free, or for 0 any free one. Chosen before the child that listens starts, so
 * that a restarted child listens where its predecessor did. Throws `configuration-invalid` for a port that stays taken.
 */
export async function choosePort(host: string, wanted: number, clock: Clock, random: Random): Promise<number> {
  if (wanted === 0) {
    for (let attempt = 1; attempt <= TRIES; attempt += 1) {
      const outcome = await tryPort(host, OWN_PORTS.first + Math.floor(random.fraction() * OWN_PORTS.count));
      if (typeof outcome === 'number') return outcome;
    }
  }
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await tryPort(host, wanted);
    if (typeof outcome === 'number') return outcome;
    if (outcome.code !== 'EADDRINUSE') {
      throw new WatchbillError('configuration-invalid', `Cannot listen on ${host}: ${outcome.message}`);
    }
    if (attempt === TRIES) throw new WatchbillError('configuration-invalid', `Port ${wanted} is taken; choose another`);
    await new Promise<void>((resolve) => void clock.after(RETRY_MS, resolve));
  }
}

export interface GrpcPortOptions {
  readonly host: string;
  /** What was asked for, if anything. */
  readonly wanted: number | 'off' | undefined;
  readonly usual: number;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * The port of OTLP over gRPC. One that was asked for has to be free, as above; the usual one, which nobody asked for, is left to whoever has
 * it, e.g. a collector on the same machine that sends to us by HTTP.
 */
export async function chooseGrpcPort(options: GrpcPortOptions): Promise<number | 'off' | 'taken'> {
  const { host, wanted, usual, clock, random } = options;
  if (wanted === 'off') return 'off';
  if (wanted !== undefined) return await choosePort(host, wanted, clock, random);
  try {
    return await choosePort(host, usual, clock, random);
  } catch (problem) {
    if (problem instanceof WatchbillError) return 'taken';
    throw problem;
  }
}

function tryPort(host: string, wanted: number): Promise<number | NodeJS.ErrnoException> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', resolve);
    server.listen(wanted, host, () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : wanted;
      server.close(() => resolve(port));
    });
  });
}
