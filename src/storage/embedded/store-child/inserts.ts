import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { assignment, EngineError, type EngineSession, type Settings } from './engine.ts';
import { quoteText } from './parameters.ts';
import type { InsertHead } from './sql-text.ts';

/**
 * The engine's own inline insert ends the data at the first blank line and runs the rest as SQL. So the rows of an insert go to a
 * file in memory, and the statement reads that file: data can never become code.
 */
export class RowFiles {
  readonly #folder: string;
  readonly #mostBytes: number;
  #count = 0;

  constructor(folder: string, mostBytes: number) {
    this.#folder = folder;
    this.#mostBytes = mostBytes;
  }

  /** Makes the folder and removes what a killed predecessor left. */
  async open(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    for (const name of await readdir(this.#folder)) await rm(join(this.#folder, name), { force: true });
  }

  /** Writes a body to a file; the caller removes it. */
  async write(body: Readable): Promise<string> {
    this.#count += 1;
    const path = join(this.#folder, `rows-${this.#count}`);
    let bytes = 0;
    const counted = new Transform({
      transform: (chunk: Buffer, _, done) => {
        bytes += chunk.length;
        if (bytes > this.#mostBytes) done(new EngineError(307, `More than ${this.#mostBytes} bytes in one insert`));
        else done(null, chunk);
      },
    });
    try {
      await pipeline(body, counted, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
      return path;
    } catch (problem) {
      await rm(path, { force: true });
      throw problem;
    }
  }

  async remove(path: string): Promise<void> {
    await rm(path, { force: true });
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

interface Column {
  readonly name: string;
  readonly type: string;
  readonly default_type: string;
}

/** A whole insert is one block, read by one thread in order: then its deduplication token stands for all of its rows. */
const ONE_BLOCK: Settings = {
  max_threads: '1',
  max_insert_threads: '1',
  input_format_parallel_parsing: '0',
  max_insert_block_size: '100000000',
  min_insert_block_size_rows: '100000000',
  min_insert_block_size_bytes: '0',
};

/** The request's settings with those that make it one block. The engine refuses to deduplicate a SELECT without a token. */
function oneBlock(settings: Settings): Settings {
  const token = settings.insert_deduplication_token !== undefined;
  return { ...settings, ...ONE_BLOCK, ...(token ? { deduplicate_insert_select: 'force_enable' } : {}) };
}

/** Table structures by database and table, forgotten with every statement that may change one. */
export class Structures {
  readonly #known = new Map<string, readonly Column[]>();

  forget(): void {
    this.#known.clear();
  }

  /** The statement that reads the rows from the file. Defaults of omitted columns are those of their type. */
  async insertFrom(
    session: EngineSession,
    { database, settings: requested }: { readonly database: string; readonly settings: Settings },
    insert: InsertHead,
    path: string,
  ): Promise<string> {
    const columns = chooseColumns(await this.#columns(session, database, insert.table), insert);
    const names = columns.map(({ name }) => quotedName(name)).join(', ');
    const structure = columns.map(({ name, type }) => `${quotedName(name)} ${type}`).join(', ');
    const settings = [
      ...Object.entries(oneBlock(requested)).map(([name, value]) => assignment(name, value)),
      ...(insert.settings === undefined ? [] : [insert.settings]),
    ].join(', ');
    const source = [path, insert.format, structure, 'none'].map(quoteText).join(', ');
    return `INSERT INTO ${insert.table} (${names}) SETTINGS ${settings} SELECT ${names} FROM file(${source})`;
  }

  async #columns(session: EngineSession, database: string, table: string): Promise<readonly Column[]> {
    const key = `${database} ${table}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const answer = await session.run(`DESCRIBE TABLE ${table}`, { database, format: 'JSON', settings: {} });
    const { data } = JSON.parse(Buffer.from(answer.bytes).toString('utf8')) as { readonly data: readonly Column[] };
    this.#known.set(key, data);
    return data;
  }
}

function chooseColumns(all: readonly Column[], insert: InsertHead): readonly Column[] {
  const insertable = all.filter((column) => !['MATERIALIZED', 'ALIAS'].includes(column.default_type));
  if (insert.columns === undefined) return insertable;
  const names = insert.columns.names.map(bareName);
  if (insert.columns.except) return insertable.filter(({ name }) => !names.includes(name));
  return names.map((name) => {
    const column = all.find((candidate) => candidate.name === name);
    if (column === undefined)
      throw new EngineError(
        16,
        `Code: 16. DB::Exception: No such column ${name} in table ${insert.table}. (NO_SUCH_COLUMN_IN_TABLE)`,
      );
    return column;
  });
}

/** A name as the engine lists it, from a name as it was written. */
function bareName(name: string): string {
  const quote = name[0];
  if (quote !== '`' && quote !== '"') return name;
  return name
    .slice(1, -1)
    .replaceAll(quote + quote, quote)
    .replaceAll(/\\([\s\S])/g, '$1');
}

function quotedName(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}
