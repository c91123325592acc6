-- Documents whose text may come from telemetry are `json`, not `jsonb`: a NUL or half a surrogate pair in a group's name is
-- refused by jsonb, and a refused commit would stop the pager. `json` also gives back exactly what was written.

create table plan (
  name text primary key,
  current_version integer not null check (current_version > 0),
  created_at timestamptz not null
);

create table plan_version (
  plan text not null references plan (name),
  version integer not null check (version > 0),
  files json not null,
  applied_at timestamptz not null,
  applied_by text not null,
  primary key (plan, version)
);

-- One row a plan: who owns it, and the number of its next fact. Both stand in one row so that one lock both fences a commit
-- and numbers its facts without gaps.
create table plan_lease (
  plan text primary key,
  owner text not null,
  epoch bigint not null check (epoch > 0),
  until timestamptz not null,
  next_fact bigint not null default 1 check (next_fact > 0)
);

create table aggregate (
  plan text not null,
  kind text not null,
  key text not null,
  version bigint not null default 1,
  schema integer not null,
  state json not null,
  open boolean not null,
  due_at timestamptz,
  ended_at timestamptz,
  updated_at timestamptz not null,
  primary key (plan, kind, key)
);
create index aggregate_open on aggregate (plan) where open;
create index aggregate_ended on aggregate (plan, ended_at) where not open;

create table fact (
  plan text not null,
  sequence bigint not null,
  at timestamptz not null,
  kind text not null,
  subject text not null,
  reason text not null,
  body json not null,
  primary key (plan, sequence)
);
create index fact_subject on fact (plan, subject, sequence);

-- Facts up to here are durable in the spool as events.
create table fact_export (
  plan text primary key,
  up_to bigint not null
);

create table notification (
  id text primary key,
  plan text not null,
  episode text not null,
  policy_version integer not null,
  cycle integer not null,
  step text not null,
  recipient text not null,
  channel text not null,
  rule text not null,
  severity text not null,
  content json not null,
  created_at timestamptz not null,
  state text not null default 'pending'
    check (state in ('pending', 'leased', 'accepted', 'delivered', 'retry_at', 'failed', 'unknown')),
  attempt integer not null default 0,
  fence bigint not null default 0,
  may_repeat boolean not null default false,
  lease_until timestamptz,
  retry_at timestamptz,
  receipt text,
  problem text,
  settled_at timestamptz,
  due_at timestamptz generated always as (
    case state when 'pending' then created_at when 'leased' then lease_until when 'retry_at' then retry_at end
  ) stored,
  unique (plan, episode, policy_version, cycle, step, recipient, channel),
  check (state <> 'leased' or lease_until is not null),
  check (state <> 'retry_at' or retry_at is not null)
);
create index notification_due on notification (plan, due_at) where due_at is not null;

create table notification_attempt (
  notification text not null references notification (id),
  attempt integer not null,
  started_at timestamptz not null,
  ended_at timestamptz,
  outcome text,
  problem text,
  primary key (notification, attempt)
);

create table inbox (
  id text primary key,
  plan text not null,
  person text not null,
  at timestamptz not null,
  title text not null,
  body text not null,
  alert text not null
);
create index inbox_person on inbox (plan, person, at desc);

create table ingest_key (
  id text primary key,
  plan text not null,
  name text not null,
  scopes text[] not null,
  hash text not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz
);
create index ingest_key_plan on ingest_key (plan);
