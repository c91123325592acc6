import { describe, expect, it } from 'vitest';
import { runScenario } from './run-scenario.ts';

const plan = `plan: shop
launch: 2026-03-02 09:00
phases: { first-days: days 1 to 2, after: from day 3 }
people: { mia: { email: mia@shop.example }, ben: { email: ben@shop.example } }
severities: { soon: { notify: [mia by app] } }
sources:
  sales: events "sale" once per id
reviews:
  looked-at: { of: sales, first: 2 per day, during: first-days, show: [invoice], by: mia }
  all-shown: { of: sales, first: 1, by: mia }
comparisons:
  books: { of: sales, key: invoice, fields: [total], during: first-days, by: mia }
rules:
  misjudged: { when: looked-at wrong or all-shown wrong or books differs, severity: soon }
  left: { when: looked-at wrong for 10m, severity: soon }
  left-and-many: { when: looked-at wrong and count(sales) > 100 in 5m, severity: soon }
`;

function play(...steps: readonly string[]) {
  const text = `scenario: people look\nsteps:\n${steps.map((step) => `  - ${step}\n`).join('')}`;
  const scenario = { path: 'x.scenario.yaml', text };
  return runScenario({ planFiles: [{ path: 'plan.yaml', text: plan }], scenario, readFile: () => undefined });
}

const said = (timeline: string) =>
  [...timeline.matchAll(/^\S+ (?:sample-judged|comparison-\S+) +(.*)$/gm)].map(([, text]) => text);

describe('what people say in a scenario', () => {
  it('is of the samples that the review chooses: so many of each day in its phases, each value once', () => {
    const { state, timeline, diagnostics } = play(
      'at T+1h: send sales with id = "S-1", invoice = "I-1"',
      'at T+2h: send sales with id = "S-1", invoice = "I-1 again"',
      'at T+3h: send 3 sales over 2h with id numbered "T-", invoice numbered "J-"',
      'at T+24h: send 3 sales over 2h with id numbered "U-", invoice numbered "K-"',
      'at T+3d: send sales with id = "V-1", invoice = "L-1"',
      'after 1h: mia judges sample 1 of looked-at right',
      '"after 1s": "mia judges sample 2 of looked-at right: asked the till"',
      'after 1s: ben judges sample 3 of looked-at right',
      'after 1s: ben judges sample 4 of looked-at right',
      '"after 1s": "ben judges sample 1 of all-shown wrong: no such sale"',
      'after 1s: expect page mia because misjudged',
      '"after 1s": "ben settles sample 1 of all-shown: taken out"',
      'after 1s: expect alert misjudged resolved',
    );
    expect(diagnostics).toEqual([]);
    expect(said(timeline)).toEqual([
      'looked-at I-1 by mia: judged-right',
      'looked-at J-1 by mia, "asked the till": judged-right',
      'looked-at K-1 by ben: judged-right',
      'looked-at K-2 by ben: judged-right',
      'all-shown event-1 by ben, "no such sale": judged-wrong',
      'all-shown event-1 by ben, "taken out": judged-settled',
    ]);
    expect(state).toBe('passed');
  });

  it('goes on to the instant while intake is away, also beside rules that wait for it', () => {
    const { state, failures } = play(
      'at T+1h: send sales with id = "S-1", invoice = "I-1"',
      'at T+2h: silence intake for 5h',
      '"at T+2h5m": "mia judges sample 1 of looked-at wrong: no such sale"',
      '"at T+2h5m": expect page mia within 1s because misjudged',
      '"at T+2h14m59s": expect alert left pending',
      '"at T+2h15m": expect page mia within 1s because left',
      'at T+8h: expect alert left firing',
      'at T+8h: expect alert left-and-many none',
    );
    expect({ state, failures }).toEqual({ state: 'passed', failures: [] });
  });

  it('fails the step when it comes to nothing, and says why', () => {
    const { state, failures } = play(
      'at T+1h: send sales with id = "S-1", invoice = "I-1"',
      'after 1s: mia judges sample 2 of looked-at right',
      '"after 1s": "mia settles sample 1 of looked-at: done"',
      '"after 1s": "mia settles books: done"',
      '"after 1s": "mia compares books:\\nnumber, total\\nI-1, 5"',
    );
    expect(state).toBe('failed');
    expect(failures.map(({ instead }) => instead.join(' '))).toEqual([
      'sample 2 of looked-at was not sent yet; there are 1 so far',
      'Only what is judged wrong can be settled. Nobody has judged I-1 yet.',
      'Nothing differs that could be settled. Nobody has compared books yet.',
      expect.stringContaining('It has no column "invoice", but "number", "total"'),
    ]);
  });

  it('holds lists against what was sent in the phases of the comparison', () => {
    const { timeline, diagnostics } = play(
      'at T+1h: send sales with id = "S-1", invoice = "I-1", total = 100',
      'at T+2h: send sales with id = "S-2", invoice = "I-2", total = 80',
      'at T+3d: send sales with id = "S-3", invoice = "I-3", total = 10',
      '"after 1s": "mia compares books:\\ninvoice;total\\nI-1;100.00\\nI-4;3"',
      '"after 1s": "mia settles books: both were written again"',
      '"after 1s": "mia compares books: 7 rows, none differs"',
      '"after 1s": "ben marks books not available: nobody keeps one"',
    );
    expect(diagnostics).toEqual([]);
    expect(said(timeline)).toEqual([
      'books by mia, a list of 2 rows, 2 differences: lists-differ',
      'books by mia, "both were written again": difference-settled',
      'books by mia, a list of 7 rows, no difference: lists-equal',
      'books by ben, "nobody keeps one": list-not-available',
    ]);
    expect(timeline).toContain('I-4: only in the list (mia, T+72:00:01.000); I-2: only in sales (mia,');
  });

  it.each([
    ['mia judges sample 1 of looked-at', '`right` or `wrong`'],
    ['mia judges sample 1 of looked-at wrong', 'Here what is wrong is missing.'],
    ['mia judges sample 0 of looked-at right', 'Samples are counted from 1.'],
    ['mia judges sample 1 of lookt-at right', 'The plan has no review `lookt-at`.'],
    ['noah judges sample 1 of looked-at right', 'The plan has no person `noah`.'],
    ['mia settles book', 'The plan has no comparison `book`.'],
    ['mia settles books', 'Here how it was settled is missing.'],
    ['mia marks books', '`not`'],
    ['mia marks books not available', 'Here why there is no list is missing.'],
    ['mia compares books', 'Here 12 rows, 1 differs is missing.'],
    ['"mia compares books: a few"', 'Here it is not said how many rows the list has, and how many differ.'],
    ['mia judges', '`sample`'],
  ])('%s is refused with its place', (step, message) => {
    const { state, diagnostics } = play(`after 1s: ${step}`);
    expect(state).toBe('invalid');
    expect(diagnostics.map((one) => one.message).join()).toContain(message);
    expect(diagnostics.every(({ line }) => line === 3)).toBe(true);
  });
});
