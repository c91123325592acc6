-- The messages of one episode to one recipient by one channel leave in the order in which they were queued. Instants cannot
-- tell that order: a clock may have been set back between two of them.

-- Counted in the row that every commit locks, as facts are.
alter table plan_lease add column next_notification bigint not null default 1 check (next_notification > 0);

alter table notification add column position bigint;
update notification set position = numbered.position
from (
  select id, row_number() over (
    partition by plan
    order by created_at, cycle, array_position(array['flapping', 'fired', 'repeated', 'resolved'], step), id
  ) as position
  from notification
) numbered
where notification.id = numbered.id;
alter table notification alter column position set not null;
update plan_lease set next_notification = last.position + 1
from (select plan, max(position) as position from notification group by plan) last
where plan_lease.plan = last.plan;

-- Messages of the same queue leave one after the other. One column, so that however old the planner's statistics are, no other
-- index looks as good for the search for earlier ones as this one is.
alter table notification add column queue text not null generated always as (
  plan || E'\x1f' || episode || E'\x1f' || recipient || E'\x1f' || channel
) stored;
create index notification_queue on notification (queue, position) where due_at is not null;
