-- What `readings` says in each 5 minutes, for charts of long ranges. Written from whole 5 minutes after their end, by statements that may be
-- repeated; not by a materialized view, which is not atomic with its table.
create table if not exists readings_5m (
  plan LowCardinality(String),
  signal LowCardinality(String),
  group String,
  at DateTime('UTC'),
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

-- Up to where that was done; the greatest counts.
create table if not exists readings_rolled_up (
  up_to DateTime('UTC')
)
engine = MergeTree
order by up_to;
