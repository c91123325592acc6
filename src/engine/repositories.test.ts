import type pg from 'pg';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '#intake/test-support.ts';
import { errorCodes, WatchbillError } from '#kernel/error-codes.ts';
import { createRepositories } from './repositories.ts';

function failing(message: string, code?: string): ReturnType<typeof createRepositories> {
  const query = async (): Promise<never> => Promise.reject(Object.assign(new Error(message), code && { code }));
  return createRepositories({ query } as Partial<pg.Pool> as pg.Pool, seededRandom(1));
}

async function statusOf(repositories: ReturnType<typeof createRepositories>): Promise<number | undefined> {
  const problem: unknown = await repositories.listKeys().catch((caught: unknown) => caught);
  return problem instanceof WatchbillError ? errorCodes[problem.code].status : undefined;
}

describe('a statement of the API', () => {
  it.each([
    ['connect ENOENT /run/.s.PGSQL.5432', 'ENOENT'],
    ['connect ECONNREFUSED', 'ECONNREFUSED'],
    ['terminating connection due to administrator command', '57P01'],
    ['could not extend file: No space left on device', '53100'],
    ['cannot execute INSERT in a read-only transaction', '25006'],
    ['Connection terminated unexpectedly', undefined],
    ['timeout exceeded when trying to connect', undefined],
  ])('is answered with 503 while PostgreSQL is away: %s', async (message, code) => {
    expect(await statusOf(failing(message, code))).toBe(503);
  });

  it('is answered with 400 for text that cannot be stored', async () => {
    expect(await statusOf(failing('invalid byte sequence for encoding "UTF8": 0x00', '22021'))).toBe(400);
  });

  it('stays a bug when it is one', async () => {
    expect(await statusOf(failing('column "plam" does not exist', '42703'))).toBeUndefined();
  });
});
