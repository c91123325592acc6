import type { QuerySyntax } from '#contract/logs.ts';
import { readQuery } from '#insight/log-search/read-query.ts';
import type { LogScope } from '#insight/log-search/scope.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { HOUR_MS, type Instant, parseInstant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { CompiledPlan, Predicate } from '#plan/model.ts';
import type { LogQuestion, LogRange } from './services.ts';

export interface ReadQuestion {
  readonly syntax: QuerySyntax;
  readonly scope: Omit<LogScope, 'from' | 'to'>;
}

/** What is looked for, of the query, the levels and the plan's search together. Throws `search-unreadable` and `not-found`. */
export function readQuestion(name: string, plan: CompiledPlan | undefined, question: LogQuestion): ReadQuestion {
  const search = plan?.searches?.find((one) => one.name === question.search);
  if (question.search !== undefined && search === undefined) {
    throw new WatchbillError('not-found', `The plan has no search "${question.search}".`, question.search);
  }
  const units = search?.units ?? {};
  const read = readQuery(question.query ?? '', question.syntax, units);
  if (!read.ok) {
    const { message, hint, start } = read.failure;
    throw new WatchbillError(
      'search-unreadable',
      hint === undefined ? message : `${message} ${hint}`,
      `query, column ${start + 1}`,
    );
  }
  const levels = question.level === undefined ? [] : readList(question.level, limits.logSearchNames, 'level');
  const of: Predicate[] = [
    ...(levels.length === 0 ? [] : [{ kind: 'in' as const, field: 'level', values: levels }]),
    ...(search?.where === undefined ? [] : [search.where]),
    ...(read.value.predicate === undefined ? [] : [read.value.predicate]),
  ];
  return {
    syntax: read.value.syntax,
    scope: {
      plan: name,
      names: search === undefined ? readEvents(question.events) : [search.event],
      ...(of.length === 0 ? {} : { where: { kind: 'and', of } }),
      units,
    },
  };
}

/** Names of events that count as log lines. */
export function readEvents(text: string | undefined): readonly string[] {
  return text === undefined ? ['log'] : readList(text, limits.logSearchNames, 'events');
}

/** Parts between commas, without those that are empty or there twice. */
export function readList(text: string, most: number, where: string): readonly string[] {
  const parts = [...new Set(text.split(',').map((part) => part.trim()))].filter((part) => part !== '');
  if (parts.length === 0 || parts.length > most) {
    throw new WatchbillError('invalid-request', `\`${where}\` takes 1 to ${most} names with commas between.`, where);
  }
  return parts;
}

/** The last hour unless given. */
export function readRange(range: LogRange, now: Instant): { readonly from: Instant; readonly to: Instant } {
  const to = (range.to === undefined ? undefined : parseInstant(range.to)) ?? now + limits.futureMs;
  const from = (range.from === undefined ? undefined : parseInstant(range.from)) ?? Math.min(to, now) - HOUR_MS;
  if (from >= to) throw new WatchbillError('invalid-request', 'The range ends before it begins.', 'from');
  if (to - from > limits.seriesRangeMs) {
    throw new WatchbillError('invalid-request', 'A range is at most 400 days long.', 'from');
  }
  return { from, to };
}
