import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WatchbillError } from '#kernel/error-codes.ts';
import { readList } from './read-list.ts';

const read = (text: string) => readList(text, 'invoice', ['total']);
const rows = (text: string) => read(text).rows.map(({ line, key, values }) => [line, key, ...values]);

function refusal(text: string): string {
  try {
    read(text);
  } catch (caught) {
    if (caught instanceof WatchbillError && caught.code === 'list-unreadable') return caught.message;
    throw caught;
  }
  throw new Error('it was read');
}

describe('what spreadsheets write', () => {
  test.each([
    ['commas', 'invoice,total\nI-1,12.5\nI-2,7\n'],
    ['semicolons', 'invoice;total\nI-1;12.5\nI-2;7\n'],
    ['tabs, as they are pasted', 'invoice\ttotal\nI-1\t12.5\nI-2\t7'],
    ['a mark of the encoding and lines of Windows', '\uFEFFinvoice,total\r\nI-1,12.5\r\nI-2,7\r\n'],
    ['lines of an old Macintosh', 'invoice,total\rI-1,12.5\rI-2,7\r'],
    ['names in other letters, space around', ' Invoice , TOTAL \n I-1 ,12.5\nI-2, 7\n'],
    ['other columns, and a line that ends early', 'branch,invoice,total,note\nKochi,I-1,12.5,ok\nKochi,I-2,7\n'],
    ['quotes', '"invoice","total"\n"I-1","12.5"\n"I-2","7"\n'],
  ])('%s', (_, text) => {
    expect(rows(text)).toEqual([
      [2, 'I-1', '12.5'],
      [3, 'I-2', '7'],
    ]);
  });

  test('a separator that the list says itself, empty lines, and a value over two lines keep the numbers of lines', () => {
    expect(rows('sep=;\ninvoice;total\n\nI-1;1\n;;\n"I\n2";2\nI-3;3\n')).toEqual([
      [4, 'I-1', '1'],
      [7, 'I\n2', '2'],
      [8, 'I-3', '3'],
    ]);
  });

  test('a formula, markup and names of what objects have stay text', () => {
    const [first, second, third] = rows('invoice,total\n"=HYPERLINK(""x"")",1\n<b>,@SUM(A1)\n__proto__,constructor\n');
    expect(first).toEqual([2, '=HYPERLINK("x")', '1']);
    expect(second).toEqual([3, '<b>', '@SUM(A1)']);
    expect(third).toEqual([4, '__proto__', 'constructor']);
  });

  test.each([
    ['invoice;total\nI-1;1,200\n', true],
    ['invoice,total\nI-1,"12,5"\n', false],
    ['invoice\ttotal\nI-1\t12,5\nI-2\t1,200\n', true],
    ['invoice\ttotal\nI-1\t1,200\n', false],
    ['invoice\ttotal\nI-1\t1,200\nI-2\t12.50\n', false],
    ['invoice\ttotal\nI-1\t0,125\n', true],
    ['invoice\ttotal\nI-1\t12,5\nI-2\t12.5\n', false],
  ])('whether commas are decimal points: %j', (text, expected) => {
    expect(read(text).commaDecimals).toEqual([expected]);
  });
});

describe('what cannot be read names its line and how to mend it', () => {
  test.each([
    ['', 'Line 1 of the list: The list is empty. Its first line has the names of its columns.'],
    ['\uFEFF', 'Line 1 of the list: The list is empty. Its first line has the names of its columns.'],
    [
      'number;total\n1;2\n',
      'Line 1 of the list: It has no column "invoice", but "number", "total". Name the column so.',
    ],
    ['invoice,sum\n1,2\n', 'Line 1 of the list: It has no column "total", but "invoice", "sum". Name the column so.'],
    [
      'invoice,total,total\n1,2,3\n',
      'Line 1 of the list: Two columns are called "total". Give one of them another name.',
    ],
    [
      'invoice,total\nI-1,1\n,2\n',
      'Line 3 of the list: It has no "invoice". Fill it in, or take the line out of the list.',
    ],
    [
      'invoice,total\nI-1,1,234\n',
      'Line 2 of the list: It has 3 values, and the first line has 2 names. Put a value that has a comma in it into double quotes.',
    ],
    [
      'invoice,total\nI-1,1\nI-2,"2\nI-3,3\n',
      'Line 4 of the list: A double quote was opened, here or before, and never closed. Close it, or write it twice where it is part of a value.',
    ],
    [
      'invoice,total\nI-1,"a" b\n',
      'Line 2 of the list: A double quote stands within a value. Write it twice, and put the whole value into double quotes.',
    ],
    [
      `invoice,total\nI-1,"${'x'.repeat(70_000)}\n`,
      'Line 2 of the list: It has more than 65536 characters. A double quote may be missing before it.',
    ],
  ])('refusal %#', (text, message) => {
    expect(refusal(text)).toBe(message);
  });

  test('too many lines', () => {
    const text = `invoice,total\n${'a,1\n'.repeat(100_001)}`;
    expect(refusal(text)).toBe('Line 100002 of the list: A list has at most 100000 lines. Compare it in parts.');
  });

  test('whatever is sent is read or refused by name', () => {
    const text = fc.string({ unit: 'binary', maxLength: 60 });
    const rowsOfCommas = fc
      .array(fc.constantFrom('"', ',', ';', '\t', '\r', '\n', 'a', '\u0000', 'invoice', 'total'), { maxLength: 25 })
      .map((parts) => `invoice,total\n${parts.join('')}`);
    fc.assert(
      fc.property(fc.oneof(text, rowsOfCommas), (list) => {
        try {
          for (const { line, key } of read(list).rows) {
            expect(key).not.toBe('');
            expect(line).toBeGreaterThan(1);
          }
        } catch (caught) {
          expect(caught).toMatchObject({ code: 'list-unreadable' });
        }
      }),
      { numRuns: 100 },
    );
  });
});
