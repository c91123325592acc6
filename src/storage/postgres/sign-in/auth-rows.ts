import type pg from 'pg';
import { formatInstant } from '#kernel/instant.ts';

/** What a condition compares a column with. */
export interface RowCondition {
  readonly column: string;
  readonly operator: 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte' | 'in' | 'not_in';
  readonly value: unknown;
  /** How it is joined to those before it. */
  readonly connector: 'AND' | 'OR';
}

export type AuthRow = Record<string, unknown>;

/**
 * The tables and columns that the sign-in library knows, by name. Names become SQL and come from here alone, so nothing that a
 * request brings can be one.
 */
const tables: Readonly<Record<string, readonly string[]>> = {
  member: ['id', 'name', 'email', 'email_verified', 'image', 'created_at', 'updated_at'],
  session: ['id', 'user_id', 'token', 'ip_address', 'user_agent', 'expires_at', 'created_at', 'updated_at'],
  account: [
    ...['id', 'account_id', 'provider_id', 'user_id', 'access_token', 'refresh_token', 'id_token'],
    ...['access_token_expires_at', 'refresh_token_expires_at', 'scope', 'password', 'created_at', 'updated_at'],
  ],
};

const operators: Readonly<Record<RowCondition['operator'], string>> = {
  eq: '=',
  ne: '<>',
  lt: '<',
  lte: '<=',
  gt: '>',
  gte: '>=',
  in: '= any',
  not_in: '<> all',
};

/** Plain rows of the sign-in tables, as the library's adapter needs them. Instants go in and come out as ISO text. */
export interface AuthRows {
  insert(table: string, row: AuthRow): Promise<AuthRow>;
  find(
    table: string,
    conditions: readonly RowCondition[],
    order?: { readonly column: string; readonly descending: boolean },
    limit?: number,
    offset?: number,
  ): Promise<AuthRow[]>;
  count(table: string, conditions: readonly RowCondition[]): Promise<number>;
  /** Returns the rows as they are now. */
  update(table: string, conditions: readonly RowCondition[], row: AuthRow): Promise<AuthRow[]>;
  remove(table: string, conditions: readonly RowCondition[]): Promise<AuthRow[]>;
}

/** The rows on PostgreSQL. */
export function createAuthRows(pool: pg.Pool): AuthRows {
  return {
    async insert(table, row) {
      const columns = Object.keys(row).map((column) => columnOf(table, column));
      const values = Object.values(row);
      const result = await pool.query<AuthRow>(
        `insert into ${tableOf(table)} (${columns.join(', ')})
         values (${values.map((_, index) => `$${index + 1}`).join(', ')}) returning *`,
        values,
      );
      return readRow(result.rows[0] ?? {});
    },
    async find(table, conditions, order, limit, offset) {
      const values: unknown[] = [];
      const where = whereOf(table, conditions, values);
      const by =
        order === undefined ? '' : `order by ${columnOf(table, order.column)} ${order.descending ? 'desc' : 'asc'}`;
      const result = await pool.query<AuthRow>(
        `select * from ${tableOf(table)} ${where} ${by} limit $${values.length + 1} offset $${values.length + 2}`,
        [...values, limit ?? null, offset ?? 0],
      );
      return result.rows.map(readRow);
    },
    async count(table, conditions) {
      const values: unknown[] = [];
      const where = whereOf(table, conditions, values);
      const result = await pool.query<{ count: number }>(
        `select count(*) as count from ${tableOf(table)} ${where}`,
        values,
      );
      return result.rows[0]?.count ?? 0;
    },
    async update(table, conditions, row) {
      const values = Object.values(row);
      const set = Object.keys(row).map((column, index) => `${columnOf(table, column)} = $${index + 1}`);
      const where = whereOf(table, conditions, values);
      const result = await pool.query<AuthRow>(
        `update ${tableOf(table)} set ${set.join(', ')} ${where} returning *`,
        values,
      );
      return result.rows.map(readRow);
    },
    async remove(table, conditions) {
      const values: unknown[] = [];
      const where = whereOf(table, conditions, values);
      const result = await pool.query<AuthRow>(`delete from ${tableOf(table)} ${where} returning *`, values);
      return result.rows.map(readRow);
    },
  };
}

function tableOf(table: string): string {
  if (!Object.hasOwn(tables, table)) throw new Error(`The sign-in tables have no ${table}.`);
  return `auth.${table}`;
}

function columnOf(table: string, column: string): string {
  if (!tables[table]?.includes(column))
    throw new Error(`auth.${table} has no column ${column} for the sign-in library.`);
  return column;
}

function whereOf(table: string, conditions: readonly RowCondition[], values: unknown[]): string {
  const parts = conditions.map(({ column, operator, value, connector }, index) => {
    const name = columnOf(table, column);
    const joined = index === 0 ? '' : `${connector === 'OR' ? 'or' : 'and'} `;
    if (value === null) return `${joined}${name} is ${operator === 'ne' ? 'not ' : ''}null`;
    values.push(value);
    return `${joined}${name} ${operators[operator]} ($${values.length})`;
  });
  return parts.length === 0 ? '' : `where ${parts.join(' ')}`;
}

/** The pool reads instants as numbers; the library wants them as ISO text. */
function readRow(row: AuthRow): AuthRow {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [
      column,
      column.endsWith('_at') && typeof value === 'number' ? formatInstant(value) : value,
    ]),
  );
}
