import { expect, test } from 'vitest';
import { headAfter, headOf, type LogFile } from './log-file.ts';
import type { Place } from './place.ts';

/** A log in memory, which can be changed between two looks at it. */
function logOf(content: { text: string }): LogFile {
  return {
    path: 'access.log',
    inode: 1,
    size: async () => content.text.length,
    read: async (offset, length) => Buffer.from(content.text).subarray(offset, offset + length),
    close: async () => {},
  };
}

const line = (number: number): string => `line ${String(number).padStart(3, '0')}\n`;
const lines = (from: number, count: number): string =>
  Array.from({ length: count }, (_, index) => line(from + index)).join('');

test.each([0, 1, 5, 50])('bytes after %i lines are told from those of a file that was cut meanwhile', async (count) => {
  const content = { text: lines(0, count + 2) };
  const log = logOf(content);
  const offset = lines(0, count).length;
  const place: Place = { inode: 1, generation: 1, offset, head: await headOf(log, offset) };
  const bytes = await log.read(offset, 1_000);
  expect(await headAfter(log, place, bytes)).toEqual(await headOf(log, content.text.length));

  content.text = lines(500, count + 4);
  // Cut after the bytes were read, and before.
  expect(await headAfter(log, place, bytes)).toBeUndefined();
  if (count > 0) expect(await headAfter(log, place, await log.read(offset, 1_000))).toBeUndefined();
});
