import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryPostgres } from '../../../test/kit/postgres.ts';
import { openPool } from './pool.ts';
import { describePostgresProblem } from './problem.ts';

let temporary: Awaited<ReturnType<typeof temporaryPostgres>>;
beforeAll(async () => {
  temporary = await temporaryPostgres();
});
afterAll(() => temporary.close());

it('gives up on a statement that is not answered, and goes on with another connection', async () => {
  const pool = openPool({
    address: temporary.postgres.address,
    applicationName: 'watchbill test',
    connections: 1,
    queryTimeoutMs: 300,
  });
  const problem: unknown = await pool.query('select pg_sleep(20)').catch((caught: unknown) => caught);
  expect(describePostgresProblem(problem)).toMatchObject({ code: 'not-ready' });
  expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  await pool.end();
});

it('says of text with a NUL that the request is wrong', async () => {
  const problem: unknown = await temporary.pool.query('select $1::text', ['\0']).catch((caught: unknown) => caught);
  expect(describePostgresProblem(problem)).toMatchObject({ code: 'invalid-request' });
});
