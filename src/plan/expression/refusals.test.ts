import { describe, expect, it } from 'vitest';
import { diagnosticCodes } from '#kernel/diagnostic-codes.ts';
import * as parsers from './parse.ts';

const entryPoints = { ...parsers };
type Refusal = readonly [sentence: keyof typeof parsers, text: string, code: string, marked: string, hint: string];

const refusals: readonly Refusal[] = [
  // Numbers that leave something open
  ['parseOperatorValue', '50+', 'E210', '50+', '`>= 50` or `> 50`'],
  ['parseCondition', 'uptime 99.5%+', 'E210', '99.5%+', '`>= 99.5%` or `> 99.5%`'],
  ['parseBands', 'target 50+, critical < 10', 'E210', '50+', '`>= 50` or `> 50`'],
  ['parseCondition', 'error_rate > ~5%', 'E211', '~', '>= 5%'],
  ['parseOperatorValue', 'about 50', 'E211', 'about', '>= 50'],
  ['parseCondition', 'users > approximately 50', 'E211', 'approximately', '>= 50'],
  ['parseOperatorValue', '5-10', 'E212', '5-10', '`between 5 and 10`'],
  ['parseOperatorValue', '5 to 10', 'E212', '5 to 10', '`between 5 and 10`'],
  ['parseCondition', 'error_rate 1-5% for 5m', 'E212', '1-5%', '`between 1% and 5%`'],
  ['parseBands', 'target 1%–5%', 'E212', '1%–5%', '`between 1% and 5%`'],
  ['parseBands', 'target > 1,000', 'E228', '1,000', '`1000`'],
  ['parseBands', 'target < 0,5%', 'E228', '0,5', '`0.5`'],
  ['parseCondition', 'rps > 2k', 'E228', '2k', '`2000`'],
  // Signs
  ['parseCondition', 'uptime 99.9%', 'E213', '99.9%', '`>= 99.9%` or `> 99.9%`'],
  ['parseBands', 'target 99.9%', 'E213', '99.9%', '`>= 99.9%` or `> 99.9%`'],
  ['parseOperatorValue', '500ms', 'E213', '500ms', '`>= 500ms`'],
  ['parsePredicate', 'status 500', 'E213', '500', '`>= 500`'],
  ['parseBands', '> 98%', 'E222', '>', '`target > 98%`'],
  ['parseCondition', '> 5', 'E222', '>', '`error_rate > 5`'],
  ['parseCondition', 'a == 5', 'E227', '==', '`=`'],
  ['parseCondition', 'a >= 5 && b failing', 'E227', '&&', '`and`'],
  ['parseCondition', 'a ≥ 5', 'E227', '≥', '`>=`'],
  ['parseCondition', 'error_rate above 5%', 'E227', 'above', '`>`'],
  ['parseCondition', 'error_rate is below 5%', 'E227', 'is below', '`<`'],
  ['parseCondition', 'error_rate more than 5%', 'E227', 'more than', '`>`'],
  ['parseCondition', 'first-orders is wrong or till differs', 'E227', 'is wrong', '`first-orders wrong`'],
  ['parseCondition', 'first-orders wrong or till is different', 'E227', 'is different', '`till differs`'],
  ['parseCondition', 'till differ for 5m', 'E227', 'differ', '`till differs`'],
  ['parseCondition', '(backup is late)', 'E227', 'is late', '`backup late`'],
  ['parseCondition', 'not health.database is down', 'E227', 'is down', '`health.database failing`'],
  ['parseCondition', 'health fails twice', 'E227', 'fails twice', '`health fails 2 times in a row`'],
  ['parseCondition', 'a > 5 or health fails 3 times', 'E227', 'fails 3 times', '`health fails 3 times in a row`'],
  [
    'parseCondition',
    'health fails three times and a > 5',
    'E227',
    'fails three times',
    '`health fails 3 times in a row`',
  ],
  ['parseCondition', 'share(a where b = 1) > 5', 'E237', '5', '`5%`'],
  // Words of conditions
  ['parseCondition', 'a > 1 and b > 2 or c > 3', 'E214', 'or', '(a and b) or c'],
  ['parseCondition', 'a > 1 or b > 2 and c > 3', 'E214', 'and', '(a or b) and c'],
  ['parseCondition', '(a > 1 and b > 2 or c > 3) for 5m', 'E214', 'or', '(a and b) or c'],
  ['parsePredicate', 'a = 1 or b = 2 and c = 3', 'E214', 'and', '(a or b) and c'],
  ['parseCondition', 'cpu > 80% for 5 minutes and instances < 4', 'E215', 'for 5 minutes', '(cpu > 80% for 5m) and'],
  ['parseCondition', 'payment_failures spike', 'E216', 'spike', 'rises more than 10 points'],
  ['parseCondition', 'p95_response stable', 'E217', 'stable', 'steady within 10% over 1h'],
  ['parseCondition', 'p95_response steady', 'E217', 'steady', 'steady within 10% over 1h'],
  [
    'parseCondition',
    'dau rises 20% vs previous day',
    'E218',
    'rises 20%',
    '`rises more than 20%` or `rises at least 20%`',
  ],
  ['parseCondition', 'dau drops by 20%', 'E218', 'drops by 20%', '`drops more than 20%`'],
  ['parseCondition', 'dau rises more than 20%', 'E219', 'rises more than 20%', 'vs previous day'],
  ['parseCondition', 'dau rises at least 20% and web failing', 'E219', 'rises at least 20%', 'vs previous day'],
  ['parseCondition', '5% growth', 'E219', '5% growth', 'vs previous month'],
  ['parseCondition', 'rps unusually high', 'E219', 'unusually high', 'vs same hour of last 7 days'],
  ['parseCondition', 'dau falls more than 5% vs previous day', 'E227', 'falls', '`drops`'],
  ['parseCondition', 'memory grows more than 2 points over 4h', 'E223', 'grows', '2 points/h over 4h'],
  ['parseCondition', 'error_rate > 5% ongoing', 'E232', 'ongoing', '`for 1h`'],
  ['parseCondition', 'error_rate > 5% for', 'E232', 'for', '`for 1h`'],
  ['parseCondition', 'no payments', 'E236', 'no payments', '`no payments in 2h`'],
  ['parseCondition', 'p101(requests.duration) > 5s', 'E225', 'p101', 'p50 to p99.9'],
  ['parseSignal', 'average(requests.duration) over 5m', 'E225', 'average', 'avg'],
  ['parsePredicate', 'outcome = ok', 'E226', 'ok', '`"ok"`'],
  ['parsePredicate', "outcome = 'ok'", 'E226', "'ok'", '`"ok"`'],
  ['parsePredicate', 'outcome = "ok', 'E234', '"ok', 'Add `"`'],
  ['parseSignal', 'a/b over 5m', 'E230', '/', '`a / b`'],
  ['parseSignal', 'count(x where ) over 5m', 'E200', ')', ''],
  ['parsePredicate', 'in = 5', 'E235', 'in', 'name'],
  // Funnels and bands
  ['parseStepTargets', '>= 90%', 'E220', '90%', '`90% of previous`'],
  ['parseStepTargets', '>= 90, >= 80%', 'E220', '80%', '`80% of previous`'],
  ['parseBands', 'target > 1, target > 2', 'E231', 'target > 2', 'Keep one'],
  // Times
  ['parseCadence', 'daily', 'E221', 'daily', '`daily at 09:00`'],
  ['parseCadence', 'mondays', 'E221', 'mondays', '`mondays at 09:00`'],
  ['parseCadence', 'every monday at 10:00', 'E221', 'every monday', '`mondays at 09:00`'],
  ['parseCadence', 'weekly', 'E221', 'weekly', '`mondays at 09:00`'],
  ['parseCadence', 'hourly', 'E221', 'hourly', '`every 1h`'],
  ['parseCadence', 'daily at 9:00', 'E229', '9:00', '`09:00`'],
  ['parseCadence', 'daily at 5pm', 'E229', '5pm', '`17:00`'],
  ['parseSpan', '09:00 .. 25:00', 'E229', '25:00', '`09:00`'],
  ['parseSpan', '2026-02-30 09:00 .. 2026-03-01 09:00', 'E229', '2026-02-30', '2026-01-31 09:00'],
  ['parseDuration', '1h30m', 'E224', '1h30m', '`90m`'],
  ['parseDuration', '3 months', 'E224', '3 months', '30d'],
  ['parseCondition', 'error_rate > 5% for 5 min', 'E224', '5 min', '`5m`'],
  ['parseInterval', 'every 30 secs', 'E224', '30 secs', '`30s`'],
  ['parseCondition', 'error_rate > 5% for 5', 'E224', 'for 5', '`5m`'],
  ['parseSpan', 'T+24 .. T+48h', 'E224', 'T+24', '`24h`'],
  // People
  ['parseEscalationStep', 'page mia by sms and bob by email', 'E233', 'by', 'one step for each'],
  ['parseRecipients', 'mia by sms and bob by email', 'E233', 'by', 'comma'],
  // In general
  ['parseCondition', 'error rate > 5%', 'E200', 'rate', '`error_rate`'],
  ['parseSignal', 'count(a) over 5m at least 20', 'E200', 'at', 'comma before `at`'],
  ['parseBands', 'target < 0.5% warning > 1%', 'E200', 'warning', 'comma before `warning`'],
  ['parseCondition', '   ', 'E203', '   ', ''],
  ['parseClockSla', 'soon', 'E200', 'soon', ''],
  ['parseItem', 'Sign-ups (about 50): dau 50', 'E213', '50', '>= 50'],
];

describe('refusals', () => {
  it.each(refusals)('%s %s', (sentence, text, code, marked, hint) => {
    const parsed = entryPoints[sentence](text);
    if (parsed.ok) throw new Error('was taken');
    const { failure } = parsed;
    expect({ code: failure.code, marked: text.slice(failure.start, failure.end) }).toEqual({ code, marked });
    expect(failure.hint ?? '').toContain(hint);
    expect(failure.message).toMatch(/^\S.*[.?]$/u);
  });

  it('meet every code of sentences', () => {
    const met = new Set(refusals.map((refusal) => refusal[2]));
    const codes = Object.keys(diagnosticCodes).filter((code) => code.startsWith('E2'));
    expect(codes.filter((code) => !met.has(code))).toEqual(['E201', 'E202']);
  });

  it.each([
    ['parseCondition', 'error_rate', 0],
    ['parseCondition', 'error_rate >', 0],
    ['parseRecipient', 'mia bye sms', 4],
    ['parseEscalationStep', 'after 15m page mia', 10],
    ['parseSource', 'event "order"', 6],
    ['parseCondition', 'web fails', 9],
    ['parseCondition', 'disk will reach 5%', 18],
    ['parseCondition', 'a > 5 foo bar', 10],
  ] as const)('%s %s says in words what could stand there', (sentence, text, offset) => {
    const parsed = entryPoints[sentence](text);
    if (parsed.ok) throw new Error('was taken');
    expect(parsed.failure.code).toBe('E200');
    expect(parsed.failure.message).toMatch(/^Expected .* here\.$/u);
    expect(parsed.failure.message).not.toMatch(/\[[^\]]*\]|\\p\{/u);
    expect(parsed.failure.start).toBeGreaterThanOrEqual(offset);
  });
});
