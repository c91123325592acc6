import { expect, test } from 'vitest';
import { RequestTokens } from './request-tokens.ts';
import { T0 } from './test-support.ts';

const ANSWER = { accepted: 1, duplicates: 0, rejected: [] };

test('one plan leaves another one room for what is to be remembered, and has its own again with time', () => {
  const tokens = new RequestTokens(1_000, 8);
  let count = 0;
  while (tokens.roomFor('noisy', T0) === 'free') {
    count += 1;
    tokens.remember('noisy', `t${count}`, 'hash', T0, ANSWER);
  }
  expect(count).toBe(6);
  expect(tokens.roomFor('noisy', T0)).toBe('share-used');
  expect(tokens.roomFor('quiet', T0)).toBe('free');
  // The same again takes no more room, and what is under way takes some.
  tokens.remember('noisy', 't1', 'hash', T0, ANSWER);
  const ends = [tokens.begin('quiet', 'q1', 'hash'), tokens.begin('quiet', 'q2', 'hash')];
  expect(tokens.roomFor('third', T0)).toBe('full');
  for (const end of ends) end();
  expect(tokens.roomFor('third', T0)).toBe('free');
  expect(tokens.roomFor('noisy', T0 + 1_001)).toBe('free');
  expect(tokens.look('t2', 'hash', T0 + 1_001).state).toBe('new');
});

test('what is under way counts for its plan', () => {
  const tokens = new RequestTokens(1_000, 4);
  const ends = ['a', 'b', 'c'].map((token) => tokens.begin('noisy', token, 'hash'));
  expect(tokens.roomFor('noisy', T0)).toBe('share-used');
  ends[0]?.();
  expect(tokens.roomFor('noisy', T0)).toBe('free');
});
