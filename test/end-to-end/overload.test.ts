import { afterAll, expect, test } from 'vitest';
import { proveOverload } from '../overload/overload-proof.ts';
import { cleanUp } from './program.ts';

afterAll(cleanUp);

// The whole five minutes, and how long pages take meanwhile, are `npm run prove:overload`.
test('ten times what a plan may send: the rest is refused by name, everything is counted, and another plan pages', async () => {
  const result = await proveOverload({ seconds: 8, limited: true, canaryEveryMs: 2_000, idleCanaries: 2 });
  expect(result.wrong).toEqual([]);
  expect(Object.keys(result.answers)).toContain('429 too-many-events');
  expect(Object.keys(result.answers)).toContain('429 too-many-logs');
  expect(result.pageMs.count).toBeGreaterThan(2);
  expect(result.notices.join('\n')).toMatch(/429 too-many-(?:events|logs) since/);
});
