import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { WatchbillError } from '#kernel/error-codes.ts';

/** Where ClickHouse is: an outside server, or the store child. */
export interface ClickHouseAddress {
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  /** Made when missing. */
  readonly database?: string;
}

/** ClickHouse 25.8 is the oldest that is tested. */
const OLDEST: readonly [number, number] = [25, 8];
const DATABASE = 'watchbill';
const DATABASE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/** Opens a client; nothing is sent yet. Close it with `client.close()`. User and database may stand in the URL. */
export function openClickHouse(address: ClickHouseAddress): ClickHouseClient {
  return createClient({
    url: address.url,
    database: databaseOf(address),
    application: 'watchbill',
    request_timeout: 120_000,
    max_open_connections: 16,
    // What fails is thrown; the caller decides what is worth a line.
    log: { level: ClickHouseLogLevel.OFF },
    compression: { request: false, response: false },
    ...(address.username === undefined ? {} : { username: address.username }),
    ...(address.password === undefined ? {} : { password: address.password }),
  });
}

/** Checks the server's version and makes the database. Throws `store-too-old`. */
export async function prepareClickHouse(address: ClickHouseAddress): Promise<void> {
  const database = databaseOf(address);
  if (!DATABASE_NAME.test(database)) {
    throw new WatchbillError('configuration-invalid', 'The name of a ClickHouse database is letters, digits and _');
  }
  const client = openClickHouse({ ...address, database: 'default' });
  try {
    const answer = await client.query({ query: 'select version() as version', format: 'JSONEachRow' });
    const [row] = await answer.json<{ version: string }>();
    const version = row?.version.replaceAll('"', '') ?? '';
    if (!isRecentEnough(version)) {
      throw new WatchbillError('store-too-old', `ClickHouse reports version ${version}; 25.8 or newer is needed`);
    }
    await client.command({ query: `create database if not exists ${database}` });
  } finally {
    await client.close();
  }
}

function databaseOf(address: ClickHouseAddress): string {
  const inUrl = new URL(address.url).pathname.slice(1);
  return address.database ?? (inUrl === '' ? DATABASE : inUrl);
}

/** True for 25.8 and everything after it. */
export function isRecentEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}
