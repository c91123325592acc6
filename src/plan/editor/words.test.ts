import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compilePlan } from '../compile.ts';
import { findWord, LANGUAGE_WORDS, RESERVED_WORDS } from './words.ts';

const grammar = readFileSync(new URL('../expression/grammar.peggy', import.meta.url), 'utf8');

/** Words of sentences that no executed section has: cadences, escalation, items, criteria. */
const ELSEWHERE = new Set(
  'daily monthly quarterly yearly on the end last workday when once every worst total page after without answer repeat unresolved opened step show do number file note link'.split(
    ' ',
  ),
);

function compiled(signal: string, condition: string) {
  const text = `plan: words
launch: 2026-03-02 09:00
sources:
  orders: events "order"
  visits: events "visit"
  payments: events "payment"
  queue: events "queue"
signals:
  error_rate: share(requests where status >= 500) over 5m, at least 20
  p95_response: p95(requests.duration) over 5m
  failures: count(payments)
  a: share(requests where status >= 500) over 5m, at least 20
  b: count(payments) over 1m
  tried: ${signal}
objectives:
  p95_response: target < 500ms, warning > 1s, critical > 2s
severities: { urgent: {} }
rules:
  errors: { when: error_rate > 5%, severity: urgent }
  tried: { when: ${JSON.stringify(condition)}, severity: urgent }
`;
  const { diagnostics, notExecuted } = compilePlan([{ path: 'plan.yaml', text }]);
  return { errors: diagnostics.filter(({ code }) => /^E2/.test(code)), notExecuted };
}

describe('what is said of a word is what the compiler does with it', () => {
  const functions = LANGUAGE_WORDS.filter(({ kind }) => kind === 'function').filter(({ waits }) => waits !== true);
  test.each(functions.map(({ text, form }) => [text, form]))('%s is executed', (_, form) => {
    expect(compiled(`${form} over 5m, at least 2`, 'error_rate > 1%')).toEqual({ errors: [], notExecuted: [] });
  });

  const conditions = LANGUAGE_WORDS.filter(
    ({ kind, of, form }) => kind === 'keyword' && of[0] === 'condition' && !form.includes('…'),
  );
  const executed = conditions.filter(({ waits }) => waits !== true);
  test.each(executed.map(({ text, form }) => [text, form]))('%s is executed', (_, form) => {
    expect(compiled('count(payments) over 5m', form)).toEqual({ errors: [], notExecuted: [] });
  });

  const waiting = conditions.filter(({ waits, form }) => waits === true && /^(?:orders|error_rate|new|no) /.test(form));
  test.each(waiting.map(({ text, form }) => [text, form]))('%s waits', (_, form) => {
    expect(compiled('count(payments) over 5m', form.replace('orders', 'failures')).notExecuted).not.toEqual([]);
  });
});

test('every form shows its word', () => {
  for (const { text, form } of LANGUAGE_WORDS) expect(form, text).toContain(text);
});

test('every word of the grammar is known', () => {
  const known = new Set(LANGUAGE_WORDS.map(({ text }) => text));
  const words = [...grammar.matchAll(/"([a-z]+)"(?= b)/g)].map(([, word]) => word ?? '');
  expect(words.length).toBeGreaterThan(80);
  expect([...new Set(words)].filter((word) => !known.has(word) && !ELSEWHERE.has(word) && word.length > 1)).toEqual([]);
});

test("the reserved words are the grammar's own", () => {
  const list = /const reserved = new Set\(\[([^\]]*)\]/.exec(grammar)?.[1] ?? '';
  expect([...list.matchAll(/'(\w+)'/g)].map(([, word]) => word).sort()).toEqual([...RESERVED_WORDS].sort());
});

test('any percentile is a function', () => {
  expect(findWord('signal', 'p99.9', 'function')?.meaning).toMatch('99.9%');
  expect(findWord('signal', 'p0', 'function')).toBeUndefined();
});
