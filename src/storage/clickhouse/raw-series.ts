import type { ClickHouseClient } from '@clickhouse/client';
import type { DurationMs, Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { CompiledPlan, Formula, Measure, Signal } from '#plan/model.ts';
import { type GroupKey, UNGROUPED } from '#plan/reading.ts';
import { isOfKeys } from '#plan/window-step.ts';
import { availabilitiesOf, combine, measuresOf, type Outcome } from '#signals/formula.ts';
import { readTagged } from '#signals/sql/field-sql.ts';
import { groupsSql, measureSql, type StepRange } from '#signals/sql/measure-sql.ts';
import { SqlParameters } from '#signals/sql/parameters.ts';
import { isZeroWhenEmpty } from '#signals/totals.ts';
import { queryLimits, type StoredSeries } from './series.ts';

export interface RawSeriesQuery {
  readonly plan: string;
  readonly compiled: CompiledPlan;
  readonly signal: Signal;
  /** Step `i` is `[from + i × stepMs, from + (i + 1) × stepMs)`; its reading is the one at its end. */
  readonly from: Instant;
  readonly stepMs: DurationMs;
  readonly steps: number;
  readonly groups: number;
}

/** Why a signal cannot be read from events. */
export type RawSeriesRefusal = 'once-per' | 'too-large';

/** ClickHouse's codes for a question that needs too much memory, and for one that takes too long. */
const MEMORY_EXCEEDED = '241';
const TIME_EXCEEDED = '159';
/** Millions of events are worth a second processor, if nobody else needs it. */
const THREADS = 2;

/**
 * A signal over time from the stored events, as its windows would have read it at the end of each step: what a chart shows of a time before the
 * signal was there. A source with `once per` is refused: which of its events counted depends on the order of their arrival before the
 * range. Throws the client's error.
 */
export async function readRawSeries(
  client: ClickHouseClient,
  query: RawSeriesQuery,
  signal: AbortSignal,
): Promise<readonly StoredSeries[] | RawSeriesRefusal> {
  const measures = [...measuresOf(query.signal.formula)].flatMap((id) => query.compiled.measures[id] ?? []);
  // Results of probes are no events of a measure, and known time is not what a step of a chart says.
  if (availabilitiesOf(query.signal.formula).size > 0) return [];
  // Of a key every event counts that ever came; what a chart shows of it begins with its readings.
  if (measures.some(isOfKeys)) return [];
  // Points are no events: of what is made of them there is nothing here.
  if (measures.some(({ source }) => query.compiled.sources[source]?.samples === true)) return [];
  if (measures.some(({ source }) => query.compiled.sources[source]?.oncePer !== undefined)) return 'once-per';
  const reader = new RawReader(client, query, signal);
  try {
    const readings = new Map<string, MeasureReadings>();
    for (const measure of measures) readings.set(measure.id, await reader.read(measure));
    const active = measures.some((measure) => isZeroWhenEmpty(measure))
      ? await reader.activeSteps()
      : new Set<number>();
    return seriesOf(query, readings, active, reader.groupsThere);
  } catch (caught) {
    const code = codeOf(caught);
    if (code === MEMORY_EXCEEDED || code === TIME_EXCEEDED) return 'too-large';
    throw caught;
  }
}

interface Cell {
  readonly value: number;
  readonly sampleSize: number;
}

/** By group and step. */
type MeasureReadings = ReadonlyMap<GroupKey, ReadonlyMap<number, Cell>>;

type Row = [step: number, count: number, value: number, tags: string[]];

class RawReader {
  groupsThere = 1;
  readonly #client: ClickHouseClient;
  readonly #query: RawSeriesQuery;
  readonly #signal: AbortSignal;
  #groups: readonly (readonly string[])[] | undefined;

  constructor(client: ClickHouseClient, query: RawSeriesQuery, signal: AbortSignal) {
    this.#client = client;
    this.#query = query;
    this.#signal = signal;
  }

  /** Everything at once; with too many groups or too much memory only the largest groups, in pieces of the range. */
  async read(measure: Measure): Promise<MeasureReadings> {
    const { steps } = this.#query;
    const grouped = measure.by.length > 0;
    const all = !grouped || this.#groups === undefined;
    if (all) {
      try {
        const rows = await this.#rows(measure, 0, steps);
        if (rows.length <= limits.seriesAnswerPoints) return this.#collect(measure, rows);
      } catch (caught) {
        if (codeOf(caught) !== MEMORY_EXCEEDED) throw caught;
      }
    }
    if (grouped) this.#groups ??= await this.#largestGroups(measure);
    // What needed too much memory needs it again, unless there are groups to leave out.
    const isAsLarge = all && steps > 1 && this.groupsThere <= this.#query.groups;
    const rows = await (isAsLarge ? this.#halves(measure, 0, steps) : this.#inPieces(measure, 0, steps));
    return this.#collect(measure, rows);
  }

  async #inPieces(measure: Measure, first: number, end: number): Promise<readonly Row[]> {
    try {
      return await this.#rows(measure, first, end);
    } catch (caught) {
      if (codeOf(caught) !== MEMORY_EXCEEDED || end - first < 2) throw caught;
    }
    return this.#halves(measure, first, end);
  }

  async #halves(measure: Measure, first: number, end: number): Promise<readonly Row[]> {
    const middle = (first + end) >> 1;
    return [...(await this.#inPieces(measure, first, middle)), ...(await this.#inPieces(measure, middle, end))];
  }

  async #rows(measure: Measure, first: number, end: number): Promise<readonly Row[]> {
    const parameters = new SqlParameters();
    const source = this.#sourceOf(measure);
    const groups = measure.by.length === 0 ? undefined : this.#groups;
    const inner = measureSql(measure, source, this.#range(first, end), parameters, groups);
    const tags = measure.by.map((_, index) => `g${index}`).join(', ');
    return this.#ask<Row>(
      `select i, n, value, ${tags === '' ? 'emptyArrayString()' : `[${tags}]`} from (${inner}) order by i
        limit ${parameters.add('UInt32', limits.seriesAnswerPoints + 1)}`,
      parameters,
    );
  }

  async #largestGroups(measure: Measure): Promise<readonly (readonly string[])[]> {
    const parameters = new SqlParameters();
    const inner = groupsSql(measure, this.#sourceOf(measure), this.#range(0, this.#query.steps), parameters);
    const rows = await this.#ask<[tags: string[], there: number]>(
      `select tags, there from (${inner}) limit ${parameters.add('UInt32', this.#query.groups)}`,
      parameters,
    );
    this.groupsThere = rows[0]?.[1] ?? 0;
    return rows.map(([tags]) => tags);
  }

  /** The steps before whose end the plan has received anything in the time that makes an empty count a zero. */
  async activeSteps(): Promise<ReadonlySet<number>> {
    const { plan, from, stepMs, steps } = this.#query;
    const parameters = new SqlParameters();
    const offset = `(toUnixTimestamp64Milli(ts) - ${parameters.add('Int64', from)})`;
    const step = parameters.add('Int64', stepMs);
    const within = parameters.add('Int64', limits.receivedWithinMs);
    const rows = await this.#ask<[number]>(
      `select distinct arrayJoin(range(toInt64(floor(${offset} / ${step})), toInt64(floor((${offset} + ${within}) / ${step})))) as i
        from events where plan = ${parameters.add('String', plan)}
          and ts >= fromUnixTimestamp64Milli(${parameters.add('Int64', from - limits.receivedWithinMs)}, 'UTC')
          and ts < fromUnixTimestamp64Milli(${parameters.add('Int64', from + steps * stepMs)}, 'UTC')`,
      parameters,
    );
    return new Set(rows.map(([i]) => i));
  }

  async #ask<Answer>(query: string, parameters: SqlParameters): Promise<readonly Answer[]> {
    const answer = await this.#client.query({
      query,
      format: 'JSONCompactEachRow',
      query_params: { ...parameters.values },
      clickhouse_settings: { ...queryLimits, max_threads: THREADS },
      abort_signal: this.#signal,
    });
    return answer.json<Answer>();
  }

  #collect(measure: Measure, rows: readonly Row[]): MeasureReadings {
    const found = new Map<GroupKey, Map<number, Cell>>();
    const perSecond = measure.function === 'rate' ? 1_000 / measure.window.ms : 1;
    for (const [step, count, value, tags] of rows) {
      const group = measure.by.length === 0 ? UNGROUPED : JSON.stringify(tags.map((tag) => readTagged(tag) ?? null));
      const steps = found.get(group) ?? new Map<number, Cell>();
      steps.set(step, { value: value * perSecond, sampleSize: count });
      found.set(group, steps);
    }
    return found;
  }

  #range(first: number, end: number): StepRange {
    const { plan, from, stepMs } = this.#query;
    return { plan, from, stepMs, first, end };
  }

  #sourceOf(measure: Measure) {
    const source = this.#query.compiled.sources[measure.source];
    if (source === undefined) throw new Error(`The plan has no source ${measure.source}.`);
    return source;
  }
}

function seriesOf(
  { compiled, signal, steps, groups }: RawSeriesQuery,
  readings: ReadonlyMap<string, MeasureReadings>,
  active: ReadonlySet<number>,
  groupsThere: number,
): readonly StoredSeries[] {
  const sizes = new Map<GroupKey, number>();
  for (const [id, found] of readings) {
    if ((compiled.measures[id]?.by.length ?? 0) === 0 && signal.by.length > 0) continue;
    for (const [group, cells] of found) {
      let size = sizes.get(group) ?? 0;
      for (const { sampleSize } of cells.values()) size += sampleSize;
      sizes.set(group, size);
    }
  }
  if (signal.by.length === 0) sizes.set(UNGROUPED, sizes.get(UNGROUPED) ?? 0);
  const largest = [...sizes].sort(([left, one], [right, other]) => other - one || (left < right ? -1 : 1));
  return largest.slice(0, groups).map(([group]) => {
    const series = {
      signal: signal.name,
      group,
      groupsThere: Math.max(groupsThere, sizes.size),
      steps: [] as number[],
      last: [] as number[],
      least: [] as number[],
      greatest: [] as number[],
      sampleSizes: [] as number[],
      empty: [] as { step: number; state: string; reason: string }[],
    };
    for (let step = 0; step < steps; step += 1) {
      const figure = figureAt(signal.formula, group, step, compiled, readings, active);
      if (figure.reason !== undefined) continue;
      series.steps.push(step);
      series.last.push(figure.value);
      series.least.push(figure.value);
      series.greatest.push(figure.value);
      series.sampleSizes.push(Number.isFinite(figure.sampleSize) ? figure.sampleSize : 0);
      if (figure.sampleSize < signal.atLeast) series.empty.push({ step, state: 'too few', reason: '' });
    }
    return series;
  });
}

/** The figure of a formula, by the rules that live figures have. */
function figureAt(
  formula: Formula,
  group: GroupKey,
  step: number,
  plan: CompiledPlan,
  readings: ReadonlyMap<string, MeasureReadings>,
  active: ReadonlySet<number>,
): Outcome {
  if (formula.kind === 'constant') {
    return { reason: undefined, value: formula.value, fullAt: 0, sampleSize: Number.POSITIVE_INFINITY };
  }
  if (formula.kind === 'measure') {
    const measure = plan.measures[formula.measure];
    const grouped = (measure?.by.length ?? 0) > 0;
    const cell = readings
      .get(formula.measure)
      ?.get(grouped ? group : UNGROUPED)
      ?.get(step);
    if (cell !== undefined) return { reason: undefined, fullAt: 0, ...cell };
    const isZero = measure !== undefined && !grouped && isZeroWhenEmpty(measure) && active.has(step);
    return { reason: isZero ? undefined : 'no-events', value: 0, fullAt: 0, sampleSize: 0 };
  }
  if (formula.kind === 'availability' || formula.kind === 'by-phase')
    return { reason: 'not-measured', value: 0, fullAt: 0, sampleSize: 0 };
  const left = figureAt(formula.left, group, step, plan, readings, active);
  const right = figureAt(formula.right, group, step, plan, readings, active);
  return combine(formula.kind, left, right, { reason: undefined, value: 0, fullAt: 0, sampleSize: 0 });
}

function codeOf(caught: unknown): string {
  return caught instanceof Error ? String((caught as Error & { readonly code?: unknown }).code ?? '') : '';
}
