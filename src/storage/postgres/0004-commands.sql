-- Lists of alerts, silences and messages are read by page, the newest first. What they are found by are columns: an expression over
-- the document would refuse one whose text cannot be unpacked, and a refused commit would stop the pager.

-- Of alerts, from their documents as the core writes them.
alter table aggregate add column rule text;
update aggregate set rule = substring(state::text from '"rule":"([^"\\]*)"') where kind = 'alert';

-- 1042 of A-1042: they are counted, so the newest has the highest.
alter table aggregate add column number bigint generated always as (
  case when kind in ('alert', 'silence') and key ~ '^[A-Z]-[0-9]{1,18}$' then substring(key from 3)::bigint end
) stored;
create index aggregate_number on aggregate (plan, kind, number) where number is not null;
create index aggregate_rule on aggregate (plan, rule, number) where kind = 'alert';

create index notification_position on notification (plan, position);
create index notification_recipient on notification (plan, recipient, position);
