import { formatInstant, type Instant } from '#kernel/instant.ts';
import type { Clock } from '#kernel/ports.ts';

/** The processes of one server, as its health page names them. */
export type ProcessName = 'core' | 'intake' | 'prober' | 'telemetry store' | 'PostgreSQL' | 'supervisor';

/** How one of them is, as the supervisor knows it. */
export interface ProcessReport {
  readonly name: ProcessName;
  /** `outside`: not one of ours. */
  readonly state: 'running' | 'starting' | 'ended' | 'outside';
  readonly pid?: number;
  readonly startedAt?: string;
  /** Since the supervisor started. */
  readonly restarts?: number;
}

/** What the supervisor knows of the processes, for the core to show. */
export class ProcessBoard {
  readonly #clock: Clock;
  readonly #reports = new Map<ProcessName, ProcessReport>();
  readonly #starts = new Map<ProcessName, number>();
  /** Called after every change. */
  onChange: (reports: readonly ProcessReport[]) => void = () => {};

  constructor(clock: Clock, pid: number) {
    this.#clock = clock;
    this.running('supervisor', pid);
  }

  get reports(): readonly ProcessReport[] {
    return [...this.#reports.values()];
  }

  /** A process of ours begins, or begins again. */
  running(name: ProcessName, pid: number | undefined): void {
    const starts = (this.#starts.get(name) ?? 0) + 1;
    this.#starts.set(name, starts);
    this.#set(name, {
      name,
      state: 'running',
      startedAt: formatInstant(this.#clock.now() satisfies Instant),
      restarts: starts - 1,
      ...(pid === undefined ? {} : { pid }),
    });
  }

  /** It is not there now, and comes again; before its first start it is only starting. */
  ended(name: ProcessName): void {
    const starts = this.#starts.get(name) ?? 0;
    this.#set(name, { name, state: starts === 0 ? 'starting' : 'ended', restarts: Math.max(0, starts - 1) });
  }

  /** It is not wanted any more. */
  gone(name: ProcessName): void {
    this.#reports.delete(name);
    this.#starts.delete(name);
    this.onChange(this.reports);
  }

  /** It is somebody else's, who looks after it. */
  outside(name: ProcessName): void {
    this.#set(name, { name, state: 'outside' });
  }

  #set(name: ProcessName, report: ProcessReport): void {
    this.#reports.set(name, report);
    this.onChange(this.reports);
  }
}
