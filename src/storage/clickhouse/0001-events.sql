-- One wide row an event. `strings`, `numbers` and `booleans` hold every attribute by the type that its field has in the plan.
-- `service`, `route`, `status` and `outcome` repeat the attribute of that name as text for charts; the maps stay the truth that
-- signals are computed from. The partition is by day, so that old days are dropped whole.
create table if not exists events (
  plan LowCardinality(String),
  name LowCardinality(String),
  ts DateTime64(3, 'UTC'),
  received_at DateTime64(3, 'UTC'),
  id UInt128,
  event_id String,
  user String,
  service LowCardinality(String),
  route LowCardinality(String),
  status LowCardinality(String),
  outcome LowCardinality(String),
  duration_ms Nullable(Float64),
  value Nullable(Float64),
  strings Map(LowCardinality(String), String),
  numbers Map(LowCardinality(String), Float64),
  booleans Map(LowCardinality(String), Bool),
  segment String
)
engine = MergeTree
partition by toDate(ts)
order by (plan, name, ts)
ttl toDateTime(ts) + interval 30 day
settings non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1, ttl_only_drop_parts = 1;

create table if not exists readings (
  plan LowCardinality(String),
  signal LowCardinality(String),
  group String,
  at DateTime64(3, 'UTC'),
  state LowCardinality(String),
  reason LowCardinality(String),
  value Nullable(Float64),
  sample_size Float64,
  segment String
)
engine = MergeTree
partition by toYYYYMM(at)
order by (plan, signal, group, at)
ttl toDateTime(at) + interval 400 day
settings non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1, ttl_only_drop_parts = 1;
