import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { type FaultName, faults } from './faults.ts';

/** Makes the ERP anew in the schema `erp` and plants faults in it. */
export async function seed(database: Pick<pg.Client, 'query'>, planted: readonly FaultName[] = []): Promise<void> {
  const files = await Promise.all(
    ['schema.sql', 'seed.sql'].map((name) => readFile(join(import.meta.dirname, name), 'utf8')),
  );
  const statements = planted.map((name) => faults[name].sql);
  // In one transaction, so that probes see the old ERP or the new one.
  await database.query(['begin', ...files, ...statements, 'commit'].join(';\n'));
}

/** `node bin/run.js examples/golive/seed.ts postgres://USER:PASSWORD@HOST/DATABASE [FAULT …]` */
async function main([url, ...names]: readonly string[]): Promise<void> {
  const unknown = names.find((name) => !Object.hasOwn(faults, name));
  if (url === undefined || unknown !== undefined) {
    const known = Object.keys(faults).join('\n  ');
    process.stderr.write(
      `Usage: node bin/run.js examples/golive/seed.ts postgres://… [FAULT …]\nFaults:\n  ${known}\n`,
    );
    process.exitCode = 64;
    return;
  }
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await seed(client, names as FaultName[]);
    process.stdout.write(`The ERP is in the schema erp${names.length === 0 ? '' : `, with ${names.join(', ')}`}.\n`);
  } finally {
    await client.end();
  }
}

if (import.meta.main) await main(process.argv.slice(2));
