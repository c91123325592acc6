import type { Core } from '#engine/core-process.ts';
import { readContext } from '#insight/log-search/context.ts';
import { findLogs } from '#insight/log-search/find-logs.ts';
import { SearchTime } from '#insight/log-search/scope.ts';
import { summarise } from '#insight/log-search/summarise.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { formatInstant, parseInstant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import type { AskTelemetry } from '#storage/clickhouse/within.ts';
import { readCursor, viewEvent, writeCursor } from '../data/data-view.ts';
import { requirePlan } from '../known-plan.ts';
import { readEvents, readList, readQuestion, readRange } from './log-question.ts';
import { LogTails } from './log-tails.ts';
import type { LogServices } from './services.ts';

export interface LogServicesOptions {
  readonly core: Pick<Core, 'plans' | 'lastWorld' | 'intakeStatus'>;
  readonly askTelemetry: AskTelemetry;
  readonly clock: Clock;
}

/** The search of logs over the telemetry store. */
export function createLogServices({ core, askTelemetry, clock }: LogServicesOptions): LogServices {
  const tails = new LogTails(askTelemetry, clock);
  const read = (plan: string, question: Parameters<typeof readQuestion>[2]) => {
    requirePlan(core, plan);
    return readQuestion(plan, core.lastWorld(plan)?.plan, question);
  };
  return {
    async list(plan, { before, limit, ...question }, gone) {
      const { syntax, scope } = read(plan, question);
      const { from, to } = readRange(question, clock.now());
      const cursor = before === undefined ? undefined : readCursor(before);
      if (before !== undefined && cursor === undefined) {
        throw new WatchbillError('invalid-request', 'This is not the `next` of an earlier page.', 'before');
      }
      const query = {
        scope: { ...scope, from, to },
        limit: limit + 1,
        time: new SearchTime(clock),
        ...(cursor === undefined ? {} : { before: cursor }),
      };
      const [found, intake] = await Promise.all([
        askTelemetry((client, signal) => findLogs(client, query, AbortSignal.any([signal, gone]))),
        core.intakeStatus(),
      ]);
      const lines = found.events.slice(0, limit);
      const last = lines.at(-1);
      return {
        syntax,
        events: [...scope.names],
        from: formatInstant(from),
        to: formatInstant(to),
        lines: lines.map(viewEvent),
        ...(found.events.length > limit && last !== undefined ? { next: writeCursor(last) } : {}),
        searchedTo: formatInstant(found.searchedTo),
        complete: found.complete,
        segmentsWaiting: intake?.segmentsWaiting ?? 0,
      };
    },
    async summarise(plan, { fields, ...question }, gone) {
      const { syntax, scope } = read(plan, question);
      const { from, to } = readRange(question, clock.now());
      const query = {
        scope: { ...scope, from, to },
        fields: readList(fields, limits.logFacetFields, 'fields'),
        time: new SearchTime(clock),
      };
      const { histogram, facets, sampledOneIn } = await askTelemetry((client, signal) =>
        summarise(client, query, AbortSignal.any([signal, gone])),
      );
      const levels = histogram.levels.map(({ level, counts }) => ({ level, counts: [...counts] }));
      return {
        syntax,
        events: [...scope.names],
        from: formatInstant(from),
        to: formatInstant(to),
        start: formatInstant(histogram.from),
        stepMs: histogram.stepMs,
        levels,
        total: levels.reduce((sum, { counts }) => sum + counts.reduce((all, count) => all + count, 0), 0),
        facets: facets.map(({ field, values, more }) => ({ field, values: [...values], more })),
        sampledOneIn,
      };
    },
    async context(plan, { line, at, events, lines }, gone) {
      requirePlan(core, plan);
      const cursor = { at: parseInstant(at) ?? 0, id: line };
      const query = { plan, names: readEvents(events), line: cursor, lines, time: new SearchTime(clock) };
      const found = await askTelemetry((client, signal) => readContext(client, query, AbortSignal.any([signal, gone])));
      if (found === undefined) throw new WatchbillError('not-found', `There is no line "${line}" at ${at}.`, 'line');
      return {
        lines: found.events.map(viewEvent),
        sameAs: found.sameAs.map(([field, value]) => ({ field, value })),
      };
    },
    async follow(plan, question, reader) {
      const { scope } = read(plan, question);
      return tails.open(scope, reader);
    },
    stop: () => tails.stop(),
  };
}
