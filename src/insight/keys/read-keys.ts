import { type DurationMs, HOUR_MS, type Instant, MINUTE_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { KeyRecall, type KeyRow, type KeySide, type KeysWanted } from '#signals/keys/key-recall.ts';
import { type KeyRange, keyRowOf, keysSql, type StoredKey } from '#signals/sql/keys-sql.ts';
import { SqlParameters } from '#signals/sql/parameters.ts';
import { queryLimits } from '#storage/clickhouse/series.ts';
import { type AskTelemetry, askUnlessMuch } from '#storage/clickhouse/within.ts';

/** So much is read at once at first; what is too much is asked for in halves. */
const STRETCH_MS = 6 * HOUR_MS;
const SHORTEST_MS = MINUTE_MS;

/**
 * What the store knows of the keys that a measure waits for: stretch by stretch in the order in which events were received, so that there is
 * no more of them in memory at a time than a window holds. Throws `telemetry-away`.
 */
export async function readKeys(ask: AskTelemetry, plan: string, wanted: KeysWanted): Promise<KeyRecall> {
  const recall = new KeyRecall(wanted);
  let stretchMs: DurationMs = STRETCH_MS;
  for (
    let from: Instant = Math.min(...wanted.sides.map((side) => side.from));
    from < wanted.to && !recall.isTooMuch;
  ) {
    const to = Math.min(from + stretchMs, wanted.to);
    const isRead = await readStretch(ask, wanted, { plan, from, to }, recall, stretchMs > SHORTEST_MS);
    if (isRead) {
      recall.pass(to);
      from = to;
    } else stretchMs = Math.max(SHORTEST_MS, Math.ceil((to - from) / 2));
  }
  return recall;
}

/** Whether it was not too much; then nothing of it is taken that would say anything else the next time. */
async function readStretch(
  ask: AskTelemetry,
  { measure, sides }: KeysWanted,
  range: KeyRange,
  recall: KeyRecall,
  mayBeMuch: boolean,
): Promise<boolean> {
  const told: (readonly [side: KeySide, rows: readonly KeyRow[]])[] = [];
  for (const side of sides) {
    const from = Math.max(range.from, side.from);
    if (from >= range.to) continue;
    const rows = await askUnlessMuch(ask, mayBeMuch, async (client, signal) => {
      const parameters = new SqlParameters();
      const answer = await client.query({
        query: keysSql(measure, side, { ...range, from }, parameters),
        query_params: { ...parameters.values },
        format: 'JSONCompactEachRow',
        clickhouse_settings: { ...queryLimits, max_threads: 1 },
        abort_signal: signal,
      });
      return (await answer.json<StoredKey>()).map(keyRowOf);
    });
    if (rows === 'much') return false;
    if (rows.length > limits.keyRowsAsked) {
      if (mayBeMuch) return false;
      recall.isTooMuch = true;
      return true;
    }
    told.push([side, rows]);
  }
  for (const [side, rows] of told) recall.take(side, rows);
  return true;
}
