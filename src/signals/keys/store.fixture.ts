import { hash53 } from '#kernel/hash64.ts';
import { HOUR_MS, type Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { FieldValue } from '#plan/model.ts';
import { compileField, compilePredicate } from '../predicate.ts';
import type { EventRecord } from '../record.ts';
import type { Arrival } from '../watch/reference-watch.ts';
import { KeyRecall, type KeyRow, type KeySide, type KeysWanted } from './key-recall.ts';

interface Told {
  readonly record: EventRecord;
  readonly value: FieldValue;
  readonly time: Instant;
  readonly at: Instant;
  readonly by: readonly (FieldValue | undefined)[];
}

/** What a store that has these arrivals tells, read in stretches of time; for the tests of this folder only. */
export function recallOf(wanted: KeysWanted, arrivals: readonly Arrival[], stretchMs: number): KeyRecall {
  const recall = new KeyRecall(wanted);
  const earliest = Math.min(...wanted.sides.map(({ from }) => from));
  for (let from = earliest; from < wanted.to; from += stretchMs) {
    const to = Math.min(from + stretchMs, wanted.to);
    for (const side of wanted.sides) {
      recall.take(side, rowsOf(side, wanted.measure.function === 'missing', arrivals, Math.max(from, side.from), to));
    }
    recall.pass(to);
  }
  return recall;
}

/** The rows of one side that were received between two instants. */
export function rowsOf(
  side: KeySide,
  isMissing: boolean,
  arrivals: readonly Arrival[],
  from: Instant,
  to: Instant,
): readonly KeyRow[] {
  const { source, where, field, by, pieceMs, isPartner } = side;
  const isOfSource = source.where === undefined ? () => true : compilePredicate(source.where, source.units);
  const isCounted = where === undefined ? () => true : compilePredicate(where, source.units);
  const read = compileField(field, source.units);
  const groups = by.map((name) => compileField(name, source.units));
  const received = arrivals.filter(
    ({ record, receivedAt }) =>
      record.name === source.event && receivedAt >= from && receivedAt < to && isOfSource(record),
  );
  const told = received.flatMap(({ record, receivedAt: at }): Told[] => {
    const value = read(record);
    const isInTime = record.time >= at - limits.lateMs && record.time <= at + limits.futureMs;
    if (value === undefined || !isInTime || !isCounted(record)) return [];
    return [{ record, value, time: Math.min(record.time, at), at, by: groups.map((one) => one(record)) }];
  });
  const { oncePer } = source;
  if (oncePer !== undefined) {
    const identity = compileField(oncePer);
    const seen = new Set<string>();
    return received.flatMap(({ record, receivedAt: at }): KeyRow[] => {
      const one = identity(record);
      const counted = told.find((other) => other.record === record);
      if (one !== undefined) {
        const piece = `${Math.floor(at / HOUR_MS)} ${one}`;
        if (seen.has(piece)) return [];
        seen.add(piece);
      }
      const once = one === undefined ? {} : { once: { hash: hash53(String(one)) } };
      const row = { hash: hash53(String(counted?.value)), value: counted?.value ?? '', by: counted?.by ?? [] };
      return [
        { ...row, times: counted === undefined ? [] : [counted.time], at, ...once, isCounted: counted !== undefined },
      ];
    });
  }
  const isOnePiece = !isMissing || isPartner;
  const pieces = Map.groupBy(told, ({ value, at, by: group }) =>
    JSON.stringify([String(value), isOnePiece ? 0 : Math.floor(at / pieceMs), isMissing ? 0 : group]),
  );
  return [...pieces.values()].flatMap((own): KeyRow[] => {
    const [first] = own;
    const last = own.at(-1);
    if (first === undefined || last === undefined) return [];
    const times = own.map(({ time }) => time);
    const latest = times.toSorted((left, right) => right - left);
    return [
      {
        hash: hash53(String(first.value)),
        value: first.value,
        times: isPartner
          ? latest.slice(0, 1)
          : isMissing
            ? [first.time, Math.min(...times), Math.max(...times)]
            : latest.slice(0, 2),
        by: last.by,
        at: first.at,
        isCounted: true,
      },
    ];
  });
}
