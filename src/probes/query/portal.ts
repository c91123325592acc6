import type pg from 'pg';

/** Types of columns that are numbers: int8, int2, int4, oid, float4, float8, numeric. */
const NUMBERS: ReadonlySet<number> = new Set([20, 21, 23, 26, 700, 701, 1700]);
const BOOLEAN = 16;

/** What was read of the answer to a statement. */
export interface Rows {
  readonly columns: readonly string[];
  /** The first ones, each value as PostgreSQL writes it, null as such. */
  readonly first: readonly (readonly (string | null)[])[];
  /** How many came; when `isCut`, there are more. */
  readonly count: number;
  readonly isCut: boolean;
  /** The first column of the first row: a number, a truth value or text. Absent when there is no row or it is null. */
  readonly value?: string | number | boolean;
}

export interface PortalLimits {
  /** The server is asked for one more than these, and makes no others. */
  readonly rows: number;
  readonly rowsKept: number;
}

interface Field {
  readonly name: string;
  readonly dataTypeID: number;
}

/**
 * One statement by the extended protocol: the server refuses a text of several, and stops at a number of rows, so that a table of a million
 * costs as much as one of a hundred (PostgreSQL documentation, "Message Flow", "Extended Query"). The handlers are those that `pg` calls.
 */
export class Portal implements pg.Submittable {
  readonly #sql: string;
  readonly #limits: PortalLimits;
  readonly #first: (readonly (string | null)[])[] = [];
  readonly #settled = Promise.withResolvers<Rows>();
  #fields: readonly Field[] = [];
  #count = 0;
  #failure: unknown;

  constructor(sql: string, limits: PortalLimits) {
    this.#sql = sql;
    this.#limits = limits;
  }

  /** Rejects with the server's error, or with that of a lost connection. */
  get rows(): Promise<Rows> {
    return this.#settled.promise;
  }

  submit(connection: pg.Connection): void {
    connection.parse({ name: '', text: this.#sql, types: [] }, true);
    connection.bind({ portal: '', statement: '', values: [] }, true);
    connection.describe({ type: 'P', name: '' }, true);
    connection.execute({ portal: '', rows: String(this.#limits.rows + 1) }, true);
    connection.sync();
  }

  handleRowDescription(message: { readonly fields: readonly Field[] }): void {
    this.#fields = message.fields;
  }

  handleDataRow(message: { readonly fields: readonly (string | null)[] }): void {
    this.#count += 1;
    if (this.#first.length < this.#limits.rowsKept) this.#first.push(message.fields);
  }

  /** The server has stopped at the last row that was asked for. The transaction's end closes the portal. */
  handlePortalSuspended(): void {}

  handleCommandComplete(): void {}

  handleEmptyQuery(): void {}

  handleCopyInResponse(connection: { sendCopyFail(message: string): void }): void {
    connection.sendCopyFail('nothing is sent');
  }

  handleCopyData(): void {}

  handleError(problem: unknown): void {
    this.#failure = problem;
    this.#settled.reject(problem);
  }

  handleReadyForQuery(): void {
    if (this.#failure !== undefined) return;
    const isCut = this.#count > this.#limits.rows;
    const value = this.#value();
    this.#settled.resolve({
      columns: this.#fields.map(({ name }) => name),
      first: this.#first,
      count: isCut ? this.#limits.rows : this.#count,
      isCut,
      ...(value === undefined ? {} : { value }),
    });
  }

  #value(): string | number | boolean | undefined {
    const text = this.#first[0]?.[0];
    const type = this.#fields[0]?.dataTypeID;
    if (text === undefined || text === null) return undefined;
    if (type === BOOLEAN) return text === 't';
    const number = type !== undefined && NUMBERS.has(type) ? Number(text) : Number.NaN;
    return Number.isFinite(number) ? number : text;
  }
}
