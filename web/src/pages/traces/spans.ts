import type { StoredEventAnswer } from '#contract/data.ts';

/** One span of a trace in its place. */
export interface SpanRow {
  readonly id: string;
  readonly event: StoredEventAnswer;
  readonly name: string;
  readonly service: string;
  /** Epoch milliseconds; events are stored with the instant of their end. */
  readonly startMs: number;
  readonly durationMs: number;
  readonly depth: number;
  readonly failed: boolean;
  /** Spans below it, at any depth. */
  readonly below: number;
  /** The span that called it was not sent. */
  readonly orphan: boolean;
  /** Log lines and errors that were written within it, in order. */
  readonly marks: readonly StoredEventAnswer[];
}

export interface TraceView {
  /** Each below the one that called it, siblings in the order of their beginnings. */
  readonly spans: readonly SpanRow[];
  /** Lines and errors of no span that is here. */
  readonly loose: readonly StoredEventAnswer[];
  readonly startMs: number;
  readonly endMs: number;
  readonly services: readonly string[];
  readonly errors: number;
}

/** Puts what carries one trace id into its order. Whatever the parents are, every event is there once. */
export function viewTrace(events: readonly StoredEventAnswer[]): TraceView {
  const spans = new Map<string, StoredEventAnswer>();
  const others: StoredEventAnswer[] = [];
  for (const event of events) {
    const id = textOf(event, 'span_id');
    if (id !== undefined && event.durationMs !== undefined && !spans.has(id)) spans.set(id, event);
    else others.push(event);
  }
  const children = Map.groupBy([...spans], ([, event]) => {
    const parent = textOf(event, 'parent_span_id');
    return parent !== undefined && spans.has(parent) ? parent : '';
  });
  const marks = Map.groupBy(others, (event) => textOf(event, 'span_id') ?? '');
  const rows: SpanRow[] = [];
  const placed = new Set<string>();
  const place = ([id, event]: readonly [string, StoredEventAnswer], depth: number): number => {
    if (placed.has(id)) return 0;
    placed.add(id);
    const at = rows.length;
    rows.push(rowOf(id, event, depth, marks.get(id) ?? []));
    let below = 0;
    for (const child of byStart(children.get(id) ?? [])) below += place(child, depth + 1);
    const row = rows[at];
    if (row !== undefined)
      rows[at] = { ...row, below, orphan: depth === 0 && textOf(event, 'parent_span_id') !== undefined };
    return below + 1;
  };
  for (const root of byStart(children.get('') ?? [])) place(root, 0);
  // Those that call each other in a circle have no root: the first of them stands for it.
  for (const span of byStart([...spans])) place(span, 0);
  const all = rows.flatMap(({ startMs, durationMs }) => [startMs, startMs + durationMs]);
  const instants = [...all, ...others.map(({ time }) => Date.parse(time))];
  return {
    spans: rows,
    loose: others.filter((event) => !spans.has(textOf(event, 'span_id') ?? '')),
    startMs: instants.length === 0 ? 0 : instants.reduce((least, one) => Math.min(least, one)),
    endMs: instants.length === 0 ? 0 : instants.reduce((most, one) => Math.max(most, one)),
    services: [...new Set(events.flatMap((event) => textOf(event, 'service') ?? []))],
    errors: rows.filter(({ failed }) => failed).length + others.filter(isBad).length,
  };
}

/** Whether something is an error that people should see. */
export function isBad(event: StoredEventAnswer): boolean {
  const level = event.attributes['level'];
  return event.name === 'error' || level === 'error' || level === 'critical';
}

function rowOf(id: string, event: StoredEventAnswer, depth: number, marks: readonly StoredEventAnswer[]): SpanRow {
  const durationMs = event.durationMs ?? 0;
  return {
    id,
    event,
    name: textOf(event, 'span') ?? textOf(event, 'route') ?? textOf(event, 'statement') ?? event.name,
    service: textOf(event, 'service') ?? '',
    startMs: Date.parse(event.time) - durationMs,
    durationMs,
    depth,
    failed: event.attributes['outcome'] === 'error',
    below: 0,
    orphan: false,
    marks: marks.toSorted((left, right) => Date.parse(left.time) - Date.parse(right.time)),
  };
}

function byStart(
  spans: readonly (readonly [string, StoredEventAnswer])[],
): readonly (readonly [string, StoredEventAnswer])[] {
  const start = (event: StoredEventAnswer): number => Date.parse(event.time) - (event.durationMs ?? 0);
  return spans.toSorted(([, left], [, right]) => start(left) - start(right));
}

function textOf(event: StoredEventAnswer, name: string): string | undefined {
  const value = event.attributes[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The rows of which no span above is closed. */
export function openRows(rows: readonly SpanRow[], closed: ReadonlySet<string>): readonly SpanRow[] {
  const shown: SpanRow[] = [];
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at];
    if (row === undefined) break;
    shown.push(row);
    if (closed.has(row.id)) at += row.below;
  }
  return shown;
}
