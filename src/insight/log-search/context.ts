import type { ClickHouseClient } from '@clickhouse/client';
import { limits } from '#kernel/limits.ts';
import type { Predicate } from '#plan/model.ts';
import type { EventCursor, StoredEvent } from '#storage/clickhouse/data.ts';
import { findLogs, findLogsAfter } from './find-logs.ts';
import type { SearchTime } from './scope.ts';

/** What tells one sender from another, the narrowest first: lines of another of them are no context. */
const SENDER_FIELDS = ['container.id', 'k8s.pod.name', 'host.name', 'host'] as const;

export interface LogContext {
  /** Oldest first, the line itself among them. */
  readonly events: readonly StoredEvent[];
  /** What all of them have in common, as field and value. */
  readonly sameAs: readonly (readonly [field: string, value: string])[];
}

/** The lines around one of them from the same service and host. Undefined when there is no such line. */
export async function readContext(
  client: ClickHouseClient,
  query: {
    readonly plan: string;
    readonly names: readonly string[];
    readonly line: EventCursor;
    readonly lines: number;
    readonly time: SearchTime;
  },
  signal: AbortSignal,
): Promise<LogContext | undefined> {
  const { plan, names, line, lines, time } = query;
  const itself: Predicate = { kind: 'compare', field: 'event_id', operator: '=', value: line.id };
  const instant = { plan, names, from: line.at, to: line.at + 1 };
  const { events } = await findLogs(client, { scope: { ...instant, where: itself }, limit: 1, time }, signal);
  const [event] = events;
  if (event === undefined) return undefined;
  const sameAs = commonOf(event);
  const of: Predicate[] = sameAs.map(([field, value]) => ({ kind: 'compare', field, operator: '=', value }));
  const around = { plan, names, ...(of.length === 0 ? {} : { where: { kind: 'and' as const, of } }) };
  const before = findLogs(
    client,
    { scope: { ...around, from: line.at - limits.logContextMs, to: line.at + 1 }, before: line, limit: lines, time },
    signal,
  );
  const after = findLogsAfter(
    client,
    { scope: { ...around, from: line.at, to: line.at + limits.logContextMs }, after: line, limit: lines, time },
    signal,
  );
  const [older, newer] = await Promise.all([before, after]);
  return { events: [...older.events.toReversed(), event, ...newer], sameAs };
}

function commonOf(event: StoredEvent): LogContext['sameAs'] {
  const sender = SENDER_FIELDS.find((field) => typeof event.attributes[field] === 'string');
  return (['service', ...(sender === undefined ? [] : [sender])] as const).flatMap((field) => {
    const value = event.attributes[field];
    return typeof value === 'string' && value !== '' ? [[field, value] as const] : [];
  });
}
