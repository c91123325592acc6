import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip, createGzip, gzip } from 'node:zlib';

import { type EngineAnswer, EngineError } from './engine.ts';
import type { Executor, StoreRequest } from './executor.ts';
import { LaneFullError } from './lanes.ts';
import { SqlTextError } from './sql-text.ts';

/** Names in the query string that are no settings. */
const NOT_SETTINGS = new Set([
  'query',
  'query_id',
  'database',
  'default_format',
  'user',
  'password',
  'session_id',
  'session_timeout',
  'session_check',
  'role',
  'quota_key',
  'enable_http_compression',
  'http_zlib_compression_level',
  'wait_end_of_query',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
  'cancel_http_readonly_queries_on_client_close',
]);

const MOST_QUERY_BYTES = 16_777_216;
const TOO_MANY_QUERIES = 202;

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** ClickHouse's HTTP interface, as far as its official client uses it, before an embedded engine. */
export function createStoreServer(executor: Executor, credentials: Credentials): Server {
  return createServer({ maxHeaderSize: 1_048_576, keepAliveTimeout: 30_000 }, (request, response) => {
    answer(executor, credentials, request, response).catch((problem: unknown) => sendProblem(response, problem));
  });
}

async function answer(
  executor: Executor,
  credentials: Credentials,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://store');
  if (url.pathname === '/ping') {
    response.end('Ok.\n');
    return;
  }
  if (!isAuthenticated(request, url, credentials)) {
    request.resume();
    throw new EngineError(516, 'Code: 516. DB::Exception: Authentication failed. (AUTHENTICATION_FAILED)');
  }
  const result = await executor.run(await readRequest(request, response, url));
  if (result === undefined) {
    response.destroy();
    return;
  }
  const wantsGzip =
    url.searchParams.get('enable_http_compression') === '1' &&
    (request.headers['accept-encoding'] ?? '').toString().includes('gzip');
  response.setHeader('Content-Type', 'text/plain; charset=UTF-8');
  response.setHeader('X-ClickHouse-Query-Id', url.searchParams.get('query_id') ?? '');
  response.setHeader('X-ClickHouse-Timezone', 'UTC');
  if (wantsGzip) response.setHeader('Content-Encoding', 'gzip');
  if (Symbol.asyncIterator in result) await sendPieces(response, result, wantsGzip);
  else await sendWhole(response, result, wantsGzip);
}

async function sendPieces(response: ServerResponse, pieces: AsyncIterable<Uint8Array>, zipped: boolean): Promise<void> {
  if (zipped) await pipeline(Readable.from(pieces), createGzip({ level: 1 }), response);
  else await pipeline(Readable.from(pieces), response);
}

const compress = promisify(gzip);

async function sendWhole(response: ServerResponse, result: EngineAnswer, zipped: boolean): Promise<void> {
  const summary = {
    read_rows: String(result.rowsRead),
    read_bytes: String(result.bytesRead),
    written_rows: '0',
    written_bytes: '0',
    total_rows_to_read: '0',
    result_rows: '0',
    result_bytes: String(result.bytes.length),
    elapsed_ns: String(Math.round(result.elapsedSeconds * 1e9)),
  };
  response.setHeader('X-ClickHouse-Summary', JSON.stringify(summary));
  response.end(zipped ? await compress(result.bytes, { level: 1 }) : result.bytes);
}

async function readRequest(request: IncomingMessage, response: ServerResponse, url: URL): Promise<StoreRequest> {
  const inUrl = url.searchParams.get('query');
  const body = decoded(request);
  const text = inUrl === null ? (await limited(body)).toString('utf8') : inUrl;
  const settings: Record<string, string> = {};
  const parameters = new Map<string, string>();
  for (const [name, value] of url.searchParams) {
    if (name.startsWith('param_')) parameters.set(name.slice('param_'.length), value);
    else if (!NOT_SETTINGS.has(name)) settings[name] = value;
  }
  return {
    sql: text,
    ...(inUrl !== null && request.method === 'POST' ? { rows: body } : {}),
    database: url.searchParams.get('database') ?? header(request, 'x-clickhouse-database') ?? 'default',
    format: url.searchParams.get('default_format') ?? header(request, 'x-clickhouse-format') ?? 'TabSeparated',
    settings,
    parameters,
    cancelled: () => response.destroyed,
  };
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

function decoded(request: IncomingMessage): Readable {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return request;
  if (encoding !== 'gzip') throw new EngineError(48, `Code: 48. DB::Exception: Unknown encoding. (NOT_IMPLEMENTED)`);
  const unzipped = createGunzip();
  // A broken stream is the reader's failure to see; without a listener here it would end the process.
  pipeline(request, unzipped).catch(() => {});
  return unzipped;
}

async function limited(body: Readable): Promise<Buffer> {
  let bytes = 0;
  body.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MOST_QUERY_BYTES) body.destroy(new EngineError(62, 'Code: 62. DB::Exception: Max query size exceeded'));
  });
  return buffer(body);
}

function isAuthenticated(request: IncomingMessage, url: URL, { username, password }: Credentials): boolean {
  const basic = /^Basic (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  const [user, key] =
    basic === undefined
      ? [
          header(request, 'x-clickhouse-user') ?? url.searchParams.get('user') ?? '',
          header(request, 'x-clickhouse-key') ?? url.searchParams.get('password') ?? '',
        ]
      : splitCredentials(Buffer.from(basic, 'base64').toString('utf8'));
  // Hashing first gives both sides one length, and the comparison takes as long for any of them.
  return timingSafeEqual(digest(`${user}\0${key}`), digest(`${username}\0${password}`));
}

function splitCredentials(text: string): readonly [string, string] {
  const colon = text.indexOf(':');
  return [text.slice(0, colon), text.slice(colon + 1)];
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function sendProblem(response: ServerResponse, problem: unknown): void {
  if (response.destroyed || response.writableEnded) return;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status, code, message } = describe(problem);
  // What was prepared for an answer, such as its encoding, does not hold for the failure.
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=UTF-8',
    'X-ClickHouse-Exception-Code': String(code),
    ...(status === 503 ? { 'Retry-After': '1' } : {}),
  });
  response.end(`${message}\n`);
}

function describe(problem: unknown): { readonly status: number; readonly code: number; readonly message: string } {
  if (problem instanceof LaneFullError) {
    const message = `Code: ${TOO_MANY_QUERIES}. DB::Exception: ${problem.message}. (TOO_MANY_SIMULTANEOUS_QUERIES)`;
    return { status: 503, code: TOO_MANY_QUERIES, message };
  }
  if (problem instanceof SqlTextError) {
    const message = `Code: ${problem.code}. DB::Exception: ${problem.message}. (BAD_ARGUMENTS)`;
    return { status: 400, code: problem.code, message };
  }
  if (problem instanceof EngineError) {
    const text = problem.message.startsWith('Code:')
      ? problem.message
      : `Code: ${problem.code}. DB::Exception: ${problem.message}. (STORE_CHILD)`;
    return { status: problem.code === 516 ? 403 : 500, code: problem.code, message: text };
  }
  const message = problem instanceof Error ? problem.message : String(problem);
  return { status: 500, code: 1002, message: `Code: 1002. DB::Exception: ${message}. (UNKNOWN_EXCEPTION)` };
}
