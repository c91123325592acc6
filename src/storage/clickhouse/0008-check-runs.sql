-- Runs of equal results of one probe as one location saw them, or of one part of its target, none longer than its hour: what the uptime of a
-- month is read from. Written an hour at a time by statements that may be repeated, after the hour has ended. No gap between two results of a
-- run is longer than `longest_gap`. They are kept for longer than the results: that is little, and who asks for 90 days anew needs them.
create table if not exists check_runs (
  plan LowCardinality(String),
  probe LowCardinality(String),
  part LowCardinality(String),
  location LowCardinality(String),
  at DateTime64(3, 'UTC') codec(Delta(8), LZ4),
  ended DateTime64(3, 'UTC') codec(Delta(8), LZ4),
  result LowCardinality(String),
  longest_gap UInt64,
  results UInt32
)
engine = MergeTree
partition by toDate(at)
order by (plan, probe, part, location, at)
ttl toDateTime(at) + interval 400 day
settings non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1, ttl_only_drop_parts = 1;

-- How many events `check` an hour had when its runs were written. One that has more now got some late, and is read from the events; these are
-- forgotten a day before the events are, after which the runs are all that there is.
create table if not exists check_hours (
  plan LowCardinality(String),
  at DateTime('UTC'),
  events UInt64
)
engine = MergeTree
partition by toDate(at)
order by (plan, at)
ttl at + interval 29 day
settings non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1, ttl_only_drop_parts = 1;

create table if not exists check_hours_late (
  plan LowCardinality(String),
  at DateTime('UTC')
)
engine = ReplacingMergeTree
partition by toDate(at)
order by (plan, at)
ttl at + interval 29 day
settings non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1, ttl_only_drop_parts = 1;
