-- Lists that people kept by hand and held against what the system says. Texts of theirs may hold anything, so they are `json` like telemetry.
create table list_upload (
  plan text not null,
  id text not null,
  comparison text not null,
  uploaded_at timestamptz not null,
  uploaded_by text not null,
  -- How it was compared: the plan may say otherwise by now.
  source text not null,
  key_field text not null,
  fields json not null,
  compared_from timestamptz not null,
  compared_to timestamptz not null,
  -- Of the list and of the system; those that agree, and all that differ.
  row_count integer not null,
  event_count integer not null,
  without_key integer not null,
  equal_count integer not null,
  difference_count integer not null,
  -- The lines with their number, key and values, and of what differs the first.
  list_rows json not null,
  differences json not null,
  primary key (plan, id)
);
create index list_upload_comparison on list_upload (plan, comparison, uploaded_at);
