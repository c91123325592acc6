import { expect, test } from 'vitest';
import { formatInstant } from '#kernel/instant.ts';
import type { Found, Reading } from '#plan/reading.ts';
import { evidenceLines, evidenceText } from './explain-text.ts';
import { comparedText, foundText, keysText } from './found-text.ts';

const at = (text: string): number => Date.parse(`2026-03-02T${text}Z`);
const value: Reading = { state: 'value', value: 1, sampleSize: 1, at: 0 };
const write = (instant: number): string => formatInstant(instant).slice(11, 16);

test.each<[Found, Reading, 'true' | 'false' | 'unknown', string]>([
  [
    { message: 'status 503, expected status = 200.', since: at('14:01:00'), streak: 3, passedAt: at('14:00:00') },
    value,
    'true',
    'status 503, expected status = 200; 3 in a row since 14:01; last passed 14:00',
  ],
  [{ since: at('14:01:00'), streak: 1 }, value, 'true', 'since 14:01'],
  [{ passedAt: at('14:00:00') }, value, 'false', 'all is well; last passed 14:00'],
  [
    { passedAt: at('14:00:00') },
    { state: 'no data', reason: 'not-measured', sampleSize: 0, at: 0 },
    'unknown',
    'nothing fresh was measured; last passed 14:00',
  ],
  [{ expectedBy: at('03:30:00') }, value, 'true', 'expected by 03:30; never came'],
  [{ expectedBy: at('03:30:00'), cameAt: at('03:01:00') }, value, 'true', 'expected by 03:30; came last 03:01'],
  [{}, { state: 'no data', reason: 'nothing-heard', sampleSize: 0, at: 0 }, 'unknown', 'nothing was heard yet'],
])('%j', (found, reading, truth, text) => {
  expect(foundText({ found, reading, truth }, write)).toBe(text);
});

test.each<[Found, string]>([
  [{ keys: ['INV-17'] }, 'INV-17'],
  [{ keys: ['INV-17', 'INV-23', 'INV-40'] }, 'INV-17, INV-23 and INV-40'],
  [{ keys: ['INV-17', 'INV-23'], moreKeys: 4 }, 'INV-17, INV-23 and 4 more'],
])('keys stand beside the figure that counts them: %j', (found, text) => {
  expect(foundText({ found, reading: value, truth: 'true' }, write)).toBeUndefined();
  expect(keysText(found)).toBe(text);
  const evidence = { test: 't', text: 'unlinked > 0', truth: 'true', reading: value, against: [0], unit: '' } as const;
  expect(evidenceText({ ...evidence, found }, write)).toBe(`unlinked > 0: true, 1 of 1, against 0: ${text}`);
});

test('other tests have a figure instead', () => {
  expect(foundText({ reading: value, truth: 'true' }, write)).toBeUndefined();
});

test('a list says what differs in it, and what earlier lists of other times have left open', () => {
  const open = [{ from: 0, to: 1, differences: 2, examples: [], by: 'mia', at: 1 }];
  expect(comparedText({ rows: 12, differences: 1 })).toBe('a list of 12 rows, 1 difference');
  expect(comparedText({ rows: 12, differences: 2, open })).toBe(
    'a list of 12 rows, no difference; 2 of earlier lists not settled',
  );
});

test('what people found stands on lines of its own where there is room, of many the first', () => {
  const found = Array.from({ length: 6 }, (_, index) => ({
    ...{ key: `O-${index}`, what: 'total 2, not 1', by: 'ben', at: at('14:01:00') },
  }));
  const reading: Reading = { state: 'value', value: 20, sampleSize: 40, at: 0 };
  const vouched = { kind: 'comparison', name: 'till', found, more: 14 } as const;
  const evidence = { test: 't', text: 'till differs', truth: 'true', reading, against: [], unit: '', vouched } as const;
  expect(evidenceLines(evidence, write)).toEqual([
    'till differs: true, a list of 40 rows, 20 differences',
    ...found.slice(0, 5).map(({ key }) => `${key}: total 2, not 1 (ben, 14:01)`),
    'and 15 more',
  ]);
  const two = { ...evidence, vouched: { ...vouched, found: found.slice(0, 2), more: 0 } };
  expect(evidenceLines(two, write)).toHaveLength(3);
  expect(evidenceText(two, write)).toContain('2 differences: O-0: total 2, not 1 (ben, 14:01); O-1: total 2');
  const other = { ...evidence, vouched: undefined, against: [5] };
  const { vouched: _, ...figure } = other;
  expect(evidenceLines(figure, write)).toEqual([evidenceText(figure, write)]);
});
