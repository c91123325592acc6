-- What `check_runs` says, by 5 minutes instead of hours and as soon as they are over, with how long the checks took: what pages read of the
-- hours that have no runs yet, of those that got results late, and of durations. Written anew where results came late: of the rows of a slice
-- only those of its greatest version in `check_slices_written` count.
create table if not exists check_slices (
  plan LowCardinality(String),
  probe LowCardinality(String),
  part LowCardinality(String),
  location LowCardinality(String),
  slice DateTime('UTC') codec(Delta(4), LZ4),
  version UInt32,
  at DateTime64(3, 'UTC') codec(Delta(8), LZ4),
  ended DateTime64(3, 'UTC') codec(Delta(8), LZ4),
  result LowCardinality(String),
  longest_gap UInt64,
  results UInt32,
  duration_ms Float64,
  longest_ms Float64,
  dns_ms Float64,
  dns UInt32,
  connect_ms Float64,
  connect UInt32,
  tls_ms Float64,
  tls UInt32,
  first_byte_ms Float64,
  first_byte UInt32
)
engine = MergeTree
partition by toDate(slice)
order by (plan, probe, part, location, at)
ttl slice + interval 30 day
settings non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1, ttl_only_drop_parts = 1;

-- How many events `check` a slice had when a version of it was written; one that has more now is written again.
create table if not exists check_slices_written (
  plan LowCardinality(String),
  slice DateTime('UTC'),
  version UInt32,
  events UInt64
)
engine = MergeTree
partition by toDate(slice)
order by (plan, slice, version)
ttl slice + interval 30 day
settings non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1, ttl_only_drop_parts = 1;
