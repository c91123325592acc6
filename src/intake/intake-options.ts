import type { Instant } from '#kernel/instant.ts';
import type { Clock, Disk, Random, Transport } from '#kernel/ports.ts';
import type { CompiledPlan } from '#plan/model.ts';
import type { ExecutorFactory } from './host.ts';
import type { ConfiguredPlan, SignalReading } from './link.ts';
import type { EventSink } from './loader.ts';
import type { HistorySource } from './recollection.ts';
import type { Secrets } from './secrets.ts';
import type { SpoolOptions } from './spool/spool.ts';

/** Readings for charts, every `limits.readingsEveryMs`. A failure costs points of a curve, nothing else. */
export interface ReadingSink {
  write(plan: string, at: Instant, readings: readonly SignalReading[]): Promise<void>;
}

export interface IntakeOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: (message: string) => void;
  readonly executors: ExecutorFactory;
  /** Compiles a plan's files; undefined when they do not compile, and the plan then has no windows. */
  readonly compile: (plan: ConfiguredPlan) => CompiledPlan | undefined;
  readonly events: EventSink;
  readonly readings: ReadingSink;
  /** Without it what was before availabilities were there is unknown. */
  readonly history?: HistorySource;
  /** What plans in force name; without it nothing that they name is known. */
  readonly secrets?: Secrets;
  /** The way to the targets of `scrapes`; without it none is asked. */
  readonly transport?: Transport;
  /** What the server's own prober shows; without it there is none. */
  readonly proberKey?: string;
  /** Told whenever other plans are in force than before. */
  readonly onPlans?: (plans: ReadonlyMap<string, CompiledPlan>) => void;
  /** How late this process does what is due; undefined while it is not known. */
  readonly eventLoopDelayMs?: () => number | undefined;
  /** Other limits than the catalogue's, for tests that reach them. */
  readonly spoolLimits?: Partial<SpoolOptions['limits']>;
}
