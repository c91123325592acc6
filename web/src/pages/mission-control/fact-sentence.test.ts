import { expect, test } from 'vitest';
import type { FactAnswer } from '#contract/journal.ts';
import { factSentence, happenings } from './fact-sentence.ts';

const at = '2026-01-20T14:03:10.000Z';
const of = { alert: 'A-1', rule: 'errors', group: '["/orders"]' };

function fact(kind: string, body: FactAnswer['body'] = {}, more: Partial<FactAnswer> = {}): FactAnswer {
  return { sequence: 1, at, kind, subject: 'A-1', reason: 'condition-true', body, ...more };
}

test.each([
  [fact('alert-fired', { ...of, severity: 'urgent' }), 'critical: A-1 fired: errors (/orders), urgent'],
  [
    fact('alert-resolved', { ...of, openedAt: Date.parse('2026-01-20T14:00:00Z') }),
    'good: A-1 resolved after 3 min 10 s: errors (/orders)',
  ],
  [fact('alert-acknowledged', { ...of, by: 'mia', via: 'web' }), 'good: A-1 acknowledged by mia: errors (/orders)'],
  [
    fact('alert-flapping', of, { reason: 'flapping-begun' }),
    'warning: A-1: errors (/orders), it fires and resolves too often',
  ],
  [fact('not-notified', of, { reason: 'no-recipient' }), 'warning: Nobody told of A-1: nobody is to be told'],
  [
    fact('not-notified', { ...of, by: ['A-2'], service: 'database' }, { reason: 'needs-down' }),
    'warning: Nobody told of A-1: its service needs database, which is down',
  ],
  [
    fact('delivery-failed', { recipient: 'mia', channel: 'email' }, { reason: 'provider-refused' }),
    'critical: A-1: mia by email not reached, refused by the provider',
  ],
  [
    fact(
      'channel-tested',
      { channel: 'ops', recipient: 'slack:ops', accepted: true, by: 'mia' },
      { subject: 'channel:ops' },
    ),
    'neutral: Channel ops tested by mia: slack:ops',
  ],
  [
    fact(
      'channel-tested',
      { channel: 'email', recipient: 'ben', accepted: false, by: 'mia' },
      { subject: 'channel:email', reason: 'provider-unreachable' },
    ),
    'warning: Channel email tested by mia, ben by email not reached: the provider could not be reached',
  ],
  [
    fact('command-refused', { by: 'mia' }, { reason: 'already-acknowledged' }),
    'neutral: A-1: a command of mia refused, it was acknowledged before',
  ],
  [
    fact(
      'sample-judged',
      { label: 'INV-3', verdict: 'wrong', by: 'mia', note: 'no such branch' },
      { subject: 'first-sales', reason: 'judged-wrong' },
    ),
    'warning: first-sales: mia found something wrong in INV-3: no such branch',
  ],
  [
    fact('sample-judged', { label: 'INV-3', verdict: 'right', by: 'mia' }, { subject: 'first-sales' }),
    'good: first-sales: mia found nothing wrong in INV-3',
  ],
  [
    fact('comparison-made', { rows: 12, differences: 1, by: 'mia' }, { subject: 'books', reason: 'lists-differ' }),
    'warning: books compared by mia: a list of 12 rows, 1 difference',
  ],
  [
    fact('comparison-made', { rows: 1, differences: 0, by: 'mia' }, { subject: 'books', reason: 'lists-equal' }),
    'good: books compared by mia: a list of 1 row, no difference',
  ],
  [
    fact('comparison-settled', { by: 'mia', note: 'written again' }, { subject: 'books' }),
    'good: books settled by mia: written again',
  ],
  [
    fact('comparison-not-applicable', { by: 'mia', note: 'no list is kept' }, { subject: 'books' }),
    'neutral: books not applicable, mia: no list is kept',
  ],
  [fact('plan-applied', { version: 3, by: 'mia' }), 'time: Version 3 of the plan applied by mia'],
  [fact('phase-changed', { from: 'day-1', to: 'after' }), 'time: Phase begins: after'],
  [fact('phase-changed', { from: 'after', to: null }), 'time: Phase over: after'],
  [fact('not-evaluated', {}, { reason: 'executor-silent' }), 'warning: Not evaluated: intake is silent'],
] as const)('%o is said in words', (given, said) => {
  const sentence = factSentence(given);
  expect(`${sentence?.tone}: ${sentence?.text}`).toBe(said);
});

test('steps on the way are left out', () => {
  const kinds = ['alert-pending', 'alert-cancelled', 'delivery-accepted', 'delivery-retried', 'of-a-later-version'];
  expect(kinds.map((kind) => factSentence(fact(kind)))).toEqual(kinds.map(() => undefined));
});

test('who was told together is told of together', () => {
  const told = (sequence: number, recipient: string, channel: string, more: FactAnswer['body'] = {}): FactAnswer =>
    fact('notified', { ...of, step: 'fired', cycle: 0, recipient, channel, ...more }, { sequence });
  const facts = [
    told(4, 'mia', 'app', { step: 'resolved' }),
    told(3, 'slack:#shop', 'slack'),
    told(2, 'mia', 'app'),
    fact('alert-fired', of),
  ];
  expect(happenings(facts).map(({ sequence, text }) => [sequence, text])).toEqual([
    [4, 'A-1 resolved, message to mia by app'],
    [3, 'A-1 fired, message to slack:#shop, mia by app'],
    [1, 'A-1 fired: errors (/orders)'],
  ]);
});
