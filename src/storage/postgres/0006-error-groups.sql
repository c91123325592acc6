-- What is known of a group of errors longer than its events are kept, and what people said of it. A group that has no row is open.
create table error_group (
  plan text not null,
  fingerprint text not null,
  first_seen timestamptz not null,
  last_seen timestamptz not null,
  state text not null default 'open' check (state in ('open', 'resolved', 'ignored')),
  -- Of the last command, or of the regression that opened it again.
  changed_at timestamptz,
  changed_by text,
  -- Resolved from the next release on: errors of releases that were known at `changed_at` are none of it.
  in_next_release boolean not null default false,
  regressed_at timestamptz,
  version integer not null default 1,
  primary key (plan, fingerprint)
);
create index error_group_state on error_group (plan, state) where state <> 'open';
create index error_group_seen on error_group (plan, last_seen);

-- Up to when errors were looked through.
create table error_look (
  plan text primary key,
  looked_to timestamptz not null
);
