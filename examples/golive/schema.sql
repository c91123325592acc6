-- A small ERP as it often is: no foreign keys and few constraints, since it grew out of tables of somebody's spreadsheet.
drop schema if exists erp cascade;
create schema erp;
set local search_path = erp;

create table branch (id int primary key, name text);
create table staff (id int primary key, name text, branch_id int, role text);
create table product (id int primary key, name text, price_cents int);
create table sale (
  id int primary key, invoice text, branch_id int, staff_id int, customer text, kind text, status text,
  total_cents int, created_at timestamptz
);
create table sale_line (sale_id int, product_id int, quantity int, price_cents int);
create table payment (sale_id int, method text, amount_cents int, paid_at timestamptz);
-- What was counted at the end of a day, entered by hand.
create table day_total (day date primary key, expected_cents int);
create table ledger (sale_id int, amount_cents int);
create table production_order (
  id int primary key, sale_id int, product_id int, state text, progress int, completed_at timestamptz
);
create table production_step (order_id int, name text, state text, updated_at timestamptz);
create table cost (order_id int, amount_cents int);
create table stock_movement (branch_id int, product_id int, quantity int, reason text);
create table activity (staff_id int, action text, sale_id int, record_branch_id int, at timestamptz);
create table device_sync (device text primary key, branch_id int, synced_at timestamptz);
create table backup_run (started_at timestamptz, finished_at timestamptz, state text, bytes bigint, restored_at timestamptz);
