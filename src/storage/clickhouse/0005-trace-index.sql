-- Blocks without a trace's id stay unread when all of the trace is asked for. Parts that are there already are read whole until they are merged.
alter table events add index if not exists trace_id strings['trace_id'] type bloom_filter(0.01) granularity 1;
