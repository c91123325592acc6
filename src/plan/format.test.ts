import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compilePlan } from './compile.ts';
import { formatPlan } from './format.ts';

function formatted(text: string): string {
  const result = formatPlan(text);
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return result.value;
}

const plans = [
  ...readdirSync(new URL('./fixtures/', import.meta.url))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => new URL(`./fixtures/${name}`, import.meta.url)),
  new URL('../../examples/tea-shop/plan.yaml', import.meta.url),
].map((url) => [url.pathname.split('/').slice(-2).join('/'), readFileSync(url, 'utf8')] as const);

const readable = plans.filter(([, text]) => formatPlan(text).ok);

/** The compiled plan without what people read only. */
function meaning(text: string): unknown {
  const { plan, notExecuted } = compilePlan([{ path: 'plan.yaml', text }]);
  const strip = JSON.stringify(plan, (key, value) => (key === 'text' ? undefined : value));
  return { plan: strip, notExecuted: notExecuted.map(({ where, what }) => `${where} ${what}`).toSorted() };
}

describe('every plan that can be read', () => {
  test('some can', () => expect(readable.length).toBeGreaterThan(4));

  test.each(readable)('%s: formatted twice is formatted once', (_, text) => {
    const once = formatted(text);
    expect(formatted(once)).toBe(once);
  });

  test.each(readable)('%s: means the same', (_, text) => {
    expect(meaning(formatted(text))).toEqual(meaning(text));
  });

  test.each(readable)('%s: keeps its comments', (_, text) => {
    const comments = (plan: string) => [...plan.matchAll(/(?:^|\s)# .*$/gm)].map(([match]) => match.trim()).toSorted();
    expect(comments(formatted(text))).toEqual(comments(text));
  });
});

test('the examples are in their one layout', () => {
  for (const [name, text] of plans) {
    if (name.startsWith('tea-shop') || name.endsWith('.good.yaml')) expect(formatted(text)).toBe(text);
  }
});

test('tables are aligned, sentences have their one spelling, values are aligned', () => {
  const text = `plan:   shop
signals:
    e: share(requests   where status>=500) over 5 minutes,at least 20
    latency:   p95(requests.duration) over 5m
objectives:
  technical: |
    | figure | target | critical |
    |---|:--:|--|
    | e | <0.5% | > 5% |
    | latency |   | > 2s |
`;
  expect(formatted(text)).toBe(`plan: shop
signals:
  e:       share(requests where status >= 500) over 5m, at least 20
  latency: p95(requests.duration) over 5m
objectives:
  technical: |
    figure  | target | critical
    e       | < 0.5% | > 5%
    latency |        | > 2s
`);
});

test('a layout made worse comes back', () => {
  const name = 'tea-shop/plan.yaml';
  const text = plans.find(([path]) => path === name)?.[1] ?? '';
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 3 }), (spaces, blank) => {
      const worse = text
        .replaceAll(/^( +\S+:) +/gm, `$1${' '.repeat(spaces)}`)
        .replaceAll('{ ', `{${' '.repeat(blank)}`)
        .replaceAll(' >= ', ' >=  ')
        .replaceAll(/\n$/g, '\n'.repeat(blank + 1));
      expect(formatted(worse)).toBe(text);
    }),
    { numRuns: 20 },
  );
});

test('what is no YAML is refused with its place', () => {
  const result = formatPlan('a: [b\n', 'shop.yaml');
  expect(result.ok ? [] : result.failure.map(({ path, code }) => `${path} ${code}`)).toEqual(['shop.yaml E101']);
});
