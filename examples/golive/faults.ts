/** One thing that is wrong in the data, and who has to notice it. */
export interface Fault {
  /** In the schema `erp`. */
  readonly sql: string;
  /** The probe of `plan.yaml` that finds it; no other does. */
  readonly foundBy: string;
  /** Those that it cannot be hidden from. */
  readonly alsoBy?: readonly string[];
  /** What stands in the rows that the probe shows. */
  readonly shown: string;
}

/** Every fault that can be planted, by its name. */
export const faults = {
  'duplicate-invoice': {
    sql: "update sale set invoice = 'INV-000008' where id = 7",
    foundBy: 'duplicate-invoices',
    shown: 'INV-000008',
  },
  'duplicate-sale': {
    sql: `insert into sale select 1005, 'INV-001005', branch_id, staff_id, customer, kind, status, total_cents, created_at from sale where id = 5;
      insert into sale_line select 1005, product_id, quantity, price_cents from sale_line where sale_id = 5;
      insert into payment select 1005, method, amount_cents, paid_at from payment where sale_id = 5;
      insert into ledger select 1005, amount_cents from ledger where sale_id = 5;
      insert into activity select staff_id, action, 1005, record_branch_id, at from activity where sale_id = 5`,
    foundBy: 'duplicate-sales',
    alsoBy: ['day-totals'],
    shown: 'Customer 5',
  },
  'sale-without-order': {
    sql: 'delete from production_step where order_id = 4; delete from production_order where id = 4',
    foundBy: 'sales-without-order',
    shown: 'INV-000004',
  },
  'order-without-sale': {
    sql: `insert into production_order values (9001, 9999, 6, 'open', 0, null);
      insert into production_step values (9001, 'cut', 'open', now())`,
    foundBy: 'orders-without-sale',
    shown: '9001',
  },
  'orphan-line': {
    sql: 'insert into sale_line values (9999, 1, 1, 100)',
    foundBy: 'lines-without-sale',
    shown: '9999',
  },
  'wrong-total': {
    sql: 'update sale set total_cents = total_cents + 100 where id = 11',
    foundBy: 'sale-totals',
    shown: 'INV-000011',
  },
  'less-than-counted': {
    sql: 'update day_total set expected_cents = expected_cents * 10 / 9 where day = (select min(day) from day_total)',
    foundBy: 'day-totals',
    shown: '-',
  },
  'unpaid-sale': { sql: 'delete from payment where sale_id = 5', foundBy: 'payments-match', shown: 'INV-000005' },
  'sale-of-other-branch': {
    sql: 'update sale set branch_id = 1 + branch_id % 3 where id = 10',
    foundBy: 'branch-of-sale',
    shown: 'INV-000010',
  },
  'sale-without-branch': {
    sql: 'update sale set branch_id = null where id = 22',
    foundBy: 'branch-sums',
    shown: '6500',
  },
  'foreign-branch-read': {
    sql: "insert into activity values (11, 'sale_read', 1, 2, now())",
    foundBy: 'branch-isolation',
    shown: 'Staff 11',
  },
  'progress-too-far': {
    sql: 'update production_order set progress = 100 where id = 20',
    foundBy: 'order-progress',
    shown: '20',
  },
  'completed-too-early': {
    sql: "update production_order set state = 'completed', completed_at = now() where id = 8; insert into cost values (8, 900)",
    foundBy: 'order-completion',
    shown: '8',
  },
  'done-not-completed': {
    sql: "update production_order set state = 'open', completed_at = null where id = 80",
    foundBy: 'order-completion',
    shown: '80',
  },
  'stale-step': {
    sql: "update production_step set updated_at = now() - interval '5 days' where order_id = 12 and name = 'sew'",
    foundBy: 'steps-in-time',
    shown: '12',
  },
  'missing-cost': { sql: 'delete from cost where order_id = 60', foundBy: 'costs-entered', shown: '60' },
  'negative-cost': {
    sql: 'update cost set amount_cents = -500 where order_id = 84',
    foundBy: 'costs-sound',
    shown: '84',
  },
  'orphan-cost': { sql: 'insert into cost values (9999, 700)', foundBy: 'costs-sound', shown: '9999' },
  'amount-too-high': {
    sql: 'update sale_line set quantity = quantity * 100 where sale_id = 21; update sale set total_cents = total_cents * 100 where id = 21',
    foundBy: 'sale-amounts',
    alsoBy: ['day-totals'],
    shown: 'INV-000021',
  },
  'amount-of-nothing': {
    sql: 'update sale_line set quantity = 0 where sale_id = 31; update sale set total_cents = 0 where id = 31',
    foundBy: 'sale-amounts',
    alsoBy: ['day-totals'],
    shown: 'INV-000031',
  },
  'sale-without-activity': {
    sql: "delete from activity where sale_id = 6 and action = 'sale_created'",
    foundBy: 'sales-by-somebody',
    shown: 'INV-000006',
  },
  'staff-shut-out': {
    sql: "update activity set action = 'login_failed' where staff_id = 21 and action = 'login'",
    foundBy: 'staff-signed-in',
    shown: 'Staff 21',
  },
  'modules-disagree': {
    sql: 'update production_order set product_id = 10 where id = 16',
    foundBy: 'modules-agree',
    shown: '16',
  },
  'missing-in-ledger': { sql: 'delete from ledger where sale_id = 13', foundBy: 'ledger-complete', shown: '13' },
  'missing-in-sales': { sql: 'insert into ledger values (9999, 4200)', foundBy: 'ledger-complete', shown: '9999' },
  'rule-broken': {
    sql: "update payment set method = 'shells' where sale_id = 14",
    foundBy: 'payments-sound',
    shown: 'shells',
  },
  'damaged-row': {
    sql: "update sale set invoice = 'INV-00\u{FFFD}09' where id = 9",
    foundBy: 'invoices-legible',
    shown: '9',
  },
  'negative-stock': {
    sql: "insert into stock_movement values (2, 3, -5000, 'count')",
    foundBy: 'stock-not-negative',
    shown: 'South',
  },
  'stale-sync': {
    sql: "update device_sync set synced_at = now() - interval '3 hours' where device = 'till-21'",
    foundBy: 'tills-synced',
    shown: 'till-21',
  },
  'missing-backup': {
    sql: "delete from backup_run where started_at > now() - interval '1 day'",
    foundBy: 'last-backup',
    shown: '32',
  },
  'failed-backup': {
    sql: "update backup_run set state = 'failed' where started_at > now() - interval '1 day'",
    foundBy: 'last-backup',
    shown: '32',
  },
  'empty-backup': {
    sql: 'update backup_run set bytes = 0 where started_at = (select max(started_at) from backup_run)',
    foundBy: 'backup-restored',
    shown: '0',
  },
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof faults;
