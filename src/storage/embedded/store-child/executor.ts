import { Readable } from 'node:stream';
import { type EngineAnswer, EngineError, EngineSession, type Settings } from './engine.ts';
import { RowFiles, Structures } from './inserts.ts';
import { Lane, ReaderLanes, TooSlowError } from './lanes.ts';
import { renderParameter } from './parameters.ts';
import { findSetting, parseInsert, renderQuery, SqlTextError, statementKind } from './sql-text.ts';

/** One request as it came over HTTP, already authenticated. */
export interface StoreRequest {
  readonly sql: string;
  /** Rows of an insert whose statement is in the URL; decompressed. */
  readonly rows?: Readable;
  readonly database: string;
  /** Used when the statement has no FORMAT. */
  readonly format: string;
  readonly settings: Settings;
  /** Values of `param_<name>`. */
  readonly parameters: ReadonlyMap<string, string>;
  /** True once the sender has gone away: work that has not begun is left. */
  readonly cancelled: () => boolean;
}

export interface ExecutorOptions {
  readonly folder: string;
  /** Where the rows of inserts stand while they are read; in memory if there is such a place. */
  readonly rowsFolder: string;
  readonly readers: number;
}

const READER_SECONDS = 60;
const QUICK_SECONDS = 0.25;
const WRITER_SECONDS = 600;
const TIMEOUT_EXCEEDED = 159;
const CONSTRAINT_VIOLATION = 452;
const MEBIBYTE = 1_048_576;
const READER_BYTES = 256 * MEBIBYTE;
const WRITER_BYTES = 512 * MEBIBYTE;
const MOST_RESULT_BYTES = 128 * MEBIBYTE;
const MOST_ROWS_BYTES = 256 * MEBIBYTE;
const MOST_WAITING = 64;

/**
 * Limits that add up: readers and writer together never use more than their budgets, whatever they are asked. Queries run on one thread
 * each, unless they ask for a second: what the engine has for priorities needs a capability that the child does not have.
 */
const READER_DEFAULTS: Settings = {
  max_threads: '1',
  max_memory_usage: String(READER_BYTES),
  max_bytes_before_external_group_by: String(READER_BYTES / 2),
  max_bytes_before_external_sort: String(READER_BYTES / 2),
  max_execution_time: String(READER_SECONDS),
  timeout_overflow_mode: 'throw',
  max_result_bytes: String(MOST_RESULT_BYTES),
};

const WRITER_DEFAULTS: Settings = {
  max_threads: '1',
  max_memory_usage: String(WRITER_BYTES),
  max_execution_time: String(WRITER_SECONDS),
  timeout_overflow_mode: 'throw',
};

/** Limits that a request may lower and never raise. */
const CAPPED: Readonly<Record<string, number>> = {
  max_execution_time: READER_SECONDS,
  max_memory_usage: READER_BYTES,
  max_threads: 2,
  max_result_bytes: MOST_RESULT_BYTES,
};

/** A query's own SETTINGS would override what it is given. */
const LIMITS = new Set([...Object.keys(CAPPED), 'timeout_overflow_mode', 'result_overflow_mode', 'readonly']);

/** Takes statements apart, chooses the lane, and runs them. */
export class Executor {
  readonly #writer: Lane<EngineSession>;
  readonly #readers: ReaderLanes<EngineSession>;
  readonly #sessions: readonly EngineSession[];
  readonly #files: RowFiles;
  readonly #structures = new Structures();

  private constructor(options: ExecutorOptions) {
    const writer = new EngineSession(options.folder, WRITER_DEFAULTS);
    const readers = Array.from({ length: options.readers }, () => new EngineSession(options.folder, READER_DEFAULTS));
    this.#sessions = [writer, ...readers];
    this.#writer = new Lane([writer], MOST_WAITING);
    this.#readers = new ReaderLanes(readers, MOST_WAITING);
    this.#files = new RowFiles(options.rowsFolder, MOST_ROWS_BYTES);
  }

  /** Opens the engine; throws when the folder is in use by another process. */
  static async open(options: ExecutorOptions): Promise<Executor> {
    const executor = new Executor(options);
    await executor.#files.open();
    return executor;
  }

  /** Runs a request to its end; undefined when it was cancelled before it began. Throws `EngineError`, `SqlTextError`, `LaneFullError`. */
  async run(request: StoreRequest): Promise<EngineAnswer | AsyncIterable<Uint8Array> | undefined> {
    const kind = statementKind(request.sql);
    if (kind === 'read') return this.#read(request);
    const insert = kind === 'insert' ? parseInsert(request.sql) : undefined;
    if (insert !== undefined) return this.#insert(request, insert);
    return this.#write(request);
  }

  async close(): Promise<void> {
    for (const session of this.#sessions) session.close();
    await this.#files.close();
  }

  #render(request: StoreRequest): string {
    const limit = findSetting(request.sql, LIMITS);
    if (limit !== undefined) {
      throw new SqlTextError(
        `Setting ${limit} is a limit: send it beside the query, not within it`,
        CONSTRAINT_VIOLATION,
      );
    }
    return renderQuery(request.sql, (name, type) => renderParameter(name, type, request.parameters.get(name)));
  }

  async #read(request: StoreRequest): Promise<EngineAnswer | AsyncIterable<Uint8Array> | undefined> {
    const sql = this.#render(request);
    const settings = capped(request.settings);
    const native = /^([\s\S]*)\bFORMAT\s+Native\s*$/i.exec(sql)?.[1];
    if (native !== undefined) return this.#stream(native, request, settings);
    const work = async (session: EngineSession, quick: boolean): Promise<EngineAnswer> => {
      const seconds = Number(settings.max_execution_time ?? READER_SECONDS);
      if (!quick || seconds <= QUICK_SECONDS) return session.run(sql, { ...request, settings });
      try {
        const hurried = { ...settings, max_execution_time: String(QUICK_SECONDS), timeout_overflow_mode: 'throw' };
        return await session.run(sql, { ...request, settings: hurried });
      } catch (problem) {
        if (problem instanceof EngineError && problem.code === TIMEOUT_EXCEEDED) throw new TooSlowError();
        throw problem;
      }
    };
    const wasQuick = (answer: EngineAnswer | undefined): boolean => (answer?.elapsedSeconds ?? 1) < QUICK_SECONDS;
    return this.#readers.run(request.sql, work, request.cancelled, wasQuick);
  }

  /** Backups read whole tables: their result is passed on as it comes, and the session is held until the last piece is taken. */
  async #stream(
    sql: string,
    request: StoreRequest,
    settings: Settings,
  ): Promise<AsyncIterable<Uint8Array> | undefined> {
    const started = Promise.withResolvers<AsyncIterable<Uint8Array> | undefined>();
    const unlimited = { ...settings, max_result_bytes: '0', max_execution_time: String(WRITER_SECONDS) };
    const held = this.#readers.runSlow(async (session) => {
      const ended = Promise.withResolvers<void>();
      const pieces = session.stream(sql, { ...request, format: 'Native', settings: unlimited });
      // The first piece is taken at once, so that a query that cannot run fails as a request and not in the middle of an answer.
      const first = await pieces.next();
      started.resolve(withEnd(first, pieces, ended.resolve));
      await ended.promise;
    }, request.cancelled);
    held.then(() => started.resolve(undefined), started.reject);
    return started.promise;
  }

  async #insert(request: StoreRequest, insert: NonNullable<ReturnType<typeof parseInsert>>) {
    const inline = Buffer.from(request.sql.slice(insert.dataAt).replace(/^[ \t]*\r?\n/, ''), 'utf8');
    const path = await this.#files.write(request.rows ?? Readable.from([inline]));
    try {
      return await this.#writer.run(async (session) => {
        const sql = await this.#structures.insertFrom(session, request, insert, path);
        return session.run(sql, { ...request, settings: {} });
      }, request.cancelled);
    } finally {
      await this.#files.remove(path);
    }
  }

  async #write(request: StoreRequest): Promise<EngineAnswer | undefined> {
    const sql = this.#render(request);
    try {
      return await this.#writer.run((session) => session.run(sql, request), request.cancelled);
    } finally {
      this.#structures.forget();
    }
  }
}

/** The request's settings with those that are limits cut to ours. */
function capped(settings: Settings): Settings {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => {
      const most = CAPPED[name];
      if (most === undefined) return [name, value];
      const wanted = Number(value);
      return [name, String(wanted > 0 && wanted < most ? wanted : most)];
    }),
  );
}

async function* withEnd(
  first: IteratorResult<Uint8Array>,
  pieces: AsyncGenerator<Uint8Array>,
  end: () => void,
): AsyncGenerator<Uint8Array> {
  try {
    if (first.done) return;
    yield first.value;
    yield* pieces;
  } finally {
    await pieces.return(undefined);
    end();
  }
}
