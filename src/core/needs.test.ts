import { describe, expect, it } from 'vitest';
import type { Rule } from '#plan/model.ts';
import { explainAlert, explainRule } from './explain.ts';
import { explanationLines } from './explain-text.ts';
import type { Alert } from './model.ts';
import { downNeedNow } from './refusal.ts';
import { isTrue, MIA, Play, plan, rule, verdict } from './testing.ts';

const MINUTE = 60_000;
const told = { notify: [MIA], resolveAfterMs: 2 * MINUTE };
const DATABASE = { service: 'database', rules: ['database-down'] };
const API = { service: 'api', rules: ['api-down'] };

/** `orders` of a shop that needs an api, which needs a database; each is down by its own test. */
function shop(more: Partial<Record<'orders' | 'api' | 'database', Partial<Rule>>> = {}): Play {
  return new Play(
    plan([
      rule('orders', isTrue('a'), { ...told, needs: [API, DATABASE], ...more.orders }),
      rule('api-down', isTrue('b'), { ...told, needs: [DATABASE], ...more.api }),
      rule('database-down', isTrue('c'), { ...told, ...more.database }),
    ]),
  );
}

const quiet = (play: Play) =>
  play.facts.flatMap(({ at, kind, reason, subject, body }) =>
    kind === 'not-notified'
      ? [
          [
            at,
            subject,
            reason,
            ...(body.by === undefined ? [] : [body.by]),
            ...(body.service === undefined ? [] : [body.service]),
          ],
        ]
      : [],
  );

describe('what a service needs is down', () => {
  it('only the cause is told, however many depend on it', () => {
    const play = shop();
    play.say(1_000, { a: 'true', b: 'true', c: 'true' });
    expect(play.told()).toEqual(['A-3 fired 0 mia app']);
    // What the api's own silence adds is no cause: people know of the database.
    expect(quiet(play)).toEqual([
      [1_000, 'A-1', 'needs-down', ['A-3'], 'database'],
      [1_000, 'A-2', 'needs-down', ['A-3'], 'database'],
    ]);
  });

  it('is told once that is over, and once', () => {
    const play = shop();
    play.say(1_000, { a: 'true', c: 'true' });
    play.say(2_000, { c: 'false' });
    play.pass(2_000 + 2 * MINUTE);
    expect(play.told()).toEqual(['A-2 fired 0 mia app', 'A-2 resolved 0 mia app', 'A-1 fired 0 mia app']);
    play.say(10 * MINUTE, { a: 'false' });
    play.pass(12 * MINUTE);
    expect(play.told().at(-1)).toBe('A-1 resolved 0 mia app');
  });

  it('whose end comes first is told of neither beginning nor end', () => {
    const play = shop();
    play.say(1_000, { a: 'true', c: 'true' });
    play.say(2_000, { a: 'false' });
    play.pass(5 * MINUTE);
    expect(play.told()).toEqual(['A-2 fired 0 mia app']);
    expect(quiet(play).at(-1)).toEqual([2_000 + 2 * MINUTE, 'A-1', 'never-told-of-firing']);
  });

  it('keeps repeats of what was told before quiet as well', () => {
    const play = shop({ orders: { repeatMs: 10 * MINUTE } });
    play.say(1_000, { a: 'true' });
    play.say(2_000, { c: 'true' });
    play.pass(11 * MINUTE);
    expect(play.told()).toEqual(['A-1 fired 0 mia app', 'A-2 fired 0 mia app']);
    expect(quiet(play)).toEqual([[1_000 + 10 * MINUTE, 'A-1', 'needs-down', ['A-2'], 'database']]);
  });

  it('counts as known when somebody acknowledged it or silenced it', () => {
    const play = shop();
    play.input(
      {
        kind: 'silence',
        rule: 'database-down',
        until: 60 * MINUTE,
        reason: 'moving',
        by: 'mia',
        via: 'web',
        request: 'r-1',
      },
      500,
    );
    play.say(1_000, { a: 'true', c: 'true' });
    expect(play.told()).toEqual([]);
    expect(quiet(play)).toContainEqual([1_000, 'A-1', 'needs-down', ['A-2'], 'database']);
    play.input({ kind: 'acknowledge', alert: 'A-2', by: 'mia', via: 'web' }, 2_000);
    play.pass(61 * MINUTE);
    expect(play.told()).toEqual([]);
  });
});

describe('a cause that is told less urgently', () => {
  const info = { severity: { otherwise: 'soon' } };

  it('keeps nothing quiet that is more urgent', () => {
    const play = shop({ database: info });
    play.say(1_000, { a: 'true', c: 'true' });
    expect(play.told()).toEqual(['A-1 fired 0 mia app', 'A-2 fired 0 mia app']);
    expect(explainRule(play.world, 'orders', 2_000)?.groups[0]).not.toHaveProperty('needsDown');
  });

  it('keeps quiet what is no more urgent than it', () => {
    const play = shop({ database: info, orders: info });
    play.say(1_000, { a: 'true', c: 'true' });
    expect(play.told()).toEqual(['A-2 fired 0 mia app']);
  });

  it('does not stand in for one that is quiet because of it', () => {
    const play = shop({ api: { needs: [], unless: 'database-down' }, database: info });
    play.say(1_000, { b: 'true', c: 'true' });
    play.say(2_000, { a: 'true' });
    // By `unless` the api is quiet; people have heard only that the database is worth a look.
    expect(play.told()).toEqual(['A-2 fired 0 mia app', 'A-3 fired 0 mia app']);
  });
});

describe('rules that are split', () => {
  it('are quiet in every group while an unsplit rule says that it is down', () => {
    const play = shop({ orders: { by: ['route'], when: { otherwise: isTrue('A') } } });
    play.batch([verdict('A/x', 'true', 1_000), verdict('A/y', 'true', 1_000), verdict('c', 'true', 1_000)], 1_000);
    expect(play.told()).toEqual(['A-3 fired 0 mia app']);
    expect(quiet(play).map(([, alert, reason]) => `${alert} ${reason}`)).toEqual(['A-1 needs-down', 'A-2 needs-down']);
  });

  it('say it to others split alike in the same group only, and to all others in any', () => {
    const split = { by: ['route'], when: { otherwise: isTrue('C') } };
    const alike = shop({ orders: { by: ['route'], when: { otherwise: isTrue('A') } }, database: split });
    alike.batch([verdict('A/x', 'true', 1_000), verdict('A/y', 'true', 1_000), verdict('C/y', 'true', 1_000)], 1_000);
    expect(alike.told()).toEqual(['A-1 fired 0 mia app', 'A-3 fired 0 mia app']);
    const unsplit = shop({ database: split });
    unsplit.batch([verdict('a', 'true', 1_000), verdict('C/y', 'true', 1_000)], 1_000);
    expect(unsplit.told()).toEqual(['A-2 fired 0 mia app']);
  });
});

describe('a down rule of which nobody hears keeps nothing quiet', () => {
  it.each([
    ['severity none', { severity: { otherwise: 'none' } }],
    ['nobody to tell', { notify: [] }],
    ['no channel', { notify: [{ kind: 'person', person: 'mia', channels: [] }] }],
    ['switched off', { enabled: false }],
  ] satisfies readonly (readonly [string, Partial<Rule>])[])('%s', (_, more) => {
    const play = shop({ database: more });
    play.say(1_000, { a: 'true', c: 'true' });
    expect(play.told()).toEqual(['A-1 fired 0 mia app']);
  });

  it('is about to resolve before anybody was told of it', () => {
    const play = shop();
    play.say(1_000, { a: 'true', b: 'true', c: 'true' });
    play.say(MINUTE, { c: 'false' });
    play.say(2 * MINUTE, { b: 'false' });
    expect(play.told()).toEqual(['A-3 fired 0 mia app']);
    // The database is back; the api was never told of and waits only for its end.
    play.pass(3 * MINUTE);
    expect(play.told()).toEqual(['A-3 fired 0 mia app', 'A-3 resolved 0 mia app', 'A-1 fired 0 mia app']);
  });

  it('by `unless` neither, unless its plan has nobody told of it', () => {
    const last = (more: Partial<Rule>) => {
      const play = shop({ orders: { needs: [], unless: 'api-down' }, api: more });
      play.say(1_000, { a: 'true', b: 'true', c: 'true' });
      play.say(MINUTE, { c: 'false' });
      play.say(2 * MINUTE, { b: 'false' });
      play.pass(3 * MINUTE);
      return play.told().at(-1);
    };
    expect(last({})).toBe('A-1 fired 0 mia app');
    expect(last({ severity: { otherwise: 'none' } })).toBe('A-3 resolved 0 mia app');
  });
});

describe('a cause that cannot be judged now keeps nothing quiet', () => {
  it('what it kept quiet is told then, once, and says why', () => {
    const play = shop({ orders: { repeatMs: 10 * MINUTE } });
    play.say(1_000, { a: 'true', b: 'true', c: 'true' });
    expect(play.told()).toEqual(['A-3 fired 0 mia app']);
    // Only the api's answer says how the database is, and the api does not answer any more.
    play.say(2_000, { c: 'unknown' });
    expect(play.told()).toEqual(['A-3 fired 0 mia app', 'A-2 fired 0 mia app']);
    const notified = play.facts.findLast(({ kind }) => kind === 'notified');
    expect([notified?.reason, notified?.body.service, notified?.body.by]).toEqual([
      'needs-unknown',
      'database',
      ['A-3'],
    ]);
    expect(downNeedNow(play.world, play.alerts.get('A-1') as Alert)).toEqual({ service: 'api', by: ['A-2'] });
    play.say(3_000, { c: 'true' });
    play.say(4_000, { c: 'unknown' });
    play.pass(9 * MINUTE);
    expect(play.told()).toHaveLength(2);
  });

  it('nor what begins to fire while it is unknown', () => {
    const play = shop();
    play.say(1_000, { c: 'true' });
    play.say(2_000, { c: 'unknown' });
    play.say(3_000, { a: 'true' });
    expect(play.told()).toEqual(['A-1 fired 0 mia app', 'A-2 fired 0 mia app']);
    expect(explainRule(play.world, 'orders', 3_000)?.groups[0]).not.toHaveProperty('needsDown');
  });

  it('keeps quiet what begins once it is known again', () => {
    const play = shop();
    play.say(1_000, { c: 'true' });
    play.say(2_000, { c: 'unknown' });
    play.say(3_000, { c: 'true' });
    play.say(4_000, { a: 'true' });
    expect(play.told()).toEqual(['A-1 fired 0 mia app']);
  });
});

it('a plan version that takes a need or an `unless` away lets what was quiet be told', () => {
  for (const before of [{ needs: [DATABASE] }, { needs: [], unless: 'database-down' }]) {
    const play = shop({ orders: before });
    play.say(1_000, { a: 'true', c: 'true' });
    expect(play.told()).toEqual(['A-2 fired 0 mia app']);
    const after = plan([rule('orders', isTrue('a'), told), rule('database-down', isTrue('c'), told)]);
    play.input({ kind: 'apply', plan: after, version: 2, by: 'mia' }, 2_000);
    expect(play.told()).toEqual(['A-2 fired 0 mia app', 'A-1 fired 0 mia app']);
  }
});

it('the explanation names the service and the alerts, in the past and as it stands', () => {
  const play = shop();
  play.say(1_000, { a: 'true', c: 'true' });
  const explanation = explainAlert('A-1', play.facts, play.world.plan);
  expect(explanation?.notTold).toEqual([
    { at: 1_000, step: 'fired', reason: 'needs-down', by: ['A-2'], service: 'database' },
  ]);
  expect(explanation === undefined ? [] : explanationLines(explanation)).toContain(
    '    1970-01-01T00:00:01.000Z fired: its service needs database, which is down (A-2)',
  );
  const standing = explainRule(play.world, 'orders', 2_000);
  expect(standing?.groups[0]?.needsDown).toEqual({ service: 'database', by: ['A-2'] });
  expect(standing === undefined ? '' : explanationLines(standing).join('\n')).toContain(
    'A-1 not told, kept quiet while database is down (A-2)',
  );
  expect(explainRule(play.world, 'database-down', 2_000)?.groups[0]).not.toHaveProperty('needsDown');
});
