import { hash53 } from '#kernel/hash64.ts';
import { HOUR_MS, type Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { FieldValue, Measure } from '#plan/model.ts';
import type { KeyRow, KeySide } from '../keys/key-recall.ts';
import { readTagged, taggedSql } from './field-sql.ts';
import type { SqlParameters } from './parameters.ts';
import { predicateSql } from './predicate-sql.ts';

/** What is read of one side: what was received between two instants, of which the first is included. */
export interface KeyRange {
  readonly plan: string;
  readonly from: Instant;
  readonly to: Instant;
}

/** One row of `keysSql`, in the order of its columns. */
export type StoredKey = readonly [
  hash: number,
  value: string,
  times: readonly Instant[],
  by: readonly string[],
  at: Instant,
  counted: number,
  onceHash: number,
  onceValue: string,
];

const RECEIVED = 'toUnixTimestamp64Milli(received_at)';
const TIME = 'toUnixTimestamp64Milli(ts)';
/** Of a tagged value `v`: that of its text, as `hash53` has it; those of numbers and truth values are worked out by who reads them. */
const HASH = `if(startsWith(v, 's'), ${hashSql('substring(v, 2)')}, 0.)`;

/**
 * What came of the keys of one side, in the order in which it was received, so many rows at most and one more where there are more. Values
 * and texts of `once per` are cut to what is shown; their hashes are of the whole.
 */
export function keysSql(measure: Measure, side: KeySide, range: KeyRange, parameters: SqlParameters): string {
  const { source, where, field, by, pieceMs, isPartner } = side;
  const { units } = source;
  const instant = (at: Instant): string => `fromUnixTimestamp64Milli(${parameters.add('Int64', at)}, 'UTC')`;
  const ofSource = [
    `plan = ${parameters.add('String', range.plan)}`,
    `name = ${parameters.add('String', source.event)}`,
    `ts >= ${instant(range.from - limits.lateMs)}`,
    `ts <= ${instant(range.to + limits.futureMs)}`,
    `received_at >= ${instant(range.from)}`,
    `received_at < ${instant(range.to)}`,
    ...(source.where === undefined ? [] : [predicateSql(source.where, parameters, units)]),
  ];
  const value = taggedSql(field, parameters, units);
  const counted = [
    `${TIME} >= ${RECEIVED} - ${parameters.add('Int64', limits.lateMs)}`,
    `${TIME} <= ${RECEIVED} + ${parameters.add('Int64', limits.futureMs)}`,
    `${value} != ''`,
    ...(where === undefined ? [] : [predicateSql(where, parameters, units)]),
  ];
  const groups =
    by.length === 0 ? 'emptyArrayString()' : `[${by.map((one) => taggedSql(one, parameters, units)).join(', ')}]`;
  const read = `${value} as v, least(${TIME}, ${RECEIVED}) as t, ${RECEIVED} as r, ${groups} as g`;
  const shown = (tagged: string): string =>
    `substringUTF8(${tagged}, 1, ${parameters.add('UInt32', limits.keyCharacters + 1)})`;
  const limit = `limit ${parameters.add('UInt32', limits.keyRowsAsked + 1)}`;
  if (source.oncePer !== undefined) {
    // Of one value the first that came in each hour stands for all of that hour: they can be no longer apart than a value is remembered.
    const identity = `if(o = '', concat('e', event_id, ' ', toString(r)), o)`;
    return `select ${HASH} as hash, ${shown('v')} as shown, [t] as times, g as groups_of, r as at, c as counted,
        if(startsWith(o, 's'), ${hashSql('substring(o, 2)')}, 0.) as once_hash, ${shown('o')} as once_shown
      from (
        select ${read}, ${counted.join(' and ')} as c, ${taggedSql(source.oncePer, parameters)} as o, event_id
        from events where ${ofSource.join(' and ')}
      ) order by r, t limit 1 by ${identity}, intDiv(r, ${parameters.add('Int64', HOUR_MS)}) ${limit}`;
  }
  const isMissing = measure.function === 'missing' && !isPartner;
  const grouping = isMissing
    ? `cityHash64(v), intDiv(r, ${parameters.add('Int64', pieceMs)})`
    : isPartner
      ? 'cityHash64(v)'
      : 'cityHash64(v), g';
  const times = isMissing
    ? '[argMin(t, (r, t)), min(t), max(t)]'
    : isPartner
      ? '[max(t)]'
      : 'arrayMap(one -> -one, groupArraySorted(2)(-t))';
  return `select any(${HASH}) as hash, any(${shown('v')}) as shown, ${times} as times, argMax(g, (r, t)) as groups_of, min(r) as at, 1, 0., ''
    from (select ${read} from events where ${[...ofSource, ...counted].join(' and ')})
    group by ${grouping} order by at ${limit}`;
}

/** A row as the store has given it. */
export function keyRowOf([hash, value, times, by, at, counted, onceHash, onceValue]: StoredKey): KeyRow {
  const key = readTagged(value) ?? '';
  const once = readTagged(onceValue);
  return {
    hash: hashOf(key, hash),
    value: key,
    times,
    by: by.map(readTagged),
    at,
    isCounted: counted === 1,
    ...(once === undefined ? {} : { once: { hash: hashOf(once, onceHash) } }),
  };
}

function hashOf(value: FieldValue, ofText: number): number {
  return typeof value === 'string' ? ofText : hash53(String(value));
}

/** As `hash53`. */
function hashSql(text: string): string {
  return `(toFloat64(murmurHash3_32(${text})) * 2097152 + toFloat64(bitShiftRight(xxHash32(${text}), 11)))`;
}
