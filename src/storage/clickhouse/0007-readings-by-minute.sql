-- What `readings` says in each minute, for charts of a day: a sixth of the rows. Written as `readings_5m` is.
create table if not exists readings_1m (
  plan LowCardinality(String),
  signal LowCardinality(String),
  group String,
  at DateTime('UTC') codec(Delta(4), LZ4),
  last Nullable(Float64),
  least Nullable(Float64),
  greatest Nullable(Float64),
  sample_size Float64,
  state LowCardinality(String),
  reason LowCardinality(String),
  readings UInt32
)
engine = MergeTree
partition by toYYYYMM(at)
order by (plan, signal, group, at)
ttl at + interval 400 day
settings non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1, ttl_only_drop_parts = 1;

-- Seconds that a row of the rolled up table is of: each table is done up to an instant of its own.
alter table readings_rolled_up add column if not exists step UInt32 default 300;
