import { expect, test } from 'vitest';
import { readEnvironment } from './environment.ts';

function readOk(variables: Record<string, string>) {
  const result = readEnvironment(variables);
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}

test('an empty environment leaves everything to the defaults', () => {
  const environment = readOk({ WATCHBILL_DATA: '  ' });
  expect(environment).toMatchObject({ egressAllow: [], unknown: [] });
  expect(environment.data).toBeUndefined();
  expect(environment.databaseUrl).toBeUndefined();
});

test('each variable has its field', () => {
  const environment = readOk({
    WATCHBILL_DATABASE_URL: 'postgres://watchbill@db.example/watchbill',
    WATCHBILL_CLICKHOUSE_URL: 'https://clickhouse.example:8443',
    WATCHBILL_INGEST_KEY: 'a-key-made-elsewhere',
    WATCHBILL_EGRESS_ALLOW: '127.0.0.1:9000, 10.0.0.0/8',
    WATCHBILL_DATA: '/srv/watchbill',
    WATCHBILL_SERVER: 'http://127.0.0.1:4700',
    WATCHBILL_TOKEN: 'token',
    WATCHBILL_PUBLIC_URL: 'https://watch.example',
    WATCHBILL_PUBLIC_INTAKE_URL: 'https://intake.example',
  });
  expect(environment).toMatchObject({
    databaseUrl: 'postgres://watchbill@db.example/watchbill',
    clickhouseUrl: 'https://clickhouse.example:8443',
    ingestKey: 'a-key-made-elsewhere',
    egressAllow: ['127.0.0.1:9000', '10.0.0.0/8'],
    data: '/srv/watchbill',
    server: 'http://127.0.0.1:4700',
    token: 'token',
    publicUrl: 'https://watch.example',
    publicIntakeUrl: 'https://intake.example',
    unknown: [],
  });
});

test('a URL that cannot be right is named, and its password is not shown', () => {
  const result = readEnvironment({ WATCHBILL_DATABASE_URL: 'mysql://root:hunter2@db.example' });
  expect(result).toMatchObject({
    ok: false,
    failure: { code: 'configuration-invalid', where: 'WATCHBILL_DATABASE_URL' },
  });
  expect(JSON.stringify(result)).not.toContain('hunter2');
  expect(readEnvironment({ WATCHBILL_SERVER: 'localhost' }).ok).toBe(false);
  expect(readEnvironment({ WATCHBILL_PUBLIC_INTAKE_URL: 'intake.example:4318' }).ok).toBe(false);
});

test('a key that is too short or has a space is refused, and not shown', () => {
  for (const key of ['short', 'has a space in the middle', 'x'.repeat(201)]) {
    const result = readEnvironment({ WATCHBILL_INGEST_KEY: key });
    expect(result).toMatchObject({
      ok: false,
      failure: { code: 'configuration-invalid', where: 'WATCHBILL_INGEST_KEY' },
    });
    expect(JSON.stringify(result)).not.toContain(key);
  }
});

test('a misspelt variable is reported', () => {
  expect(readOk({ WATCHBILL_CLICKHOUSE_ULR: 'x', OTHER: 'y' }).unknown).toEqual(['WATCHBILL_CLICKHOUSE_ULR']);
});

test('secrets are read by name, but never our own credentials', () => {
  const environment = readOk({ OPS_SECRET: 'whsec_x', WATCHBILL_TOKEN: 'token' });
  expect(environment.secret('OPS_SECRET')).toBe('whsec_x');
  expect(environment.secret('WATCHBILL_TOKEN')).toBeUndefined();
  expect(environment.secret('toString')).toBeUndefined();
});
