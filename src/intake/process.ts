import type { ClickHouseClient } from '@clickhouse/client';
import type { Instant } from '#kernel/instant.ts';
import type { Clock, Disk, Random, Transport } from '#kernel/ports.ts';
import { compilePlan } from '#plan/compile.ts';
import type { CompiledPlan } from '#plan/model.ts';
import { createLiveExecutor, restoreLiveExecutor } from '#signals/live-executor.ts';
import { type ClickHouseAddress, openClickHouse } from '#storage/clickhouse/client.ts';
import { insertReadings } from '#storage/clickhouse/events.ts';
import { createGate } from './gate.ts';
import type { ExecutorFactory } from './host.ts';
import { createIntake } from './intake.ts';
import type { ReadingSink } from './intake-options.ts';
import type { ConfiguredPlan } from './link.ts';
import { startLink } from './link-client.ts';
import { type OtlpGrpcOptions, startOtlpGrpc } from './otlp/grpc.ts';
import type { HistorySource } from './recollection.ts';
import type { Secrets } from './secrets.ts';
import { type RunningServer, startServer } from './server.ts';
import { createNodeDisk } from './spool/node-disk.ts';
import { createThreadedSink } from './threaded-sink.ts';

export interface IntakeProcessOptions {
  /** The spool, the snapshots and the last configuration are kept in it. */
  readonly dataFolder: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Of OTLP over gRPC; without it that is not listened for. */
  readonly grpcPort?: number;
  readonly host: string;
  /** The core's socket. */
  readonly linkPath: string;
  readonly clickhouse: ClickHouseAddress;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: (message: string) => void;
  /** How late this process does what is due; undefined while it is not known. */
  readonly eventLoopDelayMs?: () => number | undefined;
  /** Without them what plans name is never known. */
  readonly secrets?: Secrets;
  /** The way to the targets of `scrapes`; without it none is asked. */
  readonly transport?: Transport;
  /** What the store knows of the time before windows were there; without it that is unknown. */
  readonly history?: (client: ClickHouseClient) => HistorySource;
  /** What the server's own prober shows; without it there is none. */
  readonly proberKey?: string;
  /** Told whenever other plans are in force than before. */
  readonly onPlans?: (plans: ReadonlyMap<string, CompiledPlan>) => void;
  /** Another disk than the data folder's. */
  readonly disk?: Disk;
}

export interface IntakeProcess {
  readonly port: number;
  /** The oldest receipt of what the telemetry store does not have yet; undefined when it has everything that is sealed. */
  loadsFrom(): Instant | undefined;
  /** Stops listening, lets requests end, makes everything durable and leaves a snapshot. */
  stop(): Promise<void>;
}

const STOP_GRACE_MS = 5_000;

/** Intake as a process: HTTP for all that sends, the link to the core, the loader to ClickHouse. Resolves when it listens. */
export async function runIntake(options: IntakeProcessOptions): Promise<IntakeProcess> {
  const { dataFolder, port, host, linkPath, clickhouse, clock, random, log } = options;
  const client = openClickHouse(clickhouse);
  const events = createThreadedSink(clickhouse);
  const intake = await createIntake({
    disk: options.disk ?? createNodeDisk(dataFolder),
    clock,
    random,
    log,
    executors: liveExecutors(log),
    compile: (plan) => compileConfigured(plan, log),
    events,
    readings: readingSink(client),
    ...(options.history === undefined ? {} : { history: options.history(client) }),
    ...(options.secrets === undefined ? {} : { secrets: options.secrets }),
    ...(options.transport === undefined ? {} : { transport: options.transport }),
    ...(options.proberKey === undefined ? {} : { proberKey: options.proberKey }),
    ...(options.onPlans === undefined ? {} : { onPlans: options.onPlans }),
    ...(options.eventLoopDelayMs === undefined ? {} : { eventLoopDelayMs: options.eventLoopDelayMs }),
  });
  const gate = createGate(clock);
  const server = await startServer({ intake, host, port, clock, log, gate });
  const grpcServer =
    options.grpcPort === undefined
      ? undefined
      : await listenForGrpc({ intake, host, port: options.grpcPort, clock, log, gate });
  const stopLink = startLink({ path: linkPath, intake, clock, random, log });
  return {
    port: server.port,
    loadsFrom: () => intake.status().oldestWaitingAt,
    async stop() {
      await Promise.all([server.stop(STOP_GRACE_MS), grpcServer?.stop(STOP_GRACE_MS)]);
      // A store that hangs may not hold the end up: what it did not take is loaded after the next start.
      const cancel = clock.after(STOP_GRACE_MS, () => void events.close());
      await intake.stop();
      cancel();
      stopLink();
      await events.close();
      await client.close();
    },
  };
}

/** Everything else is taken in without it, so a port that is taken is said and no reason to stop. */
async function listenForGrpc(options: OtlpGrpcOptions): Promise<RunningServer | undefined> {
  try {
    return await startOtlpGrpc(options);
  } catch (problem) {
    options.log(`OTLP over gRPC is not taken in: ${problem instanceof Error ? problem.message : String(problem)}`);
    return undefined;
  }
}

/** The production's executors; windows whose snapshot cannot be read begin empty. */
export function liveExecutors(log: (message: string) => void): ExecutorFactory {
  return {
    create: createLiveExecutor,
    restore: (plan, bytes) => {
      const restored = restoreLiveExecutor(plan, bytes);
      if (restored.ok) return restored.value;
      log(restored.failure.message);
      return undefined;
    },
  };
}

/** A plan that was launched by command has its T+0 from the core. */
export function compileConfigured(plan: ConfiguredPlan, log: (message: string) => void): CompiledPlan | undefined {
  const { plan: compiled, diagnostics } = compilePlan(plan.files);
  if (compiled === undefined) {
    log(`Plan ${plan.name}: ${diagnostics.length} findings, the first: ${JSON.stringify(diagnostics[0])}`);
    return undefined;
  }
  return plan.launchedAt === undefined ? compiled : { ...compiled, launch: compiled.launch ?? plan.launchedAt };
}

function readingSink(client: ReturnType<typeof openClickHouse>): ReadingSink {
  return {
    async write(plan, at, readings) {
      await insertReadings(
        client,
        `readings-${plan}-${at}`,
        readings.map((reading) => ({ plan, ...reading })),
      );
    },
  };
}
