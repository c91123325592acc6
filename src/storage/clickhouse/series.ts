import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client';
import { type DurationMs, type Instant, MINUTE_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { GroupKey } from '#plan/reading.ts';
import { type ReadingRow, seriesOfReadings } from './fresh-readings.ts';
import { type RolledUpTo, type RollUp, rollUps } from './roll-up.ts';

export interface SeriesQuery {
  readonly plan: string;
  readonly signals: readonly string[];
  /** Both on the grid of the steps. */
  readonly from: Instant;
  readonly to: Instant;
  readonly stepMs: DurationMs;
  /** Up to where readings are rolled up; see `rolledUpTo`. */
  readonly rolledUpTo: RolledUpTo;
  /** At most so many groups a signal, those with the most readings. */
  readonly groups: number;
}

/** One group's readings by step; every array has an entry for each step in `steps`. */
export interface StoredSeries {
  readonly signal: string;
  readonly group: GroupKey;
  /** How many groups the signal has in the range. */
  readonly groupsThere: number;
  /** Numbers of the steps that have a reading, ascending. */
  readonly steps: readonly number[];
  /** To 7 digits; 0 in an empty step. */
  readonly last: readonly number[];
  readonly least: readonly number[];
  readonly greatest: readonly number[];
  /** Of the step's last reading. */
  readonly sampleSizes: readonly number[];
  /** Steps in which no reading had a value to judge, with the state of the last. */
  readonly empty: readonly { readonly step: number; readonly state: string; readonly reason: string }[];
}

const OF_SIGNALS = 'plan = {plan:String} and signal in {signals:Array(String)}';
const inRange = (from: string, to: string): string =>
  `${OF_SIGNALS} and at >= fromUnixTimestamp64Milli({${from}:Int64}, 'UTC') and at < fromUnixTimestamp64Milli({${to}:Int64}, 'UTC')`;

/** States and reasons are asked only of readings that have no value, since nothing else is said of steps that have one. */
const fromReadings = `select signal, group, toUInt32(intDiv(toUnixTimestamp64Milli(at) - {from:Int64}, {step:Int64})) as i,
    argMaxIf(value, at, state = 'value') as last_,
    minIf(value, state = 'value') as least_, maxIf(value, state = 'value') as greatest_,
    argMax(sample_size, at) as size_, argMaxIf(state, at, state != 'value' or value is null) as state_,
    argMaxIf(reason, at, state != 'value' or value is null) as reason_, count() as readings_
  from readings where ${inRange('split', 'to')} group by signal, group, i`;

const stepOfRow = 'toUInt32(intDiv(toUnixTimestamp(at) * 1000 - {from:Int64}, {step:Int64})) as i';

/** Of steps as long as the table's there is one row each, and nothing to put together: half of the work. */
const fromRolledUp = (table: RollUp['table'], isOneRowAStep: boolean): string =>
  isOneRowAStep
    ? `select signal, group, ${stepOfRow}, last as last_, least as least_, greatest as greatest_, sample_size as size_,
    state as state_, reason as reason_, readings as readings_ from ${table} where ${inRange('from', 'split')}`
    : `select signal, group, ${stepOfRow}, argMaxIf(last, at, last is not null) as last_, min(least) as least_,
    max(greatest) as greatest_, argMax(sample_size, at) as size_, argMax(state, at) as state_, argMax(reason, at) as reason_,
    sum(readings) as readings_
  from ${table} where ${inRange('from', 'split')} group by signal, group, i`;

/** What is not rolled up yet, when that is minutes, is read as it stands: there is less to plan than to put together. */
const FRESH_MS = 15 * MINUTE_MS;
const FRESH_ROWS = 5_000;
const freshRows = `select signal, group, toInt64(toUnixTimestamp64Milli(at)), state, reason, value, sample_size
  from readings where ${inRange('split', 'to')} limit ${FRESH_ROWS + 1}`;

/** The same of a table whose rows are the steps: nothing has to be put together before. */
const gatheredRows = (table: RollUp['table']): string => `
  select signal, group, count() over (partition by signal) as groups_there, groupArray(${stepOfRow}) as steps,
    groupArray(toFloat32(ifNull(last, 0))) as lasts, groupArray(toFloat32(ifNull(least, 0))) as leasts,
    groupArray(toFloat32(ifNull(greatest, 0))) as greatests, groupArray(sample_size) as sizes,
    groupArrayIf(i, last is null) as empty_steps, groupArrayIf(state, last is null) as empty_states,
    groupArrayIf(reason, last is null) as empty_reasons
  from ${table} where ${inRange('from', 'split')} group by signal, group
  order by sum(readings) desc, group limit {groups:UInt32} by signal`;

/**
 * All steps of a group in one row, in no order: putting them in order takes the store longer than it takes us. What goes over the wire takes time
 * too, so values are of 7 digits, and of the steps without one only their numbers and states are said.
 */
const gathered = (inner: string): string => `
  select signal, group, count() over (partition by signal) as groups_there, steps, last, least, greatest, sample_sizes,
    empty_steps, empty_states, empty_reasons from (
    select signal, group, groupArray(i) as steps, groupArray(toFloat32(ifNull(last_, 0))) as last,
      groupArray(toFloat32(ifNull(least_, 0))) as least, groupArray(toFloat32(ifNull(greatest_, 0))) as greatest,
      groupArray(size_) as sample_sizes, groupArrayIf(i, last_ is null) as empty_steps,
      groupArrayIf(state_, last_ is null) as empty_states, groupArrayIf(reason_, last_ is null) as empty_reasons,
      sum(readings_) as readings
    from (${inner}) group by signal, group
  ) order by readings desc, group limit {groups:UInt32} by signal`;

/**
 * The stored readings of signals, by group and step. Steps of whole minutes are read from what is rolled up, as far as that goes. Throws
 * the client's error, also when the limits of time and memory are reached.
 */
export async function readSeries(
  client: ClickHouseClient,
  query: SeriesQuery,
  signal: AbortSignal,
): Promise<readonly StoredSeries[]> {
  const { plan, signals, from, to, stepMs, groups } = query;
  const rolled = rollUps.find((one) => stepMs % one.stepMs === 0 && query.rolledUpTo.has(one.table));
  const upTo = rolled === undefined ? from : (query.rolledUpTo.get(rolled.table) ?? from);
  // On the grid, so that no step is put together from both.
  const split = Math.min(to, from + Math.floor(Math.max(0, upTo - from) / stepMs) * stepMs);
  const ask = async <Answer>(question: string, threads: number): Promise<readonly Answer[]> => {
    const answer = await client.query({
      query: question,
      format: 'JSONCompactEachRow',
      query_params: { plan, signals, from, split, to, step: stepMs, groups },
      clickhouse_settings: { ...queryLimits, max_threads: threads },
      abort_signal: signal,
    });
    return await answer.json<Answer>();
  };
  if (rolled !== undefined && stepMs === rolled.stepMs && from < split && split < to && to - split <= FRESH_MS) {
    // Two thirds of an answer are planning, which takes one processor: two small questions at once are there sooner than one of both.
    const [earlier, fresh] = await Promise.all([
      ask<Row>(gatheredRows(rolled.table), 1),
      ask<ReadingRow>(freshRows, 1),
    ]);
    const joined = fresh.length > FRESH_ROWS ? undefined : joinAll(earlier.map(storedSeries), fresh, query);
    if (joined !== undefined) return joined;
  }
  const inner = [
    ...(rolled === undefined || split === from ? [] : [fromRolledUp(rolled.table, stepMs === rolled.stepMs)]),
    ...(split < to ? [fromReadings] : []),
  ];
  // As one question: to plan a second takes the store as long as to read a day. A person waits for the chart: a quarter less on two processors,
  // and no more work in all.
  return (await ask<Row>(gathered(inner.join(' union all ')), 2)).map(storedSeries);
}

/** What is rolled up with what came since; undefined when a signal has more groups than are wanted, which nobody here can choose from. */
function joinAll(
  earlier: readonly StoredSeries[],
  fresh: readonly ReadingRow[],
  { from, stepMs, groups }: SeriesQuery,
): readonly StoredSeries[] | undefined {
  if (earlier.some(({ groupsThere }) => groupsThere > groups)) return undefined;
  const joined = joinSeries(earlier, seriesOfReadings(fresh, from, stepMs), Number.POSITIVE_INFINITY);
  const there = new Map<string, number>();
  for (const { signal } of joined) there.set(signal, (there.get(signal) ?? 0) + 1);
  if (joined.some(({ signal }) => (there.get(signal) ?? 0) > groups)) return undefined;
  return joined.map((series) => ({ ...series, groupsThere: there.get(series.signal) ?? 0 }));
}

/** Of every query that people's pages ask. */
export const queryLimits: ClickHouseSettings = {
  max_execution_time: limits.telemetryQueryMs / 1_000,
  max_memory_usage: String(limits.telemetryQueryBytes),
  timeout_overflow_mode: 'throw',
  output_format_json_quote_64bit_integers: 0,
  output_format_json_quote_denormals: 0,
};

type Row = [
  signal: string,
  group: string,
  groupsThere: number,
  steps: number[],
  last: number[],
  least: number[],
  greatest: number[],
  sampleSizes: number[],
  emptySteps: number[],
  emptyStates: string[],
  emptyReasons: string[],
];

function storedSeries(row: Row): StoredSeries {
  const [signal, group, groupsThere, steps, last, least, greatest, sampleSizes, emptySteps, states, reasons] = row;
  const order = ascending(steps);
  const inOrder = (values: readonly number[]): number[] => order.map((index) => values[index] ?? 0);
  const empty = ascending(emptySteps).map((index) => ({
    step: emptySteps[index] ?? 0,
    state: states[index] ?? '',
    reason: reasons[index] ?? '',
  }));
  return {
    signal,
    group,
    groupsThere,
    steps: inOrder(steps),
    last: inOrder(last),
    least: inOrder(least),
    greatest: inOrder(greatest),
    sampleSizes: inOrder(sampleSizes),
    empty,
  };
}

/** The indices of numbers, from the least number to the greatest. */
function ascending(numbers: readonly number[]): readonly number[] {
  return numbers.map((_, index) => index).sort((left, right) => (numbers[left] ?? 0) - (numbers[right] ?? 0));
}

/** Both parts of each group, the earlier first. */
export function joinSeries(
  earlier: readonly StoredSeries[],
  later: readonly StoredSeries[],
  groups: number,
): readonly StoredSeries[] {
  if (earlier.length === 0) return later;
  const joined = new Map(earlier.map((series) => [`${series.signal} ${series.group}`, series]));
  for (const series of later) {
    const key = `${series.signal} ${series.group}`;
    const before = joined.get(key);
    joined.set(key, before === undefined ? series : joinTwo(before, series));
  }
  const counts = new Map<string, number>();
  return [...joined.values()].filter(({ signal }) => {
    const count = (counts.get(signal) ?? 0) + 1;
    counts.set(signal, count);
    return count <= groups;
  });
}

function joinTwo(before: StoredSeries, after: StoredSeries): StoredSeries {
  return {
    signal: before.signal,
    group: before.group,
    groupsThere: Math.max(before.groupsThere, after.groupsThere),
    steps: [...before.steps, ...after.steps],
    last: [...before.last, ...after.last],
    least: [...before.least, ...after.least],
    greatest: [...before.greatest, ...after.greatest],
    sampleSizes: [...before.sampleSizes, ...after.sampleSizes],
    empty: [...before.empty, ...after.empty],
  };
}
