-- How long it took until what a check sent was confirmed, beside the other parts of its duration.
alter table check_slices add column if not exists confirmed_ms Float64;
alter table check_slices add column if not exists confirmed UInt32;
