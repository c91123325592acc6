import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { pendingMigrations, readMigrations } from './postgres/migrate.ts';

/** `hashes.json` beside the migrations grows by a line for each new one; a line that is there never changes. */
describe.each(['postgres', 'clickhouse'])('migrations of %s', (store) => {
  const folder = fileURLToPath(new URL(store, import.meta.url));

  it('are those that were released', async () => {
    const migrations = await readMigrations(folder);
    const released = JSON.parse(await readFile(`${folder}/hashes.json`, 'utf8'));
    expect(Object.fromEntries(migrations.map(({ name, hash }) => [name, hash]))).toEqual(released);
  });
});

describe('pendingMigrations', () => {
  const known = ['a', 'b', 'c'].map((name, index) => ({ number: index + 1, name, hash: `hash of ${name}`, sql: '' }));

  it('are those after the last applied', () => {
    expect(pendingMigrations(known, known.slice(0, 1)).map(({ name }) => name)).toEqual(['b', 'c']);
    expect(pendingMigrations(known, known)).toEqual([]);
  });

  it('refuse data of a newer program, and an altered migration', () => {
    expect(() => pendingMigrations(known.slice(0, 2), known)).toThrow('schema 3');
    const altered = known.map((migration) => ({ ...migration, hash: 'other' }));
    expect(() => pendingMigrations(altered, known.slice(0, 1))).toThrow('differs');
  });
});
