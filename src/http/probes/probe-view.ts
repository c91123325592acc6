import type { ProbeHistoryAnswer, ProbeResultAnswer, UptimeAnswer } from '#contract/probes.ts';
import type { ResultBucket, StoredResult } from '#insight/probes/read-probes.ts';
import { formatInstant, type Instant } from '#kernel/instant.ts';
import { partsOf, type Segment, timesOf, uptimeOf } from '#plan/availability.ts';
import type { Confirmation } from '#plan/probe.ts';

/** Attributes of an event `check` that stand elsewhere in the answer, or say how it was made. */
const HEAD = new Set([
  ...['probe', 'service', 'location', 'outcome', 'reason', 'message', 'evidence', 'kind', 'due', 'part'],
]);

/** A result for people. */
export function viewResult({ id, location, at, outcome, durationMs, texts, numbers }: StoredResult): ProbeResultAnswer {
  const text = (name: 'reason' | 'message' | 'evidence') => (texts[name] === undefined ? {} : { [name]: texts[name] });
  return {
    id,
    location,
    at: formatInstant(at),
    outcome,
    ...(durationMs === null ? {} : { durationMs }),
    ...text('reason'),
    ...text('message'),
    ...text('evidence'),
    fields: Object.fromEntries(
      Object.entries<string | number>({ ...texts, ...numbers }).filter(
        ([name]) => !HEAD.has(name) && !name.startsWith('time.'),
      ),
    ),
  };
}

/** What a look waits for. */
export function viewConfirmation({ source, event, field, withinMs }: Confirmation): ProbeHistoryAnswer['confirm'] {
  return { source: source ?? event, field, withinMs };
}

/** How much of a time it was up, as a whole and by equal parts. */
export function viewUptime(segments: readonly Segment[], from: Instant, to: Instant, parts: number): UptimeAnswer {
  const times = timesOf(segments, from, to);
  const uptime = uptimeOf(times);
  return {
    from: formatInstant(from),
    to: formatInstant(to),
    ...(uptime === undefined ? {} : { uptime }),
    ...times,
    parts: [...partsOf(segments, from, to, parts)],
  };
}

/** One part of a time; what was not measured is absent. */
export function viewBucket(bucket: ResultBucket, from: Instant, stepMs: number): ProbeHistoryAnswer['buckets'][number] {
  const { probe: _, index, results, failed, unmeasured, ...times } = bucket;
  return {
    from: formatInstant(from + index * stepMs),
    results,
    failed,
    unmeasured,
    ...Object.fromEntries(Object.entries(times).filter(([, value]) => value !== null)),
  };
}
