import type { Socket } from 'node:net';
import pg from 'pg';
import type { DurationMs } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { fail, ok, type Result } from '#kernel/result.ts';
import { type ProbeContext, type Problem, problemOf, timeFields } from '../kind.ts';
import type { DatabaseAddress } from './database-url.ts';
import { describeFailure } from './failures.ts';
import { Portal, type Rows } from './portal.ts';

/** The server gives up a little before we do, so that it has no statement left that nobody waits for. */
const SERVER_SHARE = 0.9;

export interface Answer {
  readonly rows: Result<Rows, Problem>;
  /** Parts of the duration, in ms. */
  readonly times: Readonly<Record<string, number>>;
}

/**
 * Runs one statement in a read-only transaction on a connection of its own, which tells at the same time whether the database can be connected
 * to: a kept connection would not, and one that has grown stale would be blamed on the database. The transaction is always rolled back, and
 * the settings last as long as it, so that a connection pooler in between keeps nothing of us. Never throws for what the server does.
 */
export async function runInSession(address: DatabaseAddress, sql: string, context: ProbeContext): Promise<Answer> {
  const { clock, dialler, signal, timeoutMs } = context;
  const endsAtMs = clock.monotonicMs() + timeoutMs;
  const stood = await dialler.connect({ host: address.host, port: address.port }, timeoutMs, signal);
  if (!stood.ok) return { rows: fail(problemOf(stood.failure)), times: {} };
  const { socket, timings } = stood.value;
  const place = `${address.host}:${address.port}`;
  const ended = Promise.withResolvers<Problem>();
  const end = (problem: Problem): void => {
    socket.destroy();
    ended.resolve(problem);
  };
  const message = `${place} did not answer within ${Math.round(timeoutMs)} ms.`;
  const cancel = clock.after(Math.max(0, endsAtMs - clock.monotonicMs()), () =>
    end({ outcome: 'failed', reason: 'timed-out', message }),
  );
  const stop = (): void => end({ outcome: 'unmeasured', reason: 'stopped', message: 'The prober was stopped.' });
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    const client = openClient(address, socket);
    const run = converse(client, sql, endsAtMs - clock.monotonicMs(), place, end);
    const answered = run.then(
      (rows): Result<Rows, Problem> => ok(rows),
      (problem: unknown): Result<Rows, Problem> => fail(describeFailure(problem, place)),
    );
    // Our own reason for hanging up comes first: it is what ended the conversation.
    const rows = await Promise.race([ended.promise.then((problem) => fail(problem)), answered]);
    return { rows, times: timeFields(timings) };
  } finally {
    cancel();
    signal.removeEventListener('abort', stop);
    socket.destroy();
  }
}

function openClient(address: DatabaseAddress, socket: Socket): pg.Client {
  const client = new pg.Client({
    // Names the server for TLS; what is spoken over is the connection to the checked address.
    host: address.host,
    port: address.port,
    stream: () => alreadyConnected(socket),
    user: address.user,
    // A function, since an empty password would be looked for in the environment and in files.
    password: () => address.password,
    database: address.database,
    application_name: 'watchbill probe',
    ssl: address.tls === 'disable' ? false : { rejectUnauthorized: address.tls === 'verify-full' },
  });
  // What ends a connection rejects whatever waits for it, and is told a second time here.
  client.on('error', () => {});
  return client;
}

/** `pg` dials by itself: it is told at once that it has. */
function alreadyConnected(socket: Socket): Socket {
  socket.connect = () => {
    queueMicrotask(() => socket.emit('connect'));
    return socket;
  };
  return socket;
}

async function converse(
  client: pg.Client,
  sql: string,
  remainingMs: DurationMs,
  place: string,
  end: (problem: Problem) => void,
): Promise<Rows> {
  // One value may have a gigabyte, so what comes is counted before it is put together.
  let bytes = 0;
  const count = (chunk: Uint8Array): void => {
    bytes += chunk.length;
    if (bytes <= limits.queryAnswerBytes) return;
    const message = `${place} answered with more than ${limits.queryAnswerBytes} bytes.`;
    end({ outcome: 'failed', reason: 'answer-too-large', message });
  };
  const connected = client.connect();
  const plain = client.connection.stream.on('data', count);
  await connected;
  // With TLS it is another stream, over the same connection.
  if (client.connection.stream !== plain) client.connection.stream.on('data', count);
  await client.query(beginning(Math.max(1, Math.floor(remainingMs * SERVER_SHARE))));
  const portal = new Portal(sql, { rows: limits.queryRows, rowsKept: limits.queryRowsKept });
  client.query(portal);
  const rows = await portal.rows;
  await client.query('rollback');
  // The server is told that we leave; nobody waits for it.
  client.end().catch(() => {});
  return rows;
}

/**
 * The transaction and its limits in one round trip. The last statement takes a snapshot: from then on PostgreSQL refuses to make the transaction
 * a writing one (`SET TRANSACTION READ WRITE`, `set_config`).
 */
function beginning(serverMs: number): string {
  return [
    'begin transaction read only',
    'set local default_transaction_read_only = on',
    `set local statement_timeout = ${serverMs}`,
    `set local lock_timeout = ${serverMs}`,
    `set local idle_in_transaction_session_timeout = ${serverMs}`,
    'select 1',
  ].join('; ');
}
