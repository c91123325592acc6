import { describe, expect, test } from 'vitest';
import { readYaml } from './read-yaml.ts';
import { Report } from './report.ts';

function findingsOf(text: string): readonly string[] {
  const report = new Report();
  readYaml('plan.yaml', text, report);
  return report.sorted().map(({ line, column, code, message }) => `${line}:${column} ${code} ${message}`);
}

function hintOf(text: string): string | undefined {
  const report = new Report();
  readYaml('plan.yaml', text, report);
  return report.sorted()[0]?.hint;
}

const lines = (...of: readonly string[]): string => `${of.join('\n')}\n`;

describe('one slip is one finding, at the place to mend', () => {
  test.each([
    [
      'a line too far to the right',
      lines('signals:', '  a: count(x)', '   b: count(y)', '  c: count(z)'),
      '3:4 E101 This line is indented deeper than the one above it, which has a value already.',
    ],
    [
      'a line too far to the left',
      lines('signals:', '  a: count(x)', ' b: count(y)', '  c: count(z)', '  d: count(z)'),
      '3:2 E101 This line begins in column 2, where no level of the lines above begins.',
    ],
    [
      'a tab',
      lines('signals:', '  a: count(x)', '\tb: count(y)', '  c: count(z)'),
      '3:1 E101 A tab stands in the indentation.',
    ],
    [
      'spaces of another kind',
      lines('signals:', '  a: count(x)', '\u00A0\u00A0b: count(y)', '  c: count(z)'),
      '3:1 E101 The indentation holds a space of another kind, perhaps pasted from a web page.',
    ],
    [
      'no space after the colon',
      lines('signals:', '  a:count(x)', '  b: count(y)'),
      '2:4 E101 A space is missing after `a:`.',
    ],
    ['two colons', lines('rules:', '  a: when: x', '  b: {}'), '2:10 E101 A second `: ` stands in this value.'],
    [
      'a brace that is not closed',
      lines(
        'rules:',
        '  a: { when: x, severity: high',
        '  b: { when: y, severity: high }',
        '  c: { when: > 5%, severity: high }',
      ),
      '2:6 E101 `{` is not closed.',
    ],
    [
      'a bracket that is not closed',
      lines('severities:', '  P2: { notify: [webhook:ops, respond: 4h }', 'rules: {}'),
      '2:17 E101 `[` is not closed.',
    ],
    [
      'a comma that is missing',
      lines('rules:', '  a: { when: x > 10% severity: high }', '  b: {}'),
      '2:22 E101 A comma is missing before `severity:`.',
    ],
    [
      'a comment within braces',
      lines(
        'rules:',
        '  a: { when: x > 10% # ten',
        ', severity: high }',
        '  b: { when: y, severity: high }',
        'services: {}',
      ),
      '2:6 E101 `{` is not closed.',
    ],
    [
      'a sign at the beginning',
      lines('objectives:', '  a: > 98%', '  b: target > 98%'),
      '2:6 E101 A value cannot begin with `>`.',
    ],
    ['a sign in braces', lines('objectives: { a: > 98% }'), '1:18 E101 A value cannot begin with `>`.'],
    ['a word after a quote', lines('title: "My" shop'), '1:13 E101 Text stands after the closing quote.'],
    ['a quote that is not closed', lines('title: "My shop', 'lead: mia'), '1:8 E101 The quote `"` is not closed.'],
    ['a brace too many', lines('rules: { a: { when: x } } }'), '1:27 E101 `}` closes nothing.'],
    [
      'line ends of an old Macintosh',
      'plan: shop\rtitle: Shop\rlead: mia\r',
      '1:11 E108 A line ends as on an old Macintosh (U+000D alone).',
    ],
  ])('%s', (_, text, finding) => {
    expect(findingsOf(text)).toEqual([finding]);
  });

  test('mistakes in values are said beside one in the lines', () => {
    const text = lines('objectives:', '  a: > 98%', '   b: target > 98%', '  c: @home', '    d: x');
    expect(findingsOf(text).map((finding) => finding.split(' ', 1)[0])).toEqual(['2:6', '4:6', '5:5']);
  });
});

test('Windows line ends and a byte order mark change no place', () => {
  const text = '\uFEFFsignals:\r\n  a: count(x)\r\n   b: count(y)\r\n';
  expect(findingsOf(text)[0]).toMatch(/^3:4 /);
});

test('the hint names where the line belongs', () => {
  expect(hintOf(lines('signals:', '  a: count(x)', '   b: count(y)'))).toBe('Begin it in column 3, like `a`.');
  expect(hintOf(lines('severities:', '  P2: { notify: slack: #x }'))).toMatch(/slack:#channel/);
});
