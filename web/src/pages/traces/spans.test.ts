import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StoredEventAnswer } from '#contract/data.ts';
import { openRows, viewTrace } from './spans.ts';

const START = Date.parse('2026-03-02T09:00:00Z');

function event(
  name: string,
  endMs: number,
  more: Partial<StoredEventAnswer> & { readonly [key: string]: unknown } = {},
): StoredEventAnswer {
  const { durationMs, ...attributes } = more as Record<string, never>;
  return {
    id: `${name}-${endMs}-${String(attributes['span_id'] ?? '')}`,
    name,
    time: new Date(START + endMs).toISOString(),
    receivedAt: new Date(START + endMs).toISOString(),
    ...(durationMs === undefined ? {} : { durationMs }),
    attributes: attributes as StoredEventAnswer['attributes'],
  };
}

const checkout = [
  event('request', 500, {
    durationMs: 500,
    span_id: 'a',
    span: 'POST /checkout',
    service: 'web',
    outcome: 'error',
  } as never),
  event('call', 480, {
    durationMs: 300,
    span_id: 'c',
    parent_span_id: 'a',
    span: 'POST payments',
    service: 'web',
  } as never),
  event('query', 150, { durationMs: 100, span_id: 'b', parent_span_id: 'a', span: 'select', service: 'web' } as never),
  event('request', 470, {
    durationMs: 280,
    span_id: 'd',
    parent_span_id: 'c',
    span: 'POST /pay',
    service: 'payments',
    outcome: 'error',
  } as never),
  event('log', 400, { span_id: 'd', level: 'warning', message: 'slow', service: 'payments' } as never),
  event('error', 460, { span_id: 'd', message: 'declined', service: 'payments' } as never),
  event('log', 700, { message: 'afterwards', service: 'web' } as never),
  event('span', 900, {
    durationMs: 100,
    span_id: 'x',
    parent_span_id: 'gone',
    span: 'later',
    service: 'mail',
  } as never),
];

test('spans stand below the one that called them, in the order in which they began, with their lines', () => {
  const view = viewTrace(checkout);
  expect(view.spans.map(({ name, depth, below, failed, orphan }) => [name, depth, below, failed, orphan])).toEqual([
    ['POST /checkout', 0, 3, true, false],
    ['select', 1, 0, false, false],
    ['POST payments', 1, 1, false, false],
    ['POST /pay', 2, 0, true, false],
    ['later', 0, 0, false, true],
  ]);
  expect(view.spans[3]?.marks.map(({ name }) => name)).toEqual(['log', 'error']);
  expect(view.loose.map(({ attributes }) => attributes['message'])).toEqual(['afterwards']);
  expect([view.startMs - START, view.endMs - START, view.services, view.errors]).toEqual([
    0,
    900,
    ['web', 'payments', 'mail'],
    3,
  ]);
});

test('a span that is closed hides those below it', () => {
  const { spans } = viewTrace(checkout);
  expect(openRows(spans, new Set(['c'])).map(({ id }) => id)).toEqual(['a', 'b', 'c', 'x']);
  expect(openRows(spans, new Set(['a', 'c'])).map(({ id }) => id)).toEqual(['a', 'x']);
});

test('whatever the parents are, circles too, every event is there once', () => {
  const id = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const one = fc
    .record({ id, parent: fc.option(id), end: fc.nat(1_000), duration: fc.option(fc.nat(500)) })
    .map(({ id: span, parent, end, duration }) =>
      event('span', end, {
        span_id: span,
        ...(parent === null ? {} : { parent_span_id: parent }),
        ...(duration === null ? {} : { durationMs: duration }),
      } as never),
    );
  fc.assert(
    fc.property(fc.array(one, { maxLength: 8 }), (events) => {
      const { spans, loose } = viewTrace(events);
      const shown = [...spans.flatMap(({ event: own, marks }) => [own, ...marks]), ...loose];
      expect(shown).toHaveLength(events.length);
      expect(new Set(shown)).toEqual(new Set(events));
      expect(spans.reduce((sum, { depth }, at) => Math.max(sum, depth - at), 0)).toBe(0);
    }),
  );
});
