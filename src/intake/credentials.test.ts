import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { ingestKeyId } from '#kernel/ingest-key.ts';
import { Credentials } from './credentials.ts';
import { ingestKey, T0 } from './test-support.ts';

function knowing(key: string): Credentials {
  const hash = createHash('sha256').update(key).digest('hex');
  const credentials = new Credentials();
  credentials.replace([ingestKey({ id: ingestKeyId(key, hash), hash })], true);
  return credentials;
}

it.each([`wb_ingest_${'a'.repeat(16)}_${'b'.repeat(32)}`, 'wb_ingest_abc_made_elsewhere', 'sixteen/letters!'])(
  'finds the key %s, and no other that looks like it',
  (key) => {
    const credentials = knowing(key);
    expect(credentials.check(`Bearer ${key}`, 'events:write', T0)).toMatchObject({ ok: true, value: { plan: 'shop' } });
    for (const other of [`${key}x`, `x${key}`, `${key.slice(0, -1)}c`]) {
      expect(credentials.check(`Bearer ${other}`, 'events:write', T0)).toMatchObject({
        ok: false,
        failure: { code: 'credential-invalid' },
      });
    }
  },
);

it('refuses what can be no key before it looks for it', () => {
  const credentials = knowing('sixteen/letters!');
  for (const header of ['Bearer short', 'Basic sixteen/letters!', 'Bearer sixteen letters with spaces']) {
    expect(credentials.check(header, 'events:write', T0)).toMatchObject({
      ok: false,
      failure: { code: 'credential-invalid', message: 'The Authorization header holds no ingest key.' },
    });
  }
});
