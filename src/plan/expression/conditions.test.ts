import { describe, expect, it } from 'vitest';
import type { Condition } from './condition-ast.ts';
import { parseCondition } from './parse.ts';

/** The tree in a line: kinds and what matters of each, so that the table below can say the whole shape. */
function shape(node: unknown): string {
  if (Array.isArray(node)) return `[${node.map(shape).join(' ')}]`;
  if (typeof node !== 'object' || node === null) return String(node);
  const entries = Object.entries(node).filter(([key]) => key !== 'span' && key !== 'kind');
  const fields = node as Record<string, unknown>;
  if (fields.kind === 'quantity') return `${fields.value}${shape(fields.unit)}`;
  if (fields.kind === 'unit') return `:${fields.base}${fields.per === undefined ? '' : `/${fields.per}`}`;
  if (fields.kind === 'duration') return `${fields.ms}ms`;
  if (fields.kind === 'path') return (fields.names as string[]).join('.');
  if (fields.kind === 'field') return String(fields.name);
  if (fields.kind === 'name') return String(fields.text);
  if (fields.kind === 'reference' && entries.length === 1) return shape(fields.path);
  return `(${fields.kind}${entries.map(([key, value]) => ` ${key}=${shape(value)}`).join('')})`;
}

const forty: readonly (readonly [string, string])[] = [
  [
    'error_rate > 5% for 5 minutes',
    '(for of=(comparison left=error_rate operator=> right=0.05:fraction) duration=300000ms)',
  ],
  ['errors_seen > 10 in 1 minute', '(comparison left=errors_seen operator=> right=10:count in=60000ms)'],
  [
    'any errors where type = "PrismaConnectionError"',
    '(any source=errors where=(compare field=type operator== value=(text text=PrismaConnectionError)))',
  ],
  ['payment_failures > 10%', '(comparison left=payment_failures operator=> right=0.1:fraction)'],
  [
    'payment_failures rises more than 10 points vs 1h earlier',
    '(change of=payment_failures direction=rises strength=more than amount=0.1:points relative=false past=(earlier duration=3600000ms))',
  ],
  [
    'p95_response > 1000ms for 5 minutes',
    '(for of=(comparison left=p95_response operator=> right=1000:ms) duration=300000ms)',
  ],
  ['p95_query > 500ms', '(comparison left=p95_query operator=> right=500:ms)'],
  ['any queries where duration > 500ms', '(any source=queries where=(compare field=duration operator=> value=500:ms))'],
  ['stripe_errors > 5 in 10 minutes', '(comparison left=stripe_errors operator=> right=5:count in=600000ms)'],
  ['api-health failing for 2 minutes', '(for of=(state subject=api-health state=failing) duration=120000ms)'],
  ['api-health fails 2 times in a row', '(fails subject=api-health times=2)'],
  [
    'payment_success < 90% for 15 minutes',
    '(for of=(comparison left=payment_success operator=< right=0.9:fraction) duration=900000ms)',
  ],
  ['uptime >= 99.9%', '(comparison left=uptime operator=>= right=0.999:fraction)'],
  ['uptime >= 99.5%', '(comparison left=uptime operator=>= right=0.995:fraction)'],
  ['cart_abandonment < 70%', '(comparison left=cart_abandonment operator=< right=0.7:fraction)'],
  ['peak_users >= 50', '(comparison left=peak_users operator=>= right=50:count)'],
  ['dau >= 100', '(comparison left=dau operator=>= right=100:count)'],
  [
    'avg_response rises at least 20% vs baseline day-1',
    '(change of=avg_response direction=rises strength=at least amount=0.2:fraction relative=false past=(baseline baseline=day-1))',
  ],
  [
    'avg_response rises more than 50% vs baseline day-1',
    '(change of=avg_response direction=rises strength=more than amount=0.5:fraction relative=false past=(baseline baseline=day-1))',
  ],
  ['error_rate between 1% and 5%', '(between of=error_rate low=0.01:fraction high=0.05:fraction)'],
  [
    'db_connections > 40 for 5 minutes',
    '(for of=(comparison left=db_connections operator=> right=40:count) duration=300000ms)',
  ],
  [
    'db_connections > 75% of db_max',
    '(comparison left=db_connections operator=> right=(percent of percent=0.75:fraction of=db_max))',
  ],
  [
    'memory grows more than 2 points/h over 4h and not (request_rate grows more than 5%/h over 4h)',
    `(and of=[(growth of=memory direction=grows strength=more than amount=${0.02 / 3600}:points/h over=14400000ms) (not of=(growth of=request_rate direction=grows strength=more than amount=${0.05 / 3600}:fraction/h over=14400000ms))])`,
  ],
  [
    'disk_free < 20% and disk_free will reach 0% within 6h',
    '(and of=[(comparison left=disk_free operator=< right=0.2:fraction) (forecast of=disk_free level=0:fraction within=21600000ms)])',
  ],
  [
    '(cpu > 80% for 5 minutes) and instances < 4',
    '(and of=[(for of=(comparison left=cpu operator=> right=0.8:fraction) duration=300000ms) (comparison left=instances operator=< right=4:count)])',
  ],
  [
    'concurrent_users >= 150 and instances < 3 for 10 minutes',
    '(for of=(and of=[(comparison left=concurrent_users operator=>= right=150:count) (comparison left=instances operator=< right=3:count)]) duration=600000ms)',
  ],
  [
    'p99_response rises more than 100% relative vs 15m earlier',
    '(change of=p99_response direction=rises strength=more than amount=1:fraction relative=true past=(earlier duration=900000ms))',
  ],
  [
    'request_rate unusually high vs same hour of last 7 days',
    '(unusual of=request_rate direction=high past=(same hour count=7 of=days))',
  ],
  ['p95_response steady within 10% over 1h', '(steady of=p95_response within=0.1:fraction over=3600000ms)'],
  [
    'dau drops at least 30% vs previous day',
    '(change of=dau direction=drops strength=at least amount=0.3:fraction relative=false past=(previous period=day))',
  ],
  [
    'bandwidth rises at least 100% vs previous day',
    '(change of=bandwidth direction=rises strength=at least amount=1:fraction relative=false past=(previous period=day))',
  ],
  [
    'hosting_cost > 120% of hosting_budget',
    '(comparison left=hosting_cost operator=> right=(percent of percent=1.2:fraction of=hosting_budget))',
  ],
  [
    'no backups where status = "ok" in 48h',
    '(silence source=backups where=(compare field=status operator== value=(text text=ok)) in=172800000ms)',
  ],
  ['new errors by fingerprint', '(new source=errors by=fingerprint)'],
  [
    'top_share(requests by country) > 60% in 1h',
    '(comparison left=(aggregate function=top_share path=requests by=country) operator=> right=0.6:fraction in=3600000ms)',
  ],
  [
    'web failing and api-health failing for 1 minute',
    '(for of=(and of=[(state subject=web state=failing) (state subject=api-health state=failing)]) duration=60000ms)',
  ],
  ['p95_response by route > 500ms', '(comparison left=(reference path=p95_response by=route) operator=> right=500:ms)'],
  [
    'duplicates(sales.invoice) = 0 in 24h and unlinked = 0 in 24h',
    '(and of=[(comparison left=(aggregate function=duplicates path=sales.invoice) operator== right=0:count in=86400000ms) (comparison left=unlinked operator== right=0:count in=86400000ms)])',
  ],
  [
    'recording_success < 95% for 1h',
    '(for of=(comparison left=recording_success operator=< right=0.95:fraction) duration=3600000ms)',
  ],
  ['error_rate likely > 5%', '(likely left=error_rate operator=> right=0.05:fraction)'],
];

describe('forty conditions', () => {
  it('are forty', () => expect(forty).toHaveLength(40));

  it.each(forty)('%s', (text, expected) => {
    expect(shape(conditionOf(text))).toBe(expected);
  });
});

describe('what binds tighter', () => {
  it.each([
    ['a + b * c > 1', '(arithmetic operator=+ left=a right=(arithmetic operator=* left=b right=c))'],
    ['a - b - c > 1', '(arithmetic operator=- left=(arithmetic operator=- left=a right=b) right=c)'],
    ['(a + b) / c > 1', '(arithmetic operator=/ left=(arithmetic operator=+ left=a right=b) right=c)'],
    ['a-b > 1', 'a-b'],
    ['error_rate over 1h by route > 1', '(reference path=error_rate window=(over duration=3600000ms) by=route)'],
  ])('%s', (text, expected) => {
    const condition = conditionOf(text);
    expect(condition.kind === 'comparison' && shape(condition.left)).toBe(expected);
  });

  it('lets a predicate keep its own and', () => {
    expect(shape(conditionOf('any a where x = 1 and y = 2 and web failing'))).toBe(
      '(and of=[(any source=a where=(and of=[(compare field=x operator== value=1:count) (compare field=y operator== value=2:count)])) (state subject=web state=failing)])',
    );
  });

  it('takes not before and', () => {
    expect(shape(conditionOf('not web failing and backup late'))).toBe(
      '(and of=[(not of=(state subject=web state=failing)) (state subject=backup state=late)])',
    );
  });
});

describe('spans', () => {
  it('point into the sentence', () => {
    const text = '  (cpu > 80% for 5 minutes) and instances < 4';
    const condition = conditionOf(text);
    const part = condition.kind === 'and' ? condition.of[0] : undefined;
    expect(text.slice(part?.span.start, part?.span.end)).toBe('(cpu > 80% for 5 minutes)');
    const inner = part?.kind === 'for' && part.of.kind === 'comparison' ? part.of.right.span : undefined;
    expect(text.slice(inner?.start, inner?.end)).toBe('80%');
  });
});

function conditionOf(text: string): Condition {
  const parsed = parseCondition(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.failure.message}`);
  return parsed.value;
}
