import { describe, expect, test } from 'vitest';
import { limits } from '#kernel/limits.ts';
import { readYaml } from './read-yaml.ts';
import { Report } from './report.ts';

function codesOf(text: string): readonly string[] {
  const report = new Report();
  readYaml('plan.yaml', text, report);
  return report.sorted().map(({ code }) => code);
}

describe('texts that grow', () => {
  const laughs = ['a0: &a0 [x, x]', ...Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`)];

  test('a billion laughs are refused without being expanded', () => {
    const codes = codesOf(laughs.join('\n'));
    expect(new Set(codes)).toEqual(new Set(['E102']));
  });

  test.each([
    ['brackets', '['.repeat(500_000)],
    ['braces', `a: ${'{a: '.repeat(100_000)}`],
    ['dashes', '- '.repeat(400_000)],
    ['question marks', '? '.repeat(400_000)],
    ['lists in lists on lines of their own', Array.from({ length: 40 }, (_, i) => `${' '.repeat(i)}-`).join('\n')],
    ['maps in maps', Array.from({ length: 300 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
    ['values', `a: [${'b,'.repeat(60_000)}]`],
    ['lines', Array.from({ length: limits.planNodes }, (_, i) => `k${i}: v`).join('\n')],
    ['bytes', `a: ${'x'.repeat(limits.planBytes)}`],
    ['bytes of letters that take three', `a: ${'€'.repeat(limits.planBytes / 2)}`],
    ['one sentence', `a: ${'x '.repeat(limits.planSentenceCharacters)}`],
  ])('%s beyond the limit are refused', (_, text) => {
    expect(new Set(codesOf(text))).toEqual(new Set(['E107']));
  });

  test('a long table is no long sentence', () => {
    const table = Array.from({ length: 200 }, (_, row) => `    row_${row} | < 5% | some words of advice\n`).join('');
    expect(codesOf(`a: |\n${table}`)).toEqual([]);
  });
});

describe('characters', () => {
  test.each(['\u0000', '\u0007', '\u001b', '\u007f', '\u0085', '\u202e', '\u2066', '\r'])(
    '%j is refused',
    (character) => {
      expect(codesOf(`a: b${character}c\n`)).toEqual(['E108']);
    },
  );

  test.each(['\ufeffa: b\n', 'a: b\r\nc: d\r\n', 'a: "ü 日本 😀"\n'])('%j is read', (text) => {
    expect(codesOf(text)).toEqual([]);
  });
});

describe('properties of YAML that are no part of the language', () => {
  test.each([
    ['a: &x b\n', ['E102']],
    ['a: *x\n', ['E102']],
    ['a: !!int 5\n', ['E103']],
    ['a: !own { b: c }\n', ['E103']],
    ['a: {!own b: c}\n', ['E103']],
    ['a: 1\na: 2\n', ['E105']],
    ['a: 1\n---\nb: 2\n', ['E106']],
    ['a: 1\n...\nb: 2\n', ['E106']],
    ['? [a]\n: b\n', ['E111']],
    ['slack: #general\n', ['E112']],
    ['slack: # a comment\n', []],
  ])('%j gives %j', (text, codes) => {
    expect(codesOf(text)).toEqual(codes);
  });
});
