import type { ErrorDetailAnswer, ErrorListAnswer, ErrorStateAnswer } from '#contract/errors.ts';

/** What a list of groups is narrowed to, and how it is ordered. */
export interface ErrorListRequest {
  readonly from?: string;
  readonly to?: string;
  readonly state?: ErrorStateCommand['state'];
  readonly service?: string;
  readonly environment?: string;
  readonly release?: string;
  readonly level?: string;
  readonly text?: string;
  readonly sort: 'last' | 'count' | 'users' | 'first';
  readonly limit: number;
}

export interface ErrorStateCommand {
  readonly error: string;
  readonly state: 'open' | 'resolved' | 'ignored';
  readonly inNextRelease: boolean;
  readonly by: string;
  readonly expectedVersion: number;
}

/** Groups of errors. Throws `not-found` for a plan or group that is not there, `telemetry-away` without the telemetry store. */
export interface ErrorServices {
  list(plan: string, query: ErrorListRequest): Promise<ErrorListAnswer>;
  detail(
    plan: string,
    error: string,
    range: { readonly from?: string; readonly to?: string },
  ): Promise<ErrorDetailAnswer>;
  /** Throws `version-conflict` when somebody was faster. */
  change(plan: string, command: ErrorStateCommand): Promise<ErrorStateAnswer>;
}
