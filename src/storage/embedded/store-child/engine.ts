import { Session } from 'chdb';
import { quoteName, quoteText } from './parameters.ts';
import { SqlTextError } from './sql-text.ts';

/** What the engine said of a finished statement. */
export interface EngineAnswer {
  readonly bytes: Uint8Array;
  readonly rowsRead: number;
  readonly bytesRead: number;
  readonly elapsedSeconds: number;
}

/** Settings by name; values as HTTP gives them, as text. */
export type Settings = Readonly<Record<string, string>>;

/** A failed statement with ClickHouse's number and text. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

const SETTING_NAME = /^[a-z][a-z0-9_]{0,100}$/;
const NUMBER_VALUE = /^-?\d+(?:\.\d+)?$/;

/** What one connection of the engine is opened with. Server settings: they hold for all sessions of the process. */
const ENGINE_ARGUMENTS: readonly string[] = [
  '--mark_cache_size=33554432',
  '--index_mark_cache_size=8388608',
  '--uncompressed_cache_size=0',
  '--mmap_cache_size=0',
  '--background_pool_size=2',
  '--background_schedule_pool_size=4',
];

/**
 * One session of the engine. It runs one statement at a time, which its lane sees to; several sessions on one folder run truly side by
 * side. A statement cannot be interrupted from outside, so each one is given limits of time and memory.
 */
export class EngineSession {
  readonly #session: Session;
  readonly #defaults: Settings;
  #database = 'default';

  constructor(folder: string, defaults: Settings) {
    this.#session = new Session(folder, { connectionArgs: ENGINE_ARGUMENTS });
    this.#defaults = defaults;
    this.#session.query(assignments(defaults));
  }

  /** Runs one statement. The settings hold for it alone. */
  async run(sql: string, options: { readonly database: string; readonly format: string; readonly settings: Settings }) {
    await this.#prepare(options.database, options.settings);
    try {
      const result = await this.#session.queryAsync(sql, { format: options.format });
      return {
        bytes: result.bytes(),
        rowsRead: result.rowsRead,
        bytesRead: result.bytesRead,
        elapsedSeconds: result.elapsed,
      } satisfies EngineAnswer;
    } catch (problem) {
      throw asEngineError(problem);
    } finally {
      await this.#reset(options.settings);
    }
  }

  /** Runs a query piece by piece, for results that are not to be held whole. `format` has to be one whose pieces can be joined. */
  async *stream(
    sql: string,
    options: { readonly database: string; readonly format: string; readonly settings: Settings },
  ): AsyncGenerator<Uint8Array> {
    await this.#prepare(options.database, options.settings);
    try {
      for await (const chunk of this.#session.queryStream(sql, { format: options.format })) yield chunk.raw();
    } catch (problem) {
      throw asEngineError(problem);
    } finally {
      await this.#reset(options.settings);
    }
  }

  close(): void {
    this.#session.close();
  }

  async #prepare(database: string, settings: Settings): Promise<void> {
    try {
      if (database !== this.#database) {
        await this.#session.queryAsync(`USE ${quoteName(database)}`);
        this.#database = database;
      }
      if (Object.keys(settings).length > 0) await this.#session.queryAsync(assignments(settings));
    } catch (problem) {
      await this.#reset(settings);
      throw asEngineError(problem);
    }
  }

  async #reset(settings: Settings): Promise<void> {
    const names = Object.keys(settings).filter((name) => SETTING_NAME.test(name));
    if (names.length === 0) return;
    // `DEFAULT` is the engine's own value, not the one that this session was opened with.
    const back = names.map((name) => {
      const own = this.#defaults[name];
      return own === undefined ? `${name} = DEFAULT` : assignment(name, own);
    });
    await this.#session.queryAsync(`SET ${back.join(', ')}`).catch(async () => {
      // A name that the engine does not know must not keep the others from being put back.
      for (const one of back) await this.#session.queryAsync(`SET ${one}`).catch(() => {});
    });
  }
}

/** `name = value` as SET and SETTINGS take it. Throws `UNKNOWN_SETTING` for what cannot be a name. */
export function assignment(name: string, value: string): string {
  if (!SETTING_NAME.test(name)) throw new SqlTextError(`Unknown setting '${name.slice(0, 100)}'`, 115);
  return `${name} = ${NUMBER_VALUE.test(value) ? value : quoteText(value)}`;
}

function assignments(settings: Settings): string {
  return `SET ${Object.entries(settings)
    .map(([name, value]) => assignment(name, value))
    .join(', ')}`;
}

function asEngineError(problem: unknown): EngineError {
  if (problem instanceof EngineError) return problem;
  if (problem instanceof SqlTextError) return new EngineError(problem.code, problem.message);
  const message = problem instanceof Error ? problem.message : String(problem);
  const code = /Code: (\d+)/.exec(message)?.[1];
  return new EngineError(code === undefined ? 1002 : Number(code), message);
}
