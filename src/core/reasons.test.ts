import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { reasonTexts } from './reasons.ts';

it('every reason is documented in its words, and nothing else is', () => {
  const documented = readFileSync(new URL('../../docs/reasons.md', import.meta.url), 'utf8');
  const rows = [...documented.matchAll(/^\| `(.+?)` \| (.+?) \|/gm)].map(([, reason, text]) => [reason, text]);
  expect(rows).toEqual(Object.entries(reasonTexts));
});
