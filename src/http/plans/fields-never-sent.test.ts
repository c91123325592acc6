import { expect, test } from 'vitest';
import { compilePlan } from '#plan/compile.ts';
import type { CompiledPlan } from '#plan/model.ts';
import { eventsWithFields, fieldsNeverSent } from './fields-never-sent.ts';

const base = `plan: shop
people: { mia: { email: mia@tea.example } }
severities: { urgent: { notify: [mia by app] } }
`;

function planOf(text: string): CompiledPlan {
  const { plan, diagnostics } = compilePlan([{ path: 'plan.yaml', text: base + text }]);
  if (plan === undefined) throw new Error(JSON.stringify(diagnostics));
  return plan;
}

const rule = (when: string, name = 'failing') => `rules: { ${name}: { when: '${when}', severity: urgent } }\n`;
const payments = 'sources: { payments: events "payment" }\n';

const known = new Map([['payment', ['amount', 'id', 'outcome', 'shop.name']]]);

test.each<[string, string, readonly string[]]>([
  [
    'where of a measure, the nearest name first',
    payments + rule('share(payments where outcme = "failed") > 5% in 5m'),
    [
      'None of the latest "payment" events has a field "outcme" (known: outcome, amount, id, shop.name). Rule failing reads it.',
    ],
  ],
  [
    'field of a measure, by a signal',
    `${payments}signals: { heap: max(payments.heap) over 5m }\n`,
    [
      'None of the latest "payment" events has a field "heap" (known: amount, id, outcome, shop.name). Signal heap reads it.',
    ],
  ],
  [
    'by of a measure',
    `${payments}signals: { seen: count(payments) over 5m }\n${rule('seen by regin > 3')}`,
    [
      'None of the latest "payment" events has a field "regin" (known: amount, id, outcome, shop.name). Rule failing reads it.',
    ],
  ],
  [
    'where and once per of a source',
    `sources: { payments: events "payment" where kind = "card" once per order }\n${rule('count(payments) > 3 in 5m')}`,
    [
      'None of the latest "payment" events has a field "kind" (known: amount, id, outcome, shop.name). Rule failing reads it.',
      'None of the latest "payment" events has a field "order" (known: amount, id, outcome, shop.name). Rule failing reads it.',
    ],
  ],
  [
    'where of a silence',
    payments + rule('no payments where outcme = "paid" in 10m'),
    [
      'None of the latest "payment" events has a field "outcme" (known: outcome, amount, id, shop.name). Rule failing reads it.',
    ],
  ],
  [
    'a source that nothing reads',
    'sources: { payments: events "payment" where outcme = "paid" }\n',
    [
      'None of the latest "payment" events has a field "outcme" (known: outcome, amount, id, shop.name). Source payments reads it.',
    ],
  ],
  ['fields that came', payments + rule('share(payments where outcome = "failed") > 5% in 5m'), []],
  ['fields of the record itself', payments + rule('max(payments.duration) > 5s in 5m'), []],
  [
    'an event that has not come yet',
    `sources: { refunds: events "refund" }\n${rule('max(refunds.heap) > 5 in 5m')}`,
    [],
  ],
])('%s', (_, text, expected) => {
  expect(fieldsNeverSent(planOf(text), known)).toEqual(expected);
});

test('every rule that reads a field is named once', () => {
  const text = `${payments}rules:
  one: { when: 'any payments where outcme = "failed"', severity: urgent }
  two: { when: 'share(payments where outcme = "failed") > 5% in 5m', severity: urgent }
`;
  const [sentence, ...others] = fieldsNeverSent(planOf(text), known);
  expect(others).toEqual([]);
  expect(sentence).toMatch(/Rules one and two read it\.$/);
});

test('of many known fields the nearest are named, the others counted', () => {
  const names = ['outcome', ...Array.from({ length: 20 }, (_, index) => `field-${String(index).padStart(2, '0')}`)];
  const plan = planOf(payments + rule('any payments where outcme = "failed"'));
  expect(fieldsNeverSent(plan, new Map([['payment', names]]))[0]).toMatch(
    /\(known: outcome, (field-\d\d, ){7}13 more\)/,
  );
  expect(fieldsNeverSent(plan, new Map([['payment', []]]))[0]).toBe(
    'None of the latest "payment" events has a field "outcme" (they have no fields). Rule failing reads it.',
  );
});

test('only events of which a plan reads fields need to be looked at', () => {
  const text = `sources: { payments: events "payment", orders: events "order" }\n`;
  expect(eventsWithFields(planOf(text + rule('max(payments.heap) > 5 in 5m and count(orders) > 1 in 5m')))).toEqual([
    'payment',
  ]);
});

test('what the results of a probe hold is not guessed from those that came so far', () => {
  const probes = 'probes: { tls: { check: "tls tea.example:443", every: 10m } }\n';
  const plan = planOf(probes + rule('checks.tls.days_left < 14 days'));
  expect(fieldsNeverSent(plan, new Map([['check', ['probe', 'outcome', 'status']]]))).toEqual([]);
});
