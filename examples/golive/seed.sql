-- Ten days of three branches, the same each time; only the times count from now on backwards.
set local search_path = erp;

insert into branch values (1, 'North'), (2, 'South'), (3, 'Harbour');
insert into staff select b * 10 + n, 'Staff ' || b || n, b, 'seller' from generate_series(1, 3) b, generate_series(1, 2) n;
-- Whose work it is to look into every branch.
insert into staff values (1, 'Owner', null, 'owner');
insert into product select n, 'Product ' || n, 1000 + n * 250 from generate_series(1, 10) n;

insert into sale
  select n, 'INV-' || lpad(n::text, 6, '0'), 1 + n % 3, (1 + n % 3) * 10 + 1 + n / 3 % 2, 'Customer ' || n % 40,
    case when n % 4 = 0 then 'studio' else 'ready' end, case when n % 10 = 1 then 'draft' else 'final' end,
    0, now() - n * interval '97 minutes'
  from generate_series(1, 120) n;
insert into sale_line select id, 1 + id % 5, 1 + id % 3, (select price_cents from product where id = 1 + sale.id % 5) from sale;
insert into sale_line select id, 6 + id % 5, 1, (select price_cents from product where id = 6 + sale.id % 5) from sale;
update sale set total_cents = (select sum(quantity * price_cents) from sale_line where sale_id = sale.id);
insert into payment
  select id, case when id % 2 = 0 then 'cash' else 'card' end, total_cents, created_at from sale where status = 'final';
insert into day_total select (created_at at time zone 'UTC')::date, sum(total_cents) from sale group by 1;
insert into ledger select id, total_cents from sale where status = 'final';

-- Orders of the last days are in work, older ones are done.
insert into production_order
  select id, id, 6 + id % 5, case when id < 40 then 'open' else 'completed' end, case when id < 40 then 33 else 100 end,
    case when id < 40 then null else created_at + interval '20 hours' end
  from sale where kind = 'studio';
insert into production_step
  select id, step, case when state = 'completed' or step = 'cut' then 'done' else 'open' end, now() - id * interval '1 hour'
  from production_order, unnest(array['cut', 'sew', 'finish']) step;
insert into cost select id, 1500 + id * 10 from production_order where state = 'completed';

insert into stock_movement select b, p, 1000, 'delivery' from generate_series(1, 3) b, generate_series(1, 10) p;
insert into stock_movement
  select sale.branch_id, line.product_id, -line.quantity, 'sale' from sale join sale_line line on line.sale_id = sale.id;

insert into activity select staff_id, 'sale_created', id, branch_id, created_at from sale;
insert into activity select staff_id, 'sale_read', id, branch_id, created_at + interval '1 hour' from sale;
insert into activity select 1, 'sale_read', id, branch_id, created_at + interval '2 hours' from sale;
insert into activity select id, 'login', null, null, now() - interval '2 hours' from staff;

insert into device_sync select 'till-' || b || n, b, now() - interval '4 minutes' from generate_series(1, 3) b, generate_series(1, 2) n;
insert into backup_run
  select now() - n * interval '1 day' - interval '9 hours', now() - n * interval '1 day' - interval '8 hours', 'succeeded',
    50000000 + n, now() - n * interval '1 day' - interval '7 hours'
  from generate_series(0, 9) n;
