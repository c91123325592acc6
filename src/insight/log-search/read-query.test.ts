import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compilePredicate } from '#signals/predicate.ts';
import type { EventRecord } from '#signals/record.ts';
import { readQuery } from './read-query.ts';

const record: EventRecord = {
  name: 'log',
  time: Date.parse('2026-03-01T10:00:00Z'),
  id: 'l-1',
  user: 'mia',
  durationMs: 750,
  attributes: {
    level: 'error',
    service: 'api',
    message: 'Payment Failed: card declined (code 51)',
    status: 500,
    state: 'FAILED',
    path: '/api/payments/7',
    retried: true,
    version: '1.10',
    'http.request.method': 'POST',
    url: 'https://shop.example/a?b=1',
  },
};

function holds(text: string): boolean {
  const read = readQuery(text);
  if (!read.ok) throw new Error(`${read.failure.message} ${read.failure.hint ?? ''}`);
  return read.value.predicate === undefined || compilePredicate(read.value.predicate)(record);
}

test.each([
  'state:FAILED AND path:"/api/payments/7"',
  '',
  'failed',
  'CARD declined',
  '"failed: card"',
  'fail* decl*ed',
  'NOT "card accepted"',
  '-accepted +card',
  '!accepted && card',
  'accepted OR declined',
  'accepted || declined',
  'accepted OR card declined',
  '(accepted OR card) declined',
  'status:500',
  'status:(404 OR 500)',
  'message:(payment declined)',
  'status:>=500 status:<501',
  'status:[400 TO 500]',
  'status:{499 TO *}',
  'NOT status:[400 TO 500}',
  'duration:>500ms',
  'duration:<1s',
  'duration:750',
  'retried:true',
  'NOT retried:false',
  'path:/api/*',
  'path:*payments*',
  'path:*/7',
  'path:/api/*/7',
  'path:/api/payments/?',
  'path:/pay.*7$/',
  '_exists_:user',
  '_missing_:trace_id',
  'trace_id:* OR user:mia',
  'level:ERROR',
  'http.request.method:POST',
  'url:https\\://shop.example/a\\?b=1',
  'url:https://shop.example/a?b=1',
  'time:>2026-03-01T09:59:59Z',
  'time:[2026-03-01T10:00:00Z TO *]',
  'version:"1.10"',
  'code',
  'state = "FAILED" and path starts with "/api/payments"',
  'status >= 500 and not service = "web"',
  'state="FAILED"',
  'message matches /card d/',
  'trace_id is missing',
  'status in (404, 500)',
])('finds by %s', (text) => {
  expect(holds(text)).toBe(true);
});

test.each([
  'state:failed',
  'path:/api',
  'path:/API/*',
  'version:1.1',
  'version:"1.1"',
  'status:"500"',
  'state:FAILED AND path:"/api"',
  'state:FAILED -card',
  'path:payments*',
  'message:*accepted*',
  'status:<500',
  'level:warn',
  'state = "failed"',
])('does not find by %s', (text) => {
  expect(holds(text)).toBe(false);
});

test.each([
  ['state:FAILED', 'lucene'],
  ['card declined', 'lucene'],
  ['state = "FAILED"', 'plan'],
  ['not state = "FAILED"', 'plan'],
  ['status >= 500', 'plan'],
  ['trace_id is missing', 'plan'],
  ['message:"a = b"', 'lucene'],
] as const)('takes %s for %s', (text, syntax) => {
  const read = readQuery(text);
  expect(read.ok && read.value.syntax).toBe(syntax);
});

describe('mistakes are said where they are, with what to write', () => {
  test.each([
    ['state:FAILED AND', 13, 16, 'Nothing to search for stands after `AND`'],
    ['a OR OR b', 2, 4, 'after `OR`'],
    ['AND state:x', 0, 3, 'stands between two searches'],
    ['(a OR b', 0, 1, 'not closed'],
    ['a OR b)', 6, 7, 'closes'],
    ['path:"/api', 5, 6, 'quotation mark is not closed'],
    ['status:', 7, 8, 'missing after `status:`'],
    ['status:>', 8, 9, 'missing after `status:`'],
    ['status:[1 TO', 7, 8, 'range'],
    ['[ERROR] x', 0, 1, 'range'],
    ['x:"a b"~2', 7, 8, 'fuzzy'],
    ['x:/a(/', 2, 6, 'pattern'],
    ['duration:>soon', 10, 14, 'no number'],
    ['time:>tomorrow', 6, 14, 'no instant'],
    ['status:>5*', 8, 10, 'wildcard'],
    ['state = FAILED', 8, 14, ''],
    ['state = "FAILED" and', 20, 20, ''],
    ['status >= "500"', 10, 15, 'compares numbers'],
    ['x matches /(/', 0, 13, 'not accepted'],
  ])('%s', (text, start, end, message) => {
    const read = readQuery(text);
    if (message === '' && read.ok) return;
    expect(read.ok).toBe(false);
    if (read.ok) return;
    expect(read.failure.message).toContain(message);
    expect([read.failure.start, read.failure.end]).toEqual([start, end]);
  });

  test('a search that is too long or too deep is refused without being parsed', () => {
    for (const text of [
      'a'.repeat(2_001),
      '('.repeat(33) + ')'.repeat(33),
      `${'NOT '.repeat(500)}a`,
      `${'-'.repeat(1_900)}(a)`,
    ]) {
      expect(readQuery(text, 'lucene').ok).toBe(false);
    }
  });
});

test('whatever is typed is read or refused within the text, and what is read can be judged', () => {
  const piece = fc.constantFrom(
    'a',
    'AND',
    'OR',
    'NOT',
    '(',
    ')',
    '"',
    ':',
    '[',
    ']',
    '{',
    '}',
    ' TO ',
    '*',
    '?',
    '/',
    '\\',
    '-',
    '+',
    '!',
    '>',
    '<=',
    '~',
    '^',
    ' ',
    '5',
    '500ms',
    'level',
    '_exists_:',
    '&&',
    '||',
    '\u2028',
    '\uD800',
    '😀',
    "'; drop",
    '=',
    'in (',
    'is missing',
  );
  const text = fc.oneof(
    fc.array(piece, { maxLength: 40 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary', maxLength: 100 }),
  );
  fc.assert(
    fc.property(text, fc.constantFrom(undefined, 'lucene' as const, 'plan' as const), (one, syntax) => {
      const read = readQuery(one, syntax);
      if (read.ok)
        expect(typeof (read.value.predicate === undefined || compilePredicate(read.value.predicate)(record))).toBe(
          'boolean',
        );
      else {
        expect(read.failure.start).toBeLessThanOrEqual(one.length);
        expect(read.failure.end).toBeGreaterThanOrEqual(read.failure.start);
      }
    }),
    { numRuns: 400 },
  );
});
