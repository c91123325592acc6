import { expect, it } from 'vitest';
import { ingestKeyId, isIngestKey } from './ingest-key.ts';

const own = `wb_ingest_${'a'.repeat(16)}_${'b'.repeat(32)}`;
const hash = '0123456789abcdef'.repeat(4);

it.each([
  [own, true],
  ['x'.repeat(16), true],
  ['~'.repeat(200), true],
  ['x'.repeat(15), false],
  ['x'.repeat(201), false],
  ['sixteen letters and spaces', false],
  ['schlüssel-mit-umlaut', false],
  [`${'x'.repeat(16)}\n`, false],
])('%j can be a key: %s', (text, can) => {
  expect(isIngestKey(text)).toBe(can);
});

it('names a key of ours by its id, and any other by its hash', () => {
  expect(ingestKeyId(own, hash)).toBe('a'.repeat(16));
  expect(ingestKeyId(`${own}x`, hash)).toBe('preset-0123456789abcdef');
  expect(ingestKeyId('wb_ingest_short_secretsecret', hash)).toBe('preset-0123456789abcdef');
});
