import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { diagnosticCodes } from '#kernel/diagnostic-codes.ts';
import { compareDiagnostics, type Diagnostic, formatDiagnostic, severityOf } from './diagnostic.ts';

const diagnostic: Diagnostic = {
  code: 'E130',
  severity: 'error',
  path: 'plan.yaml',
  line: 3,
  column: 7,
  endLine: 3,
  endColumn: 9,
  message: 'There is no signal `x`.',
};

test('one finding is one line, and its hint another', () => {
  expect(formatDiagnostic(diagnostic)).toBe('plan.yaml:3:7: error E130: There is no signal `x`.');
  expect(formatDiagnostic({ ...diagnostic, hint: 'Did you mean `y`?' })).toBe(
    'plan.yaml:3:7: error E130: There is no signal `x`.\n    Did you mean `y`?',
  );
});

test('findings come in the order of the text', () => {
  const at = (path: string, line: number, column: number) => ({ ...diagnostic, path, line, column });
  const sorted = [at('a', 2, 1), at('a', 10, 1), at('a', 10, 4), at('b', 1, 1)];
  expect(sorted.toReversed().toSorted(compareDiagnostics)).toEqual(sorted);
});

describe('docs/plan/diagnostics.md', () => {
  const text = readFileSync(new URL('../../docs/plan/diagnostics.md', import.meta.url), 'utf8');
  const rows = new Map([...text.matchAll(/^\| ([A-Z]\d{3}) \| (.+?) \| (.+) \|$/gm)].map((match) => [match[1], match]));
  const plain = (words: string | undefined) => words?.replaceAll('\\|', '|');

  test.each(Object.entries(diagnosticCodes))('has %s with its title and hint', (code, { title, hint }) => {
    expect(plain(rows.get(code)?.[2])).toBe(title);
    expect(plain(rows.get(code)?.[3])).toBe(hint);
  });

  test('has no other codes', () => {
    expect([...rows.keys()].filter((code) => !Object.hasOwn(diagnosticCodes, code ?? ''))).toEqual([]);
  });

  test('a code’s letter is its severity', () => {
    expect([severityOf('E101'), severityOf('W101'), severityOf('H101')]).toEqual(['error', 'warning', 'hint']);
  });
});
