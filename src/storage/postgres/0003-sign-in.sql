-- People, their sessions and what they may do. No secret stands here: of tokens and links only the SHA-256, of passwords only scrypt.
create schema auth;

create table auth.member (
  id text primary key,
  name text not null,
  -- In small letters.
  email text not null unique check (email = lower(email)),
  email_verified boolean not null default false,
  image text,
  server_level text check (server_level in ('owner', 'admin', 'editor', 'responder', 'viewer')),
  version integer not null default 1 check (version > 0),
  disabled_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create table auth.plan_level (
  member text not null references auth.member (id) on delete cascade,
  plan text not null,
  level text not null check (level in ('owner', 'admin', 'editor', 'responder', 'viewer')),
  primary key (member, plan)
);

create table auth.session (
  id text primary key,
  user_id text not null references auth.member (id) on delete cascade,
  -- The check keeps a token in the clear from ever being stored.
  token text not null unique check (token ~ '^[0-9a-f]{64}$'),
  ip_address text,
  user_agent text,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index session_member on auth.session (user_id);

create table auth.account (
  id text primary key,
  account_id text not null,
  provider_id text not null,
  user_id text not null references auth.member (id) on delete cascade,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  scope text,
  password text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (provider_id, account_id)
);
create index account_member on auth.account (user_id);

-- Links that are good for one use: the first owner's, invitations, new passwords.
create table auth.link (
  id text primary key,
  hash text not null unique check (hash ~ '^[0-9a-f]{64}$'),
  kind text not null check (kind in ('set-up', 'invitation', 'password-reset')),
  member text references auth.member (id) on delete cascade,
  email text,
  server_level text check (server_level in ('owner', 'admin', 'editor', 'responder', 'viewer')),
  plan_levels json,
  made_by text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);

create table auth.api_token (
  id text primary key,
  hash text not null unique check (hash ~ '^[0-9a-f]{64}$'),
  name text not null,
  level text not null check (level in ('owner', 'admin', 'editor', 'responder', 'viewer')),
  -- The one plan that it is good for; the whole server when absent.
  plan text,
  -- Of a member's token: it never may more than the member does. Absent when the admin token made it.
  member text,
  made_by text not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz
);
create index api_token_member on auth.api_token (member);

-- Attempts within a window, by a key that names no person: they count across restarts.
create table auth.attempt (
  key text primary key,
  count integer not null,
  window_ends_at timestamptz not null,
  blocked_until timestamptz
);
create index attempt_window on auth.attempt (window_ends_at);

-- Each row's hash covers the row and the hash before it, so a row that was altered or taken out shows.
create table auth.audit (
  sequence bigint primary key check (sequence > 0),
  at timestamptz not null,
  actor_kind text not null,
  actor text not null,
  actor_id text,
  action text not null,
  plan text,
  object text,
  outcome text not null check (outcome in ('begun', 'done', 'refused', 'failed')),
  code text,
  before json,
  after json,
  address text not null,
  request_id text not null,
  previous text not null,
  hash text not null
);

-- The last row's number and hash: one row that every new entry locks, and by which a missing end shows.
create table auth.audit_head (
  only_one boolean primary key default true check (only_one),
  sequence bigint not null,
  hash text not null
);

create function auth.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the audit log is only added to';
end $$;
create trigger audit_is_only_added_to before update or delete or truncate on auth.audit
  for each statement execute function auth.refuse_change();
