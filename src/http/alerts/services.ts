import type { AlertDetailAnswer, AlertPage, AlertSummary } from '#contract/alerts.ts';
import type { AcknowledgeCommand } from '#engine/commands.ts';

/** Throw `not-found` for a plan or alert that is not there. */
export interface AlertServices {
  list(
    plan: string,
    query: {
      readonly state?: 'open' | 'resolved' | undefined;
      readonly rule?: string | undefined;
      readonly severity?: string | undefined;
      readonly before?: number | undefined;
      readonly limit: number;
    },
  ): Promise<AlertPage>;
  get(plan: string, alert: string): Promise<AlertDetailAnswer>;
  /** Throws `version-conflict` or `already-done` with who was faster. */
  acknowledge(plan: string, command: AcknowledgeCommand): Promise<AlertSummary>;
}
