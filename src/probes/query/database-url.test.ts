import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDatabaseUrl } from './database-url.ts';

describe('the address of a database', () => {
  it('is read with its defaults', () => {
    expect(readDatabaseUrl('postgres://ann:p%25%23@DB.shop.example/shop')).toEqual({
      ok: true,
      value: { host: 'db.shop.example', port: 5432, user: 'ann', password: 'p%#', database: 'shop', tls: 'disable' },
    });
    expect(readDatabaseUrl(' postgresql://a:b@[::1]:6543/c?sslmode=verify-full\n')).toMatchObject({
      value: { host: '::1', port: 6543, tls: 'verify-full' },
    });
  });

  it.each([
    ['postgres:///shop?host=/var/run/postgresql', 'no host'],
    ['postgres://ann:canary@%2Fvar%2Frun/shop', 'no host'],
    ['postgres://ann:canary@a/shop?host=b', 'one parameter'],
    ['postgres://ann:canary@a/shop?sslmode=require&sslrootcert=/etc/passwd', 'one parameter'],
    ['postgres://ann:canary@a/shop?options=-c%20canary', 'one parameter'],
    ['postgres://ann:canary@a/shop?sslmode=canary', 'one parameter'],
    ['postgres://:canary@a/shop', 'lacks the user'],
    ['postgres://ann:canary@a/', 'name of the database'],
    ['postgres://ann:canary%@a/shop', 'percent sign'],
    ['mysql://ann:canary@a/shop', 'not of the form'],
    ['host=a password=canary', 'not of the form'],
    ['', 'not of the form'],
  ])('%s is refused without being repeated', (text, words) => {
    const read = readDatabaseUrl(text);
    expect(read).toMatchObject({ ok: false, failure: expect.stringContaining(words) });
    expect(JSON.stringify(read)).not.toContain('canary');
  });

  it('gives back any password that was escaped into it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (password) => {
        const read = readDatabaseUrl(`postgres://a:${encodeURIComponent(password)}@h/d`);
        expect(read).toMatchObject({ ok: true, value: { password } });
      }),
    );
  });
});
