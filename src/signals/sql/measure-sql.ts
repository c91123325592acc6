import type { DurationMs, Instant } from '#kernel/instant.ts';
import type { Measure, Predicate, Source } from '#plan/model.ts';
import type { FieldUnits } from '../predicate.ts';
import { fieldSql, TEXT_COLUMNS, type TypedField, taggedSql } from './field-sql.ts';
import type { SqlParameters } from './parameters.ts';
import { predicateSql } from './predicate-sql.ts';

/** The steps at whose ends a measure is read: step `i` ends at `from + (i + 1) × stepMs`. */
export interface StepRange {
  readonly plan: string;
  readonly from: Instant;
  readonly stepMs: DurationMs;
  /** Half open numbers of steps. */
  readonly first: number;
  readonly end: number;
}

/** How an aggregate is written whole, as a state of a step, and merged from states. */
interface AggregateSql {
  readonly name: string;
  /** `(0.95)`, for aggregates that have parameters of their own. */
  readonly given?: string;
  readonly of: string;
}

/**
 * Reads a measure from stored events as windows would have read it at the end of each step: of step `i` count the events of the window that ends
 * there. One row a step and group that has any: `i`, `n` (how many events), `value`, and by field `g0`, `g1` … as `taggedSql` writes
 * them. `groups` restricts them to those; each is a list of the same texts.
 *
 * Where no two windows share events, percentiles (to 7 digits) and uniques are exact. Where steps share them, percentiles come from sketches with 1% relative
 * error, of a rank that is at most one off, and uniques from hashes: within 0.1% up to 65,536, then within 1%.
 */
export function measureSql(
  measure: Measure,
  source: Source,
  range: StepRange,
  parameters: SqlParameters,
  groups?: readonly (readonly string[])[],
): string {
  const { from, stepMs, first, end, plan } = range;
  const windowMs = measure.window.ms;
  const units = source.units;
  const groupings = measure.by.map((field) => groupSql(field, parameters, units));
  const by = groupings.map(({ tagged }) => tagged);
  const start = parameters.add('Int64', from);
  const step = parameters.add('Int64', stepMs);
  const window = parameters.add('Int64', windowMs);
  const offset = `(toUnixTimestamp64Milli(ts) - ${start})`;
  const where = [
    `plan = ${parameters.add('String', plan)}`,
    `name = ${parameters.add('String', source.event)}`,
    `ts >= fromUnixTimestamp64Milli(${parameters.add('Int64', from + (first + 1) * stepMs - windowMs)}, 'UTC')`,
    `ts < fromUnixTimestamp64Milli(${parameters.add('Int64', from + end * stepMs)}, 'UTC')`,
    ...conditionsOf(measure, source).map((condition) => predicateSql(condition, parameters, units)),
    ...(groups === undefined ? [] : [amongSql(by, groups, parameters)]),
  ];
  const field = contribution(measure, parameters, units);
  if (field?.present !== undefined) where.push(field.present);
  const keys = by.map((_, index) => `, g${index}`).join('');
  const named = by.map((group, index) => `, ${group} as g${index}`).join('');
  const events = `from events where ${where.join(' and ')}`;
  const shared = windowMs > stepMs;
  const aggregate = aggregateSql(measure, field?.value, parameters, units, shared);
  const range_ = `i >= ${parameters.add('Int64', first)} and i < ${parameters.add('Int64', end)}`;
  if (windowMs === stepMs) {
    // Each group has an array with a place for every step, which takes three quarters of the time that steps in the key of the groups take.
    const own = groupings.map(({ key }, index) => `${key} as k${index}, `).join('');
    const tagged = groupings.map(({ tag }, index) => `, ${tag(`k${index}`)} as g${index}`).join('');
    const grouped = by.length === 0 ? '' : ` group by ${by.map((_, index) => `k${index}`).join(', ')}`;
    return `select toInt64(at_step) as i${tagged}, n, toFloat64(of_step) as value from (
        select ${own}${placed({ name: 'count', of: '' }, first, end)} as counts, ${placed(aggregate, first, end)} as of_steps
        from (select *, intDiv(${offset}, ${step}) as place ${events})${grouped}
      ) array join range(${first}, ${end}) as at_step, counts as n, of_steps as of_step where n > 0`;
  }
  if (windowMs % stepMs === 0) {
    // Each step once, and then every window from the steps that it covers.
    return `select arrayJoin(range(bucket, bucket + ${parameters.add('Int64', windowMs / stepMs)})) as i${keys},
        countMerge(n_) as n, ${merged(aggregate)} as value from (
        select toInt64(floor(${offset} / ${step})) as bucket${named}, countState() as n_, ${state(aggregate)} as value_
        ${events} group by bucket${keys}
      ) where ${range_} group by i${keys}`;
  }
  const firstOf = `toInt64(floor(${offset} / ${step}))`;
  const endOf = `toInt64(floor((${offset} + ${window}) / ${step}))`;
  return `select i${keys}, count() as n, ${whole(aggregate)} as value from (
      select *, arrayJoin(range(${firstOf}, ${endOf})) as i${named} ${events}
    ) where ${range_} group by i${keys}`;
}

/** The values of a grouped measure with how many events each has in the range, the most frequent first. */
export function groupsSql(measure: Measure, source: Source, range: StepRange, parameters: SqlParameters): string {
  const by = measure.by.map((field) => groupSql(field, parameters, source.units).tagged);
  const where = [
    `plan = ${parameters.add('String', range.plan)}`,
    `name = ${parameters.add('String', source.event)}`,
    `ts >= fromUnixTimestamp64Milli(${parameters.add('Int64', range.from + (range.first + 1) * range.stepMs - measure.window.ms)}, 'UTC')`,
    `ts < fromUnixTimestamp64Milli(${parameters.add('Int64', range.from + range.end * range.stepMs)}, 'UTC')`,
    ...conditionsOf(measure, source).map((condition) => predicateSql(condition, parameters, source.units)),
  ];
  return `select [${by.join(', ')}] as tags, count() as n, count() over () as there from events where ${where.join(' and ')} group by tags order by n desc, tags`;
}

/** What an event has to satisfy; the condition of a share is what it counts. */
function conditionsOf(measure: Measure, source: Source): readonly Predicate[] {
  const own = measure.function === 'share' ? undefined : measure.where;
  return [source.where, own].filter((condition) => condition !== undefined);
}

/** What events are grouped by: a key, how a key is written as `taggedSql` does, and both at once. */
interface Grouping {
  readonly key: string;
  readonly tag: (key: string) => string;
  readonly tagged: string;
}

/**
 * A column of texts stands for its attribute: that spares reading the maps, and a number in it is shown as text. Its few different values
 * are tagged once they are grouped.
 */
function groupSql(field: string, parameters: SqlParameters, units: FieldUnits): Grouping {
  if (TEXT_COLUMNS.has(field) && field !== 'status') {
    const tag = (key: string): string => `if(${key} = '', '', concat('s', toString(${key})))`;
    return { key: field, tag, tagged: tag(field) };
  }
  const tagged = taggedSql(field, parameters, units);
  return { key: tagged, tag: (key) => key, tagged };
}

function amongSql(by: readonly string[], groups: readonly (readonly string[])[], parameters: SqlParameters): string {
  const separator = '\u0000';
  const joined = parameters.add(
    'Array(String)',
    groups.map((group) => group.join(separator)),
  );
  return `has(${joined}, arrayStringConcat([${by.join(', ')}], char(0)))`;
}

/** What an event adds; undefined for functions that only count events. */
function contribution(measure: Measure, parameters: SqlParameters, units: FieldUnits): TypedField | undefined {
  if (['count', 'rate', 'share'].includes(measure.function)) return undefined;
  const field = measure.field ?? '';
  if (measure.function === 'unique') {
    const tagged = taggedSql(field, parameters, units);
    return { value: tagged, present: `${tagged} != ''` };
  }
  return fieldSql(field, parameters, units).number ?? { value: '0.', present: '0' };
}

function aggregateSql(
  measure: Measure,
  value: string | undefined,
  parameters: SqlParameters,
  units: FieldUnits,
  shared: boolean,
): AggregateSql {
  const of = value ?? '';
  switch (measure.function) {
    case 'count':
    case 'rate':
      return { name: 'count', of: '' };
    case 'share':
      return {
        name: 'avg',
        of: measure.where === undefined ? '1' : `toFloat64(${predicateSql(measure.where, parameters, units)})`,
      };
    case 'sum':
    case 'avg':
    case 'min':
    case 'max':
      return { name: measure.function, of };
    case 'last':
      return { name: 'argMax', of: `${of}, ts` };
    case 'unique':
      return { name: shared ? 'uniq' : 'uniqExact', of };
    case 'duplicates':
    case 'missing':
    case 'bucket-percentile':
      throw new Error('A measure of keys or points is not read from stored events.');
    case 'percentile': {
      const quantile = measure.quantile ?? 0.5;
      // The rank is ⌈q × n⌉; the store takes ⌊q × n⌋ + 1, which is one more where q × n is whole.
      const given = shared ? `(0.01, ${quantile})` : `(${Math.max(0, quantile - 1e-9)})`;
      // Seven digits are shown, and half the memory is half the time.
      return { name: shared ? 'quantileDD' : 'quantileExact', given, of: shared ? of : `toFloat32(${of})` };
    }
  }
}

function whole({ name, given = '', of }: AggregateSql): string {
  return `toFloat64(${name}${given}(${of}))`;
}

/** An array of what the aggregate is of the events whose `place` is each number from `first` up to `end`. */
function placed({ name, given = '', of }: AggregateSql, first: number, end: number): string {
  const own = given === '' ? '' : `${given.slice(1, -1)}, `;
  return `${name}Resample(${own}${first}, ${end}, 1)(${of === '' ? '' : `${of}, `}place)`;
}

function state({ name, given = '', of }: AggregateSql): string {
  return `${name}State${given}(${of})`;
}

function merged({ name, given = '' }: AggregateSql): string {
  return `toFloat64(${name}Merge${given}(value_))`;
}
