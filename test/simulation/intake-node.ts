import type { ExecutorFactory } from '#intake/host.ts';
import { createIntake, type Intake } from '#intake/intake.ts';
import type { Disk } from '#kernel/ports.ts';
import { createLiveExecutor, restoreLiveExecutor } from '#signals/live-executor.ts';
import type { Coverage } from './coverage.ts';
import type { Faults } from './faults.ts';
import type { Scheduler, SimulatedProcess } from './scheduler.ts';
import type { SimulatedDisk } from './simulated-disk.ts';
import { versionOf, watchedPlan } from './watched-plan.ts';

export interface IntakeNodeOptions {
  readonly scheduler: Scheduler;
  readonly faults: () => Faults;
  readonly coverage: Coverage;
  readonly disk: SimulatedDisk;
  /** What the telemetry store holds, by segment. */
  readonly loaded: Set<string>;
  readonly alterDisk: (disk: Disk) => Disk;
  /** Makes the windows of what intake runs differ from those of the plan, for a planted bug. */
  readonly stretchWindowsByMs: number;
  /** The plan has the rules in which people have a say. */
  readonly withPeople: boolean;
  /** The instant at which windows were first begun. */
  readonly onExecutorMade: (at: number) => void;
  readonly onProblem: (message: string) => void;
}

/** Intake without HTTP and sockets, started again whenever it dies. */
export class IntakeNode {
  process: SimulatedProcess;
  intake: Intake | undefined;
  readonly #options: IntakeNodeOptions;
  #life = 0;

  constructor(options: IntakeNodeOptions) {
    this.#options = options;
    this.process = this.#start();
  }

  kill(): void {
    if (!this.process.alive) return;
    this.process.alive = false;
    this.intake = undefined;
    const { scheduler } = this.#options;
    scheduler.after(scheduler.chance.between(50, 2_500), () => {
      this.process = this.#start();
    });
  }

  #start(): SimulatedProcess {
    const { scheduler, disk, alterDisk, onProblem } = this.#options;
    this.#life += 1;
    const process: SimulatedProcess = { name: `intake ${this.#life}`, alive: true, pausedUntil: 0 };
    createIntake({
      disk: alterDisk(disk.portOf(process)),
      clock: scheduler.clockOf(process),
      random: scheduler.randomOf(),
      log: (message) => {
        if (message.startsWith('The windows of plan')) onProblem(message);
      },
      executors: this.#executors(),
      compile: (plan) => watchedPlan(versionOf(plan.files), this.#options.stretchWindowsByMs, this.#options.withPeople),
      events: { insert: (segment) => this.#insert(segment, process) },
      readings: { write: async () => {} },
    }).then(
      (intake) => {
        if (process.alive) this.intake = intake;
      },
      () => this.kill(),
    );
    return process;
  }

  #executors(): ExecutorFactory {
    return {
      create: (plan, at) => {
        this.#options.onExecutorMade(at);
        return createLiveExecutor(plan, at);
      },
      restore: (plan, bytes) => {
        const restored = restoreLiveExecutor(plan, bytes);
        return restored.ok ? restored.value : undefined;
      },
    };
  }

  #insert(segment: string, process: SimulatedProcess): Promise<void> {
    const { scheduler, faults, coverage, loaded } = this.#options;
    return new Promise((resolve, reject) => {
      if (!process.alive) return;
      const refused = scheduler.chance.happens(faults().telemetryRefuses);
      scheduler.after(
        scheduler.chance.between(1, 30),
        () => {
          if (refused) {
            coverage.see('telemetry store refused');
            return reject(new Error('The telemetry store refuses.'));
          }
          loaded.add(segment);
          resolve();
        },
        process,
      );
    });
  }
}
