import type { Server, Socket } from 'node:net';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';

export interface ConnectionOptions {
  /** What listens, as logs and metrics name it. */
  readonly name: string;
  /** How many connections may stand. */
  readonly most: number;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly log: (message: string) => void;
}

/** From this share of the limit on, the connections that were idle longest make room. */
const NEARLY_FULL = 0.9;

/**
 * Keeps the connections of one server within a limit. Those beyond it are closed before a byte of them is read: nothing can be said there, so
 * it is counted and logged.
 */
export class Connections {
  readonly name: string;
  #open = 0;
  #dropped = 0;
  #toldAtMs = Number.NEGATIVE_INFINITY;
  /** Those on which something was answered and nothing is under way, the longest idle first. */
  readonly #idle = new Set<Socket>();
  readonly #underWay = new WeakMap<Socket, number>();

  constructor(server: Server, options: ConnectionOptions) {
    const { name, most, clock, log } = options;
    this.name = name;
    server.maxConnections = most;
    server.on('connection', (socket: Socket) => {
      this.#open += 1;
      socket.once('close', () => {
        this.#open -= 1;
        this.#idle.delete(socket);
      });
      if (this.#open > most * NEARLY_FULL) this.#makeRoom();
    });
    server.on('drop', () => {
      this.#dropped += 1;
      const nowMs = clock.monotonicMs();
      if (nowMs - this.#toldAtMs < limits.connectionsToldEveryMs) return;
      this.#toldAtMs = nowMs;
      log(`${name}: ${most} connections stand, so more are closed at once.`);
    });
  }

  /** That stand now. */
  get open(): number {
    return this.#open;
  }

  /** That were closed at once, since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  /** A request began on a connection; to be told when it is over. */
  begin(socket: Socket): () => void {
    this.#idle.delete(socket);
    this.#underWay.set(socket, (this.#underWay.get(socket) ?? 0) + 1);
    return () => {
      const left = (this.#underWay.get(socket) ?? 1) - 1;
      this.#underWay.set(socket, left);
      if (left === 0 && !socket.destroyed) this.#idle.add(socket);
    };
  }

  #makeRoom(): void {
    for (const socket of this.#idle) {
      this.#idle.delete(socket);
      socket.destroy();
      return;
    }
  }
}
