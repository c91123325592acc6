import type {
  ApplyVersionRequest,
  LaunchAnswer,
  PlanVersionsAnswer,
  PlanVersionWithFiles,
} from '#contract/plan-versions.ts';
import type { ApplyAnswer, ApplyRequest } from '#contract/plans.ts';

/** Who applies a plan, and whether they may say where the server's secrets go: those are every plan's. */
export interface PlanAuthor {
  readonly by: string;
  readonly maySetSecrets: boolean;
}

/** Throws `WatchbillError` for what a client did wrong or has to wait for. */
export interface PlanServices {
  apply(request: ApplyRequest, author: PlanAuthor): Promise<ApplyAnswer>;
  versions(plan: string): Promise<PlanVersionsAnswer>;
  version(plan: string, version: number | 'current'): Promise<PlanVersionWithFiles>;
  /** Throws `plan-renamed` when the text is of another plan, and `version-conflict` when somebody was faster. */
  applyVersion(plan: string, request: ApplyVersionRequest, author: PlanAuthor): Promise<ApplyAnswer>;
  /** Throws `version-conflict` when the plan has changed, and `already-done` when it has its T+0. */
  launch(plan: string, expectedVersion: number, by: string): Promise<LaunchAnswer>;
}
