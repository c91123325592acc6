import type { HealthAnswer, ProcessHealthAnswer } from '#contract/health.ts';
import type { DurationMs } from '#kernel/instant.ts';

export interface HealthServices {
  /** `wanted` says which plans the caller may read. */
  health(wanted: (plan: string) => boolean): Promise<HealthAnswer>;
  stop(): void;
}

/** What the machine says of our processes. */
export interface MachineHealth {
  processes(): Promise<readonly ProcessHealthAnswer[]>;
  disk(): Promise<{ readonly freeBytes: number; readonly totalBytes: number }>;
  /** Of this process, over the last 10 seconds. */
  eventLoopDelayMs(): DurationMs | undefined;
}

/** One store, asked something simple and what it is. Throws when it cannot answer. */
export interface StoreProbe {
  readonly name: 'PostgreSQL' | 'telemetry store';
  ask(): Promise<void>;
  figures(): Promise<{ readonly version: string; readonly bytes: number; readonly migration: number }>;
}
