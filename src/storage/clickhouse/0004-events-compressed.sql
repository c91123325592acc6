-- What an event takes on the disk, by a codec for each column: ids and texts of neighbours are alike, times and receipts grow by little. Parts
-- that are there already change with their next merge. `id`, the hash of `event_id`, is not filled any more: it was 16 bytes that nothing
-- compresses, and nobody asks for it.
alter table events modify column plan LowCardinality(String) codec(ZSTD(1));
alter table events modify column name LowCardinality(String) codec(ZSTD(1));
alter table events modify column ts DateTime64(3, 'UTC') codec(Delta(8), ZSTD(1));
alter table events modify column received_at DateTime64(3, 'UTC') codec(Delta(8), ZSTD(1));
alter table events modify column id UInt128 codec(ZSTD(1));
alter table events modify column event_id String codec(ZSTD(1));
alter table events modify column user String codec(ZSTD(1));
alter table events modify column service LowCardinality(String) codec(ZSTD(1));
alter table events modify column route LowCardinality(String) codec(ZSTD(1));
alter table events modify column status LowCardinality(String) codec(ZSTD(1));
alter table events modify column outcome LowCardinality(String) codec(ZSTD(1));
alter table events modify column duration_ms Nullable(Float64) codec(ZSTD(1));
alter table events modify column value Nullable(Float64) codec(ZSTD(1));
alter table events modify column strings Map(LowCardinality(String), String) codec(ZSTD(1));
alter table events modify column numbers Map(LowCardinality(String), Float64) codec(ZSTD(1));
alter table events modify column booleans Map(LowCardinality(String), Bool) codec(ZSTD(1));
alter table events modify column segment String codec(ZSTD(1));
