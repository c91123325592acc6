import type { LogContextAnswer, LogPageAnswer, LogSummaryAnswer, QuerySyntax } from '#contract/logs.ts';
import type { Actor } from '../actor.ts';

/** What narrows every question about logs, as it was asked. */
export interface LogQuestion {
  readonly query?: string;
  readonly syntax?: QuerySyntax;
  readonly search?: string;
  readonly events?: string;
  readonly level?: string;
}

export interface LogRange {
  readonly from?: string;
  readonly to?: string;
}

/**
 * Stored log lines. Throws `not-found` for a plan or search that is not there, `search-unreadable`, `search-too-large`, and `telemetry-away` without
 * the telemetry store. What is asked is given up when `gone` is aborted.
 */
export interface LogServices {
  list(
    plan: string,
    question: LogQuestion & LogRange & { readonly before?: string; readonly limit: number },
    gone: AbortSignal,
  ): Promise<LogPageAnswer>;
  summarise(
    plan: string,
    question: LogQuestion & LogRange & { readonly fields: string },
    gone: AbortSignal,
  ): Promise<LogSummaryAnswer>;
  context(
    plan: string,
    question: { readonly line: string; readonly at: string; readonly events?: string; readonly lines: number },
    gone: AbortSignal,
  ): Promise<LogContextAnswer>;
  /** A JSON message a line. Throws `too-many-streams` at the limits. */
  follow(
    plan: string,
    question: LogQuestion,
    reader: { readonly actor: Actor; readonly stillAllowed: () => Promise<boolean>; readonly gone: AbortSignal },
  ): Promise<ReadableStream<Uint8Array>>;
  /** Ends every tail. */
  stop(): void;
}
