import { expect, test } from 'vitest';
import { judgeLicence } from './licence-rules.ts';

test.each([
  'MIT',
  'Apache-2.0',
  '(MIT OR GPL-3.0)',
  'MIT AND BSD-3-Clause',
  { type: 'ISC' },
  [{ type: 'GPL-2.0' }, { type: 'MIT' }],
])('allowed: %j', (licence) => {
  expect(judgeLicence('some-package', licence)).toBeUndefined();
});

test.each(['GPL-3.0', 'AGPL-3.0 OR SSPL-1.0', 'MIT AND GPL-2.0', 'SEE LICENSE IN LICENSE', '', undefined])(
  'refused: %j',
  (licence) => {
    expect(judgeLicence('some-package', licence)).toMatch(/^some-package: .+ — /);
  },
);

test('an exception holds for the named package and licence only', () => {
  expect(judgeLicence('lightningcss', 'MPL-2.0')).toBeUndefined();
  expect(judgeLicence('lightningcss', 'GPL-3.0')).toBeDefined();
  expect(judgeLicence('another', 'MPL-2.0')).toBeDefined();
});
