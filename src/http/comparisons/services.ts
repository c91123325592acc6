import type { ComparisonAnswer, ComparisonDetailAnswer } from '#contract/comparisons.ts';
import type { Via } from '#core/via.ts';
import type { CloseComparisonCommand } from '#engine/commands.ts';

/** A list that somebody uploads. */
export interface UploadCommand {
  readonly comparison: string;
  /** CSV. */
  readonly list: string;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** So many differences are shown. */
  readonly limit: number;
  readonly by: string;
  readonly via: Via;
}

/** Lists held against the system. Throw `not-found` for a plan or comparison that is not there. */
export interface ComparisonServices {
  list(plan: string): Promise<{ comparisons: ComparisonAnswer[] }>;
  get(plan: string, comparison: string, limit: number): Promise<ComparisonDetailAnswer>;
  /** Throws `list-unreadable` with the line, `telemetry-away` without the telemetry store. */
  upload(plan: string, command: UploadCommand): Promise<ComparisonDetailAnswer>;
  /** These throw `version-conflict` or `already-done` with who was faster. */
  settle(plan: string, command: CloseComparisonCommand): Promise<ComparisonAnswer>;
  notAvailable(plan: string, command: CloseComparisonCommand): Promise<ComparisonAnswer>;
}
