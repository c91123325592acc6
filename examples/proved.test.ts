import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { statements, unproved } from './statements.ts';

/** `UPDATE_GOLDEN=1 npx vitest run --project unit examples/proved` writes the list anew. */
const list = join(import.meta.dirname, 'proved.txt');
const files = [
  ...globSync('*/**/*.{scenario.yaml,test.ts}', { cwd: import.meta.dirname }),
  ...globSync('../{src,test/end-to-end}/**/*.test.ts', { cwd: import.meta.dirname }),
].sort();

/** What each file says that it proves, in comments. */
function claims(): readonly { readonly id: string; readonly file: string }[] {
  return files.flatMap((file) => {
    const text = readFileSync(join(import.meta.dirname, file), 'utf8');
    const lines = [...text.matchAll(/(?:#|\/\/) proves: (.*)$/gm)].map(([, ids = '']) => ids);
    return lines.flatMap((ids) => ids.split(/,\s*/).map((id) => ({ id: id.trim(), file: file.replace('../', '') })));
  });
}

const claimed = claims();

describe('statements about probes, data and backups', () => {
  it('are known wherever one is named', () => {
    const known = new Set(statements);
    expect(claimed.filter(({ id }) => !known.has(id))).toEqual([]);
    expect(Object.keys(unproved).filter((id) => !known.has(id))).toEqual([]);
  });

  it('are proved by a scenario or a test, or it is said what they wait for', () => {
    const proved = new Set(claimed.map(({ id }) => id));
    expect(statements.filter((id) => proved.has(id) === Object.hasOwn(unproved, id))).toEqual([]);
  });

  it('are listed', () => {
    const lines = statements.map((id) => {
      const by = claimed.flatMap((claim) => (claim.id === id ? [claim.file] : []));
      return `${id.padEnd(10)} ${by.length === 0 ? `not yet: ${unproved[id]}` : [...new Set(by)].join(', ')}\n`;
    });
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(list, lines.join(''));
    expect(lines.join('')).toBe(readFileSync(list, 'utf8'));
  });
});
