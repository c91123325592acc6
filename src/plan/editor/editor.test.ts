import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compilePlan } from '../compile.ts';
import { completeAt } from './complete.ts';
import { createHighlighter, highlight } from './highlight.ts';
import { hoverAt } from './hover.ts';
import { scanPlan } from './scan.ts';

const folder = new URL('../fixtures/', import.meta.url);
const fixtures = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => readFileSync(new URL(name, folder), 'utf8'));
const wholeLanguage = readFileSync(new URL('../expression/fixtures/whole-language.yaml', import.meta.url), 'utf8');

const base = `plan: shop
launch: 2026-03-02 09:00
phases:
  launch-day: T+0 .. T+24h
  after: from T+24h
people:
  mia: { email: mia@tea.example, order: [app] }
roles:
  engineering: [mia]
channels:
  hook: { kind: webhook, url: https://hooks.example/x, secret: secret HOOK }
sources:
  payments: events "payment" once per id
signals:
  error_rate: share(requests where status >= 500) over 5m, at least 20
  failures: count(payments where outcome != "ok")
objectives:
  error_rate: target < 0.5%, warning > 1%, critical > 5%
severities:
  urgent: { notify: [mia by app, webhook:hook], respond: 15m }
rules:
  errors: { when: error_rate > 5% for 5m, severity: urgent }
`;

/** The base with a line of a section put in; `|` is the cursor. */
function typed(section: string, line: string): { readonly text: string; readonly offset: number } {
  const place = base.indexOf(`${section}:\n`) + section.length + 2;
  const lead = section === '' ? base : base.slice(0, place);
  const rest = section === '' ? '' : base.slice(place);
  const before = `${lead}${line.split('|', 1)[0] ?? ''}`;
  return { text: `${before}${line.slice(line.indexOf('|') + 1)}\n${rest}`, offset: before.length };
}

function labels(section: string, line: string): readonly string[] {
  const { text, offset } = typed(section, line);
  return completeAt(text, offset)?.items.map(({ label }) => label) ?? [];
}

describe('completion', () => {
  test.each([
    ['', '|', ['title', 'services']],
    ['', 'serv|', ['services']],
    ['rules', '  x: { |', ['when', 'severity', 'unless']],
    ['rules', '  x: { when: |', ['error_rate', 'failures', 'share', 'no', 'any', 'not']],
    ['rules', '  x: { when: err|', ['error_rate']],
    ['rules', '  x: { when: error_rate |', ['>', 'between', 'is', 'over', 'by']],
    ['rules', '  x: { when: error_rate > |', ['5%', '1%', 'failures']],
    ['rules', '  x: { when: error_rate > 5|', ['%']],
    ['rules', '  x: { when: error_rate > 5% |', ['for', 'and', 'or', 'in']],
    ['rules', '  x: { when: error_rate > 5% for |', ['5m', '1h']],
    ['rules', '  x: { when: no |', ['payments', 'requests']],
    ['rules', '  x: { when: any payments where |', ['outcome', 'status', 'user']],
    ['rules', '  x: { when: errors f|', ['firing']],
    ['rules', '  x: { when: error_rate > 1%, severity: |', ['urgent', 'none']],
    ['rules', '  x: { when: error_rate > 1%, se|', ['severity', 'service']],
    ['rules', '  x: { when: error_rate > 1%, notify: [|', ['mia', 'engineering', 'webhook:hook']],
    ['rules', '  x: { when: error_rate > 1%, notify: [mia by |', ['app', 'email']],
    ['rules', '  x: { when: error_rate > 1%, enabled: |', ['true', 'false']],
    ['rules', '  x:\n    when: { |', ['launch-day', 'after', 'otherwise']],
    ['rules', '  x:\n    |', ['when', 'severity']],
    ['rules', '  x:\n    sev|', ['severity']],
    ['signals', '  x: |', ['share', 'count', 'p95', 'error_rate']],
    ['signals', '  x: share(|', ['payments', 'requests']],
    ['signals', '  x: p95(requests.|', ['duration', 'status']],
    ['signals', '  x: share(requests where status |', ['>=', 'in', 'is']],
    ['signals', '  x: count(payments) |', ['over']],
    ['signals', '  x: count(payments) over 5|', ['m', 's', 'h']],
    ['signals', '  x: count(payments) over 5m, |', ['at']],
    ['objectives', '  |', ['failures']],
    ['objectives', '  failures: |', ['target', 'warning', 'critical']],
    ['objectives', '  t: |\n    figure | target\n    |', []],
    ['channels', '  x: { kind: |', ['webhook']],
    ['channels', '  x: { kind: webhook, |', ['url', 'secret']],
    ['', 'scrapes:\n  x: { target: http://a/, |', ['every', 'keep', 'token']],
    ['', 'scrapes:\n  x: { target: http://a/, every: |', ['30s', '1m']],
    ['', 'scrapes:\n  x: { target: http://a/, token: |', ['secret']],
    ['', 'probes:\n  x: { check: |', ['GET https://', 'tls', 'query']],
    ['', 'probes:\n  x: { check: "POST https://a/", body: |', ['secret', '<run>']],
    ['', 'probes:\n  x: { check: "POST https://a/", confirm: { |', ['event', 'source', 'field', 'within']],
    ['', 'probes:\n  x: { check: "POST https://a/", confirm: { source: |', ['payments', 'requests']],
    ['', 'probes:\n  x: { check: "POST https://a/", confirm: { within: |', ['15m']],
    ['', 'probes:\n  x: { check: "tcp a:1", |', ['every', 'while-failing', 'expect']],
    ['', 'probes:\n  x: { check: "tcp a:1", expect: |', ['status = 200', 'days_left > 14']],
    ['', 'probes:\n  x: { check: "tcp a:1", every: |', ['30s', '1m']],
    ['', 'probes:\n  x: { check: "GET https://a/", agree: 2, par|', ['parts']],
    ['', 'probes:\n  x: { check: "GET https://a/" }\nrules:\n  y: { when: |', ['x', 'error_rate']],
    ['', 'probes:\n  x: { check: "GET https://a/", parts: { db: json.db } }\nrules:\n  y: { when: x.|', ['db']],
    ['', 'services:\n  web: {}\nprobes:\n  x: { check: tcp a:1 }\nsignals:\n  up: availability(|', ['x', 'web']],
    ['', 'probes:\n  api-tls: { check: "tls a:443" }\nsignals:\n  x: min(checks.|', ['api-tls']],
    ['', 'probes:\n  a: { check: "tls a:443" }\nrules:\n  y: { when: min(checks.a.d|', ['days_left', 'time.connect']],
    ['', 'probes:\n  a:\n    check: GET https://a/\nsignals:\n  x: p95(checks.a.time.|', ['first_byte', 'dns']],
    ['signals', '  x: burn(|', ['error_rate', 'failures']],
    ['signals', '  x: availability(web) |', ['over', 'this', 'today', 'since']],
    ['signals', '  x: availability(web) this |', ['phase']],
    ['signals', '  x: availability(web) since |', ['launch']],
    ['', 'heartbeats:\n  x: { every: |', ['1h', 'cron "0 3 * * *"']],
    ['', 'reviews:\n  x: { |', ['of', 'first', 'during', 'show', 'ask', 'by', 'service']],
    ['', 'reviews:\n  x: { of: |', ['payments']],
    ['', 'reviews:\n  x: { first: |', ['20', '5 per day']],
    ['', 'comparisons:\n  x: { by: |', ['mia']],
    ['', 'reviews:\n  x: { of: payments }\nrules:\n  y: { when: |', ['x', 'error_rate']],
    ['', 'reviews:\n  x: { of: payments }\nrules:\n  y: { when: x |', ['wrong']],
    ['', 'comparisons:\n  x: { of: payments }\nrules:\n  y: { when: x |', ['differs']],
    ['', 'databases:\n  x: { url: |', ['secret']],
    ['', 'services:\n  api: {}\n  x: { needs: [|', ['api']],
    ['', 'services:\n  x: { down: |', ['errors']],
    ['', 'services:\n  x: { |', ['importance', 'needs', 'down']],
    ['phases', '  x: |', ['T+0', 'from', 'days']],
    ['people', '  x: { |', ['email', 'order']],
    ['roles', '  x: [|', ['mia']],
    ['sources', '  x: |', ['events', 'payments']],
    ['sources', '  x: events "y" |', ['once', 'where', 'with']],
  ])('in %s, `%s` offers %j', (section, line, wanted) => {
    expect(labels(section, line)).toEqual(expect.arrayContaining([...wanted]));
  });

  test('what is written already is not offered again', () => {
    expect(labels('rules', '  x: { when: error_rate > 1%, |')).not.toContain('when');
    expect(labels('', '|')).not.toContain('rules');
    expect(labels('objectives', '  |')[0]).toBe('failures');
  });

  test('of a probe only what its results hold is offered', () => {
    const probe = (check: string) =>
      `probes:\n  a: { check: ${check} }\nsignals:\n  x: count(payments by status)\n  y: `;
    expect(labels('', `${probe('"dns TXT a.example"')}max(checks.a.|`).toSorted()).toEqual(['records', 'time']);
    expect(labels('', `${probe('query main "select 1"')}max(checks.a.|`)).toContain('rows');
    expect(labels('', `${probe('')}max(checks.a.|`)).toEqual([]);
  });

  test('within quotation marks and comments nothing is offered', () => {
    expect(labels('signals', '  x: count(payments where outcome = "o|')).toEqual([]);
    expect(labels('signals', '  x: count(payments) # o|')).toEqual([]);
  });

  test('what the language reads but does not execute is said', () => {
    const { text, offset } = typed('rules', '  x: { when: error_rate |');
    const drops = completeAt(text, offset)?.items.find(({ label }) => label === 'drops');
    expect(drops?.detail).toMatch('not executed yet');
  });

  test('names of the other files of a plan are known', () => {
    const items = completeAt('rules:\n  x: { when: ', 20, [base])?.items.map(({ label }) => label);
    expect(items).toContain('error_rate');
  });

  /** Syntax errors of the YAML and of sentences that lie in the line of the cursor. */
  function syntaxErrors(text: string, line: number): number {
    const found = compilePlan([{ path: 'plan.yaml', text }]).diagnostics;
    return found.filter((each) => each.line === line && /^E(?:101|12\d|2\d\d)$/.test(each.code)).length;
  }

  test.each([
    ['rules', '  x: { when: |, severity: urgent }'],
    ['rules', '  x: { when: err|, severity: urgent }'],
    ['rules', '  x: { when: error_rate > |, severity: urgent }'],
    ['rules', '  x: { when: error_rate > 5% for |, severity: urgent }'],
    ['rules', '  x: { when: error_rate > 5%, severity: | }'],
    ['rules', '  x: { when: any |, severity: urgent }'],
    ['rules', '  x: { when: error_rate > 5%, severity: urgent, notify: [mia by |] }'],
    ['signals', '  x: count(|) over 5m'],
    ['signals', '  x: count(payments) over |'],
    ['signals', '  x: count(payments) over 5|'],
    ['severities', '  x: { notify: [|] }'],
    ['phases', '  x: T+0 .. |'],
    ['objectives', '  failures: |'],
  ])('in %s, each completion of `%s` leaves no more errors there than before', (section, line) => {
    const { text, offset } = typed(section, line);
    const found = completeAt(text, offset);
    const row = text.slice(0, offset).split('\n').length;
    const before = syntaxErrors(text, row);
    expect(found?.items.length).toBeGreaterThan(0);
    for (const item of found?.items ?? []) {
      const after = `${text.slice(0, found?.start)}${item.insert}${text.slice(found?.end)}`;
      expect(syntaxErrors(after, row), item.label).toBeLessThanOrEqual(Math.max(before, 1));
    }
  });
});

describe('hovering', () => {
  const at = (needle: string, shift = 0) => hoverAt(base, base.indexOf(needle) + shift);

  test('a name says what it is and how it is defined', () => {
    expect(at('error_rate > 5%')).toMatchObject({
      title: 'error_rate, a signal',
      lines: [
        '`share(requests where status >= 500) over 5m, at least 20`',
        'Objective: `target < 0.5%, warning > 1%, critical > 5%`',
      ],
    });
    expect(at('severity: urgent', 10)?.title).toBe('urgent, a severity');
  });

  test('a key and a word of the language say what they mean', () => {
    expect(at('respond')?.lines).toEqual(['How soon somebody has to answer.']);
    expect(at('share(')).toMatchObject({
      title: 'share',
      lines: [expect.stringContaining('in percent'), expect.any(String)],
    });
    expect(at('for 5m')?.lines[0]).toMatch('hold this long');
    expect(at('rules:')?.title).toBe('rules, a section');
  });

  test('there is nothing to say of a number', () => expect(at('0.5%')).toBeUndefined());
});

describe('highlighting', () => {
  function classes(text: string): readonly string[] {
    return highlight(text).map((span) => `${span.class} ${text.slice(span.start, span.end)}`);
  }

  test('tells words of the language, names and figures apart', () => {
    expect(classes(base)).toEqual(
      expect.arrayContaining([
        'section rules',
        'function share',
        'keyword where',
        'name requests',
        'field status',
        'operator >=',
        'quantity 500',
        'keyword over',
        'duration 5m',
        'name error_rate',
        'quantity 5%',
        'keyword for',
        'name urgent',
        'text "payment"',
        'name mia',
      ]),
    );
    expect(classes(base).filter((each) => each.startsWith('unknown'))).toEqual([]);
  });

  test('takes no word between two paths for a source', () => {
    const text = 'plan: x\nsignals:\n  unlinked: missing(requests.id, errors.sale within 30m) over 24h\n';
    expect(classes(text)).toEqual(
      expect.arrayContaining(['name requests', 'name errors', 'keyword within', 'duration 30m']),
    );
    expect(classes(text).filter((each) => each.startsWith('unknown'))).toEqual([]);
  });

  test('marks a name that the plan does not have', () => {
    expect(classes(base.replace('error_rate > 5% for', 'eror_rate > 5% for'))).toContain('unknown eror_rate');
    expect(classes(base.replace('severity: urgent', 'severity: urgnt'))).toContain('unknown urgnt');
  });

  test('knows every name of the plans that are right', () => {
    const good = readdirSync(folder).filter((name) => name.endsWith('.good.yaml'));
    for (const name of good) {
      const text = readFileSync(new URL(name, folder), 'utf8');
      expect(classes(text).filter((each) => each.startsWith('unknown'))).toEqual([]);
    }
  });

  test('one that remembers colours every text as one that does not', () => {
    const remembering = createHighlighter();
    const renamed = base.replaceAll('failures', 'refusals');
    for (const text of [base, base.replace('> 5%', '> 6%'), renamed, base, ...fixtures]) {
      expect(remembering(text)).toEqual(highlight(text));
    }
  });

  test('takes each span from the text in order, without overlap', () => {
    for (const text of fixtures) {
      let at = 0;
      for (const { start, end } of highlight(text).toSorted((left, right) => left.start - right.start)) {
        expect(start).toBeGreaterThanOrEqual(at);
        expect(end).toBeGreaterThan(start);
        at = end;
      }
    }
  });
});

describe('whatever is typed', () => {
  const texts = fc.constantFrom(...fixtures, wholeLanguage, base);
  const junk = fc.string({ unit: fc.constantFrom(...'{}[]:,#|>-"\'\n ab(<%5'), maxLength: 30 });

  test('nothing throws, and every range lies within the text', () => {
    fc.assert(
      fc.property(texts, fc.double({ min: 0, max: 1, noNaN: true }), junk, (text, share, inserted) => {
        const cut = Math.floor(share * text.length);
        const broken = text.slice(0, cut) + inserted + (inserted.length % 2 === 0 ? '' : text.slice(cut));
        const offset = cut + inserted.length;
        for (const { start, end } of [...scanPlan(broken).pieces, ...highlight(broken)]) {
          expect(start >= 0 && start <= end && end <= broken.length).toBe(true);
        }
        const found = completeAt(broken, offset);
        if (found !== undefined) expect(found.start <= offset && offset <= Math.max(found.end, offset)).toBe(true);
        hoverAt(broken, offset);
      }),
      { numRuns: 150 },
    );
  });

  // Squared, each of these would take minutes and the page with it.
  test.each([
    ['spaces within a line', (count: number) => `title: >\n  a${' '.repeat(count)}b\n`],
    ['brackets', (count: number) => `signals: ${'{a: '.repeat(count / 4)}`],
  ])('a million signs of %s hold nobody up', (_, text) => {
    expect(scanPlan(text(1_000_000)).pieces.length).toBeGreaterThan(1);
  });

  test('what stands in one line does not change the keys of the lines before it', () => {
    fc.assert(
      fc.property(junk, (line) => {
        const first = line.split('\n', 1)[0] ?? '';
        const text = `${base}${first}\n`;
        const keys = (of: string) => scanPlan(of).pieces.filter(({ kind, end }) => kind === 'key' && end < base.length);
        expect(keys(text)).toEqual(keys(base));
      }),
    );
  });
});
