import { expect, test } from 'vitest';
import { readStack } from './stack.ts';

test('a stack that was taken apart has frames with their places', () => {
  const frames = [
    { function: 'charge', file: '/srv/pay.js', line: 7, column: 9, inApp: true, code: 'throw x;' },
    { file: 'node:internal' },
    'nonsense',
  ];
  expect(readStack(JSON.stringify({ exceptions: [{ type: 'E', frames, leftOut: 3 }, null] }))).toEqual({
    kind: 'frames',
    exceptions: [
      {
        type: 'E',
        message: undefined,
        frames: [
          { function: 'charge', place: '/srv/pay.js:7:9', inApp: true, code: 'throw x;' },
          { function: 'anonymous', place: 'node:internal', inApp: false, code: undefined },
          { function: 'anonymous', place: '', inApp: false, code: undefined },
        ],
        leftOut: 3,
      },
      { type: undefined, message: undefined, frames: [], leftOut: 0 },
    ],
  });
});

test('any other text stands as it is, and nothing is nothing', () => {
  const text = 'Error: x\n    at charge (/srv/pay.js:7:9)';
  expect(readStack(text)).toEqual({ kind: 'text', text });
  expect(readStack('{"frames": 1}')).toEqual({ kind: 'text', text: '{"frames": 1}' });
  expect(readStack('{broken')).toEqual({ kind: 'text', text: '{broken' });
  expect(readStack(' ')).toEqual({ kind: 'none' });
  expect(readStack(undefined)).toEqual({ kind: 'none' });
});
