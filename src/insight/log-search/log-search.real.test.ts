import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '#kernel/instant.ts';
import { compilePlan } from '#plan/compile.ts';
import { compilePredicate } from '#signals/predicate.ts';
import type { EventRecord } from '#signals/record.ts';
import { insertEvents } from '#storage/clickhouse/events.ts';
import { clock } from '../../../test/kit/postgres.ts';
import { temporaryTelemetry } from '../../../test/kit/telemetry.ts';
import { readTrace } from '../traces/read-trace.ts';
import { readContext } from './context.ts';
import { findLogs } from './find-logs.ts';
import { readQuery } from './read-query.ts';
import { type LogScope, SearchTime } from './scope.ts';
import { summarise } from './summarise.ts';
import { LogTail } from './tail.ts';

const now = Math.floor(clock.now() / SECOND_MS) * SECOND_MS;
const range = { plan: 'shop', from: now - 2 * 24 * 60 * MINUTE_MS, to: now + 1 };
const never = new AbortController().signal;
const time = () => new SearchTime(clock, 30_000);

const levels = ['info', 'error', 'warning', 'info', 'debug'];
const lines: readonly EventRecord[] = Array.from({ length: 300 }, (_, index) => ({
  name: index % 10 === 0 ? 'error' : 'log',
  // Some at the same instant, and the later ones a day ago.
  time: now - Math.floor(index / 2) * SECOND_MS - (index >= 200 ? 24 * 60 * MINUTE_MS : 0),
  id: `line-${index}`,
  ...(index % 7 === 0 ? { durationMs: index } : {}),
  attributes: {
    level: levels[index % levels.length] ?? '',
    service: index % 3 === 0 ? 'api' : 'web',
    ...(index % 2 === 0 ? { 'host.name': `h${index % 4}` } : {}),
    message: index % 11 === 0 ? `Timeout of order ${index}` : `served /p/${index}`,
    status: index % 13 === 0 ? 500 : 200,
    ...(index % 20 === 0 ? { trace_id: 'aaaabbbbccccddddaaaabbbbccccdddd', span_id: `s${index}` } : {}),
  },
}));

let telemetry: Awaited<ReturnType<typeof temporaryTelemetry>>;
beforeAll(async () => {
  telemetry = await temporaryTelemetry();
  const rows = lines.map((event) => ({ plan: 'shop', receivedAt: event.time, event }));
  await insertEvents(telemetry.client, 's-1', rows);
  await insertEvents(
    telemetry.client,
    's-2',
    rows.map((row) => ({ ...row, plan: 'other' })),
  );
});
afterAll(() => telemetry?.close());

function scopeOf(text: string, names: readonly string[] = ['log', 'error']): LogScope {
  const read = readQuery(text);
  if (!read.ok) throw new Error(read.failure.message);
  return { ...range, names, ...(read.value.predicate === undefined ? {} : { where: read.value.predicate }) };
}

function expected(scope: LogScope): readonly EventRecord[] {
  const matches = scope.where === undefined ? () => true : compilePredicate(scope.where);
  return lines
    .filter((line) => scope.names.includes(line.name) && matches(line))
    .toSorted((left, right) => right.time - left.time || (left.id < right.id ? 1 : -1));
}

describe('pages of what is found are newest first, whole and without repetition', () => {
  test.each([
    ['', ['log', 'error']],
    ['', ['log']],
    ['timeout', ['log', 'error']],
    ['level:error OR status:>=500', ['log', 'error']],
    ['duration:[50 TO 200] -level:debug', ['log']],
    ['service = "api" and message starts with "served"', ['log', 'error']],
    ['nothing_like_this', ['log']],
  ])('%s in %s', async (text, names) => {
    const scope = scopeOf(text, names);
    const found: string[] = [];
    for (let before: { at: number; id: string } | undefined, more = true; more; ) {
      const query = { scope, limit: 40, time: time(), ...(before === undefined ? {} : { before }) };
      const page = await findLogs(telemetry.client, query, never);
      expect(page.complete).toBe(true);
      found.push(...page.events.map(({ id }) => id));
      const last = page.events.at(-1);
      more = page.events.length === 40;
      before = last === undefined ? undefined : { at: last.at, id: last.id };
    }
    expect(found).toEqual(expected(scope).map(({ id }) => id));
  });
});

test('counts over time and of values are those of what is found', async () => {
  const scope = scopeOf('status:200');
  const fields = ['service', 'status', 'user', 'message'];
  const summary = await summarise(telemetry.client, { scope, fields, time: time() }, never);
  const all = expected(scope);
  const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
  const byLevel = Object.fromEntries(summary.histogram.levels.map(({ level, counts }) => [level, total(counts)]));
  expect(byLevel).toEqual(
    Object.fromEntries(
      Object.entries(Object.groupBy(all, ({ attributes }) => String(attributes['level']))).map(([level, of]) => [
        level,
        of?.length,
      ]),
    ),
  );
  const { from, stepMs, steps } = summary.histogram;
  expect(from).toBeLessThanOrEqual(scope.from);
  expect(from + steps * stepMs).toBeGreaterThanOrEqual(scope.to);
  const [service, status, user, message] = summary.facets;
  expect(service?.values).toEqual([
    { value: 'web', count: all.filter(({ attributes }) => attributes['service'] === 'web').length },
    { value: 'api', count: all.filter(({ attributes }) => attributes['service'] === 'api').length },
  ]);
  expect(status?.values).toEqual([{ value: 200, count: all.length }]);
  expect(user).toEqual({ field: 'user', values: [], more: 0 });
  expect([message?.values.length, message?.more]).toEqual([
    10,
    new Set(all.map(({ attributes }) => attributes['message'])).size - 10,
  ]);
  expect(summary.sampledOneIn).toBe(1);
});

test('of very many rows some blocks are counted, and the counts say so', async () => {
  const scope = scopeOf('');
  const summary = await summarise(
    telemetry.client,
    { scope, fields: ['service'], time: time(), countedRows: 100 },
    never,
  );
  expect(summary.sampledOneIn).toBe(3);
  const counts = summary.histogram.levels.flatMap((level) => level.counts);
  expect(counts.every((count) => count % 3 === 0)).toBe(true);
});

test('the context of a line is of the same service and host, in order, with the line in its midst', async () => {
  const line = { at: lines[24]?.time ?? 0, id: 'line-24' };
  const query = { plan: 'shop', names: ['log', 'error'], line, lines: 3, time: time() };
  const context = await readContext(telemetry.client, query, never);
  expect(context?.sameAs).toEqual([
    ['service', 'api'],
    ['host.name', 'h0'],
  ]);
  expect(context?.events.map(({ id }) => id)).toEqual([
    'line-60',
    'line-48',
    'line-36',
    'line-24',
    'line-12',
    'line-0',
  ]);
  const gone = { ...query, line: { at: line.at, id: 'line-27' } };
  expect(await readContext(telemetry.client, gone, never)).toBeUndefined();
});

test('a tail shows once what comes, in whatever order the segments are loaded, and counts what is too much', async () => {
  const where = readQuery('level:info');
  const at = clock.now();
  const tail = new LogTail(
    {
      plan: 'tail',
      names: ['log'],
      ...(where.ok && where.value.predicate !== undefined ? { where: where.value.predicate } : {}),
    },
    at - SECOND_MS,
  );
  const insert = (segment: string, receivedAt: number, count: number, level = 'info') =>
    insertEvents(
      telemetry.client,
      segment,
      Array.from({ length: count }, (_, index) => ({
        plan: 'tail',
        receivedAt,
        event: {
          name: 'log',
          time: receivedAt,
          id: `${segment}-${String(index).padStart(3, '0')}`,
          attributes: { level },
        },
      })),
    );
  const look = async (later: number) => {
    const { events, skipped } = await tail.look(telemetry.client, at + later, time(), never);
    return [events.map(({ id }) => id), skipped];
  };
  await insert('t-0', at - 2 * SECOND_MS, 1);
  expect(await look(0)).toEqual([[], 0]);
  await insert('t-2', at + 20, 2);
  expect(await look(1_000)).toEqual([['t-2-000', 't-2-001'], 0]);
  await insert('t-1', at + 10, 1);
  await insert('t-3', at + 30, 3, 'debug');
  expect(await look(2_000)).toEqual([['t-1-000'], 0]);
  expect(await look(3_000)).toEqual([[], 0]);
  await insert('t-4', at + 4_000, 250);
  const [ids, skipped] = await look(5_000);
  expect([(ids as string[]).length, (ids as string[])[0], skipped]).toEqual([200, 't-4-050', 50]);
  expect(await look(60_000)).toEqual([[], 0]);
});

test('a trace is all that carries its id, near an instant or wherever it is', async () => {
  const trace = 'aaaabbbbccccddddaaaabbbbccccdddd';
  const all = lines.filter(({ attributes }) => attributes['trace_id'] === trace);
  const ids = async (at?: number) => {
    const query = { plan: 'shop', trace, now, ...(at === undefined ? {} : { at }) };
    return (await readTrace(telemetry.client, query, never)).events.map(({ id }) => id);
  };
  const near = all.filter(({ time: at }) => at > now - 60 * MINUTE_MS).map(({ id }) => id);
  expect((await ids(now)).toSorted()).toEqual(near.toSorted());
  expect(await ids(now - 20 * 24 * 60 * MINUTE_MS)).toHaveLength(all.length);
  expect(await readTrace(telemetry.client, { plan: 'shop', trace: 'none', now }, never)).toEqual({
    events: [],
    cut: false,
  });
});

// proves: RACHEL-103
test('the log of a job is every check-in of it, also the one of a week that says why it failed', async () => {
  const path = new URL('../../../examples/rachelfoods/plan.yaml', import.meta.url);
  const { plan } = compilePlan([{ path: 'plan.yaml', text: readFileSync(path, 'utf8') }]);
  const search = plan?.searches?.find(({ name }) => name === 'backups');
  if (search === undefined) throw new Error('the plan has no search of backups');
  const checkIns = Array.from({ length: 7 }, (_, day) => ({
    plan: 'rachelfoods',
    receivedAt: now - day * DAY_MS,
    event: {
      name: 'heartbeat',
      time: now - day * DAY_MS,
      id: `backup-${day}`,
      attributes: {
        heartbeat: 'backup',
        state: day === 3 ? 'failed' : 'succeeded',
        ...(day === 3 ? { exit_code: 1, message: 'pg_dump: error: could not write to file: No space left' } : {}),
      },
    },
  }));
  const other = {
    ...checkIns[0]?.event,
    name: 'heartbeat',
    time: now,
    id: 'other',
    attributes: { heartbeat: 'export' },
  };
  await insertEvents(telemetry.client, 's-b', [...checkIns, { plan: 'rachelfoods', receivedAt: now, event: other }]);
  const { event, where, units } = search;
  const scope = { ...range, plan: 'rachelfoods', from: now - 8 * DAY_MS, names: [event], units };
  const query = { scope: where === undefined ? scope : { ...scope, where }, limit: 40, time: time() };
  const { events } = await findLogs(telemetry.client, query, never);
  expect(events.map(({ id }) => id)).toEqual(checkIns.map(({ event: { id } }) => id));
  const failed = events.filter(({ attributes }) => attributes['state'] === 'failed');
  expect(failed).toMatchObject([{ id: 'backup-3', attributes: { exit_code: 1, message: /No space left/ } }]);
});

test('a search that is given up says up to where it has looked, or that it is too large', async () => {
  const scope = scopeOf('timeout');
  // Its time is over when the first step back, a question for each name, has been looked through.
  let asked = 0;
  const over = new SearchTime({ ...clock, monotonicMs: () => (asked++ <= scope.names.length ? 0 : 60_000) }, 30_000);
  const page = await findLogs(telemetry.client, { scope, limit: 500, time: over }, never);
  expect([page.complete, page.searchedTo]).toEqual([false, scope.to - 10 * MINUTE_MS]);
  const heavy = {
    ...scope,
    where: { kind: 'matches' as const, field: 'message', pattern: '((a{1,100}){1,10}){1,10}'.repeat(40) },
  };
  await expect(findLogs(telemetry.client, { scope: heavy, limit: 1, time: time() }, never)).rejects.toMatchObject({
    code: 'search-too-large',
  });
});
