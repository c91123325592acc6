-- One row a point. `series_id` is the hash of a series' name and labels (`hash64` of the program), the same in every plan. A point that arrives
-- twice is one row after a merge; what reads before that takes one row for each (series_id, ts).
create table if not exists samples (
  plan LowCardinality(String),
  series_id UInt64 codec(Delta(8), LZ4),
  ts DateTime64(3, 'UTC') codec(DoubleDelta, LZ4),
  value Float64 codec(Gorilla(8), LZ4)
)
engine = ReplacingMergeTree
partition by toDate(ts)
order by (plan, series_id, ts)
ttl toDateTime(ts) + interval 30 day
settings non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1, ttl_only_drop_parts = 1;

-- What the ids of series stand for. A series is described again every day, and whenever intake has started; the last description counts.
create table if not exists series (
  plan LowCardinality(String),
  name LowCardinality(String),
  series_id UInt64,
  kind LowCardinality(String),
  labels Map(LowCardinality(String), String),
  described_at DateTime64(3, 'UTC')
)
engine = ReplacingMergeTree(described_at)
order by (plan, name, series_id)
ttl toDateTime(described_at) + interval 32 day
settings non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;
