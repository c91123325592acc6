import { expect, it } from 'vitest';
import { LineSplitter } from './line-splitter.ts';

it('cuts a stream into lines however it comes, and refuses one without end', () => {
  const splitter = new LineSplitter(10_000);
  expect(['a', 'b\nc', '\n', '\nd\ne', ''].flatMap((part) => splitter.take(part))).toEqual(['ab', 'c', 'd']);
  const chunk = 'x'.repeat(1_000);
  expect(() => {
    for (let sent = 0; sent <= 10_000; sent += chunk.length) splitter.take(chunk);
  }).toThrow('longer');
});
