import { expect, test } from 'vitest';
import { changedFiles, sameFiles, withFile } from './plan-draft.ts';

const files = [
  { path: 'a.yaml', text: 'plan: a' },
  { path: 'b.yaml', text: 'rules: {}' },
];

test('a changed file stays in its place, and a new one comes last', () => {
  expect(withFile(files, 'a.yaml', 'plan: b').map(({ text }) => text)).toEqual(['plan: b', 'rules: {}']);
  expect(withFile(files, 'c.scenario.yaml', 'x').map(({ path }) => path)).toEqual([
    'a.yaml',
    'b.yaml',
    'c.scenario.yaml',
  ]);
});

test('only what differs is compared, also where a version does not have the file', () => {
  const after = withFile(withFile(files, 'b.yaml', ''), 'c.yaml', 'new');
  expect(changedFiles(files, after)).toEqual([
    { path: 'b.yaml', before: 'rules: {}', after: '' },
    { path: 'c.yaml', before: '', after: 'new' },
  ]);
  expect(changedFiles(files, [...files])).toEqual([]);
  expect(sameFiles(files, [...files])).toBe(true);
  expect(sameFiles(files, after)).toBe(false);
});
