import type { ClickHouseSettings } from '@clickhouse/client';
import { WatchbillError } from '#kernel/error-codes.ts';
import type { DurationMs, Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import type { Predicate } from '#plan/model.ts';
import type { SqlParameters } from '#signals/sql/parameters.ts';
import { predicateSql } from '#signals/sql/predicate-sql.ts';
import { queryLimits } from '#storage/clickhouse/series.ts';

/** Which records are looked for. */
export interface LogScope {
  readonly plan: string;
  /** Names of events, at least one. */
  readonly names: readonly string[];
  /** Half open. */
  readonly from: Instant;
  readonly to: Instant;
  readonly where?: Predicate;
  readonly units?: Readonly<Record<string, string>>;
}

/** The condition of a scope, in an order that uses the table's own. */
export function scopeSql(scope: LogScope, parameters: SqlParameters): string {
  const { plan, names, where } = scope;
  const [only] = names;
  const name =
    names.length === 1 && only !== undefined
      ? `name = ${parameters.add('String', only)}`
      : `name in ${parameters.add('Array(String)', names)}`;
  return [
    `plan = ${parameters.add('String', plan)}`,
    name,
    `ts >= ${instantSql(scope.from, parameters)}`,
    `ts < ${instantSql(scope.to, parameters)}`,
    ...(where === undefined ? [] : [predicateSql(where, parameters, scope.units)]),
  ].join(' and ');
}

export function instantSql(at: Instant, parameters: SqlParameters): string {
  return `fromUnixTimestamp64Milli(${parameters.add('Int64', Math.trunc(at))}, 'UTC')`;
}

/** The time that one search has, over all its questions. */
export class SearchTime {
  readonly #clock: Clock;
  readonly #endsAt: number;

  constructor(clock: Clock, forMs: DurationMs = limits.logSearchMs) {
    this.#clock = clock;
    this.#endsAt = clock.monotonicMs() + forMs;
  }

  get leftMs(): DurationMs {
    return Math.max(0, this.#endsAt - this.#clock.monotonicMs());
  }

  /** Limits of the next question; the store measures time in whole milliseconds and knows no zero. */
  get settings(): ClickHouseSettings {
    return {
      ...queryLimits,
      max_execution_time: Math.max(0.05, this.leftMs / 1_000),
      // Whoever has gone does not wait for the answer.
      cancel_http_readonly_queries_on_client_close: 1,
    };
  }
}

/** Whether a question was given up because of its own size: of time, of memory, or of a pattern that is too large to be compiled. */
export function isTooLarge(caught: unknown): boolean {
  const code = caught instanceof Error ? String((caught as Error & { readonly code?: unknown }).code ?? '') : '';
  return code === '159' || code === '160' || code === '241' || code === '427';
}

/** What a question that is too large is answered with. */
export function tooLarge(what: string): WatchbillError {
  return new WatchbillError(
    'search-too-large',
    `${what} took more than ${limits.logSearchMs / 1_000} s or the memory that one search may take.`,
    'query',
  );
}
