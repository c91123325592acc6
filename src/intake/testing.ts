import { createHash } from 'node:crypto';
import { vi } from 'vitest';
import { ingestKeyId } from '#kernel/ingest-key.ts';
import type { Clock, Disk } from '#kernel/ports.ts';
import { compilePlan } from '#plan/compile.ts';
import type { CompiledPlan } from '#plan/model.ts';
import { createSystemClock } from '../system-clock.ts';
import { createGate, type Gate } from './gate.ts';
import { createIntake, type Intake } from './intake.ts';
import type { IntakeOptions } from './intake-options.ts';
import type { IngestKey } from './link.ts';
import { eventsOf, type StoredEvent } from './loader.ts';
import { type OtlpGrpcOptions, startOtlpGrpc } from './otlp/grpc.ts';
import { type RunningServer, type ServerOptions, startServer } from './server.ts';
import { VolatileDisk } from './spool/volatile-disk.ts';
import { CountingExecutor, seededRandom } from './test-support.ts';

/** What a server's tests set themselves; the rest is a free port of this machine and the real clock. */
export type ServedOptions = Partial<Omit<ServerOptions, 'intake' | 'host' | 'port'>>;

/** The server of HTTP before an intake. */
export function serve(intake: Intake, options: ServedOptions = {}): Promise<RunningServer> {
  return startServer({ intake, host: '127.0.0.1', port: 0, clock: createSystemClock(), log: () => {}, ...options });
}

/** A key of the plan `shop` as the core tells of it. */
export function keyOf(key: string, scopes: readonly string[], changes: Partial<IngestKey> = {}): IngestKey {
  const hash = createHash('sha256').update(key).digest('hex');
  return { id: ingestKeyId(key, hash), plan: 'shop', scopes, hash, ...changes };
}

export interface ReceivingOptions extends Pick<IntakeOptions, 'secrets' | 'proberKey' | 'spoolLimits'> {
  readonly clock?: Clock;
  /** One in memory without it. */
  readonly disk?: Disk;
  readonly server?: ServedOptions;
  /** The telemetry store takes a batch once this resolves, and refuses it when this rejects. */
  readonly beforeStored?: () => Promise<void>;
}

/** A plan without anything in it: whatever is sent is taken. */
const EMPTY_PLAN = { tests: {}, sources: {} } as unknown as CompiledPlan;

/** Intake behind its own server, in real time; the telemetry store is a list. */
export class Receiving {
  readonly clock: Clock;
  /** Its executor hears every event that is taken, once it is durable. */
  readonly heard: CountingExecutor;
  readonly stored: StoredEvent[] = [];
  readonly log: string[] = [];
  readonly gate: Gate;
  readonly #options: ReceivingOptions;
  readonly #disk: Disk;
  #intake: Intake | undefined;
  #server: RunningServer | undefined;
  readonly #others: RunningServer[] = [];

  private constructor(options: ReceivingOptions) {
    this.clock = options.clock ?? createSystemClock();
    this.heard = new CountingExecutor(this.clock.now());
    this.gate = options.server?.gate ?? createGate(this.clock, options.server?.requestsPerKey);
    this.#options = options;
    this.#disk = options.disk ?? new VolatileDisk();
  }

  static async start(options: ReceivingOptions = {}): Promise<Receiving> {
    const receiving = new Receiving(options);
    await receiving.#start();
    return receiving;
  }

  get intake(): Intake {
    if (this.#intake === undefined) throw new Error('It was not started.');
    return this.#intake;
  }

  get port(): number {
    if (this.#server === undefined) throw new Error('It was not started.');
    return this.#server.port;
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  /** What the core says of the plan `shop`, whose text may be left out, and of empty ones of the keys; resolves when intake goes by it. */
  async configure(keys: readonly IngestKey[], plan?: string): Promise<void> {
    const files = plan === undefined ? [] : [{ path: 'plan.yaml', text: plan }];
    const names = new Set(['shop', ...keys.map((key) => key.plan)]);
    const plans = [...names].map((name) => ({ name, version: 1, files: name === 'shop' ? files : [], watermark: 0 }));
    this.intake.connect(() => {}).receive({ type: 'configure', plans, keys });
    // Keys count once the disk holds the plans.
    const isThere = (): boolean => this.intake.knowsAllPlans && [...names].every((name) => this.intake.takes(name));
    await vi.waitUntil(isThere, { timeout: 20_000, interval: 5 });
  }

  /** Another server before the same intake, which ends with it. */
  async serveToo(options: ServedOptions): Promise<RunningServer> {
    const server = await serve(this.intake, { clock: this.clock, log: (line) => this.log.push(line), ...options });
    this.#others.push(server);
    return server;
  }

  /** OTLP over gRPC before the same intake, which ends with it. */
  async serveGrpc(options: Partial<OtlpGrpcOptions> = {}): Promise<RunningServer> {
    const { intake, clock, gate } = this;
    const log = (line: string): unknown => this.log.push(line);
    const server = await startOtlpGrpc({ intake, host: '127.0.0.1', port: 0, clock, log, gate, ...options });
    this.#others.push(server);
    return server;
  }

  /** As a process that ends and starts again over the same disk does. */
  async restart(): Promise<void> {
    await this.stop();
    await this.#start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#server, ...this.#others.splice(0)].map((server) => server?.stop(1_000)));
    await this.#intake?.stop();
  }

  async #start(): Promise<void> {
    const { secrets, proberKey, spoolLimits, server } = this.#options;
    const { clock, heard, gate } = this;
    const log = (line: string): unknown => this.log.push(line);
    this.#intake = await createIntake({
      disk: this.#disk,
      clock,
      random: seededRandom(5),
      log,
      executors: { create: () => heard, restore: () => heard },
      compile: ({ files }) => (files.length === 0 ? EMPTY_PLAN : compilePlan(files).plan),
      events: {
        insert: async (_id, blocks) => {
          await this.#options.beforeStored?.();
          this.stored.push(...eventsOf(blocks));
        },
      },
      readings: { write: async () => {} },
      ...(secrets === undefined ? {} : { secrets }),
      ...(proberKey === undefined ? {} : { proberKey }),
      ...(spoolLimits === undefined ? {} : { spoolLimits }),
    });
    this.#server = await serve(this.#intake, { clock, log, gate, ...server });
  }
}
