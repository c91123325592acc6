import { describe, expect, it } from 'vitest';
import { MINUTE_MS } from '#kernel/instant.ts';
import { isTrue, lasting, MIA, OPS, Play, plan, rule, verdict } from './testing.ts';
import { emptyWorld, loadWorld } from './world.ts';

const MINUTE = MINUTE_MS;

describe('a rule without a duration', () => {
  it('fires and resolves at the instants of the verdicts, and tells each person and channel once', () => {
    const play = new Play(plan([rule('errors', isTrue('a'))]));
    play.say(1_000, { a: 'true' });
    play.say(2_000, { a: 'false' });
    expect(play.story()).toEqual([
      '1000 alert-fired A-1 condition-true',
      '1000 notified A-1 first-notification',
      '1000 notified A-1 first-notification',
      '2000 alert-resolved A-1 condition-false',
      '2000 notified A-1 alert-resolved',
      '2000 notified A-1 alert-resolved',
    ]);
    expect(play.told()).toEqual([
      'A-1 fired 0 mia app',
      'A-1 fired 0 webhook:ops ops',
      'A-1 resolved 0 mia app',
      'A-1 resolved 0 webhook:ops ops',
    ]);
  });

  it('opens an episode for a truth that held only within one batch', () => {
    const play = new Play(plan([rule('errors', isTrue('a'))]));
    play.batch([verdict('a', 'true', 1_000), verdict('a', 'false', 1_000), verdict('a', 'true', 1_500)], 2_000);
    expect(play.told().filter((line) => line.endsWith('app'))).toEqual([
      'A-1 fired 0 mia app',
      'A-1 resolved 0 mia app',
      'A-2 fired 0 mia app',
    ]);
  });

  it('neither fires nor resolves on unknown', () => {
    const play = new Play(plan([rule('errors', isTrue('a'))]));
    play.say(1_000, { a: 'unknown' });
    expect(play.facts).toEqual([]);
    play.say(2_000, { a: 'true' });
    play.say(3_000, { a: 'unknown' });
    play.pass(10 * MINUTE);
    expect(play.alerts.get('A-1')?.state).toBe('firing');
    expect(play.story().at(-1)).toBe('3000 not-evaluated errors condition-unknown');
    play.say(11 * MINUTE, { a: 'false' });
    expect(play.alerts.get('A-1')?.state).toBe('resolved');
  });
});

describe('for', () => {
  const errors = plan([rule('errors', lasting(isTrue('a'), 5 * MINUTE), { resolveAfterMs: 2 * MINUTE })]);

  it('fires at the due instant, not a millisecond before', () => {
    const play = new Play(errors);
    play.say(1_000, { a: 'true' });
    play.pass(5 * MINUTE + 999);
    expect(play.alerts.size).toBe(0);
    play.pass(7 * MINUTE);
    expect(play.alerts.get('A-1')?.openedAt).toBe(5 * MINUTE + 1_000);
  });

  it('does not fire when the condition ends at the due instant', () => {
    const play = new Play(errors);
    play.batch([verdict('a', 'true', 1_000), verdict('a', 'false', 5 * MINUTE + 1_000)], 6 * MINUTE);
    expect(play.story()).toEqual([
      '1000 alert-pending errors waiting-for',
      '301000 alert-cancelled errors condition-false',
    ]);
  });

  it('starts anew after a dip, and a dip while it fires does not end the episode', () => {
    const play = new Play(errors);
    play.say(1_000, { a: 'true' });
    play.say(4 * MINUTE, { a: 'false' });
    play.say(4 * MINUTE + 1_000, { a: 'true' });
    play.pass(9 * MINUTE);
    expect(play.alerts.size).toBe(0);
    play.pass(10 * MINUTE);
    expect(play.alerts.get('A-1')?.openedAt).toBe(9 * MINUTE + 1_000);
    play.say(11 * MINUTE, { a: 'false' });
    play.say(12 * MINUTE, { a: 'true' });
    play.pass(20 * MINUTE);
    expect(play.alerts.get('A-1')?.state).toBe('firing');
    play.say(21 * MINUTE, { a: 'false' });
    play.pass(30 * MINUTE);
    expect(play.alerts.get('A-1')?.resolvedAt).toBe(23 * MINUTE);
  });

  it('stands still while the condition is unknown', () => {
    const play = new Play(errors);
    play.say(1_000, { a: 'true' });
    play.say(3 * MINUTE + 1_000, { a: 'unknown' });
    play.pass(60 * MINUTE);
    expect(play.alerts.size).toBe(0);
    play.say(60 * MINUTE, { a: 'true' });
    play.pass(70 * MINUTE);
    expect(play.alerts.get('A-1')?.openedAt).toBe(62 * MINUTE);
  });

  it('has its own count inside a condition', () => {
    const inner = rule('cpu', { kind: 'and', of: [lasting(isTrue('a'), 5 * MINUTE), isTrue('b')] });
    const play = new Play(plan([inner]));
    play.say(1_000, { a: 'true', b: 'false' });
    play.pass(6 * MINUTE);
    expect(play.alerts.size).toBe(0);
    play.say(6 * MINUTE, { b: 'true' });
    expect(play.alerts.get('A-1')?.openedAt).toBe(6 * MINUTE);
  });
});

describe('until', () => {
  it('keeps an alert open between the two thresholds', () => {
    const play = new Play(plan([rule('errors', isTrue('a'), { until: { otherwise: isTrue('b') } })]));
    play.say(1_000, { a: 'true', b: 'false' });
    play.say(2_000, { a: 'false' });
    play.pass(60 * MINUTE);
    expect(play.alerts.get('A-1')?.state).toBe('firing');
    play.say(60 * MINUTE, { b: 'true' });
    expect(play.story().at(-3)).toBe('3600000 alert-resolved A-1 until-true');
  });

  it('does not resolve what still meets the condition', () => {
    const play = new Play(plan([rule('errors', isTrue('a'), { until: { otherwise: isTrue('b') } })]));
    play.say(1_000, { a: 'true', b: 'true' });
    play.pass(60 * MINUTE);
    expect(play.alerts.size).toBe(1);
    expect(play.alerts.get('A-1')?.state).toBe('firing');
  });
});

describe('groups', () => {
  const byRoute = plan([rule('slow', { kind: 'and', of: [isTrue('A'), isTrue('b')] }, { by: ['route'] })]);

  it('has one alert per group, and an ungrouped operand applies to each', () => {
    const play = new Play(byRoute);
    play.say(1_000, { 'A/x': 'true', 'A/y': 'true', 'A/z': 'false', b: 'false' });
    expect(play.alerts.size).toBe(0);
    play.say(2_000, { b: 'true' });
    expect([...play.alerts.values()].map((alert) => alert.group)).toEqual(['["/x"]', '["/y"]']);
    play.say(3_000, { 'A/x': 'false' });
    expect([...play.alerts.values()].map((alert) => alert.state)).toEqual(['resolved', 'firing']);
  });

  it('treats a missing partner as unknown', () => {
    const play = new Play(plan([rule('slow', { kind: 'and', of: [isTrue('A'), isTrue('B')] }, { by: ['route'] })]));
    play.say(1_000, { 'A/x': 'true', 'B/y': 'true' });
    expect(play.alerts.size).toBe(0);
  });

  it('remembers nothing of a group that is gone where no rule reads the test', () => {
    const play = new Play(plan([rule('off', isTrue('A'), { by: ['route'], enabled: false })]));
    play.batch([verdict('A/x', 'true', 1_000), verdict('A/y', 'true', 1_000)], 1_000);
    play.batch([verdict('A/x', 'false', 2_000, { gone: true })], 2_000);
    expect([...(play.world.verdicts.get('A')?.keys() ?? [])]).toEqual(['["/y"]']);
  });

  it('resolves an alert whose group is gone, and forgets the group', () => {
    const play = new Play(byRoute);
    play.say(1_000, { 'A/x': 'true', b: 'true' });
    play.batch([verdict('A/x', 'false', 2_000, { gone: true })], 2_000);
    expect(play.alerts.get('A-1')?.state).toBe('resolved');
    expect(play.world.verdicts.get('A')?.size).toBe(0);
  });
});

describe('whom to tell', () => {
  it('says why nobody was told', () => {
    const play = new Play(
      plan(
        [
          rule('quiet', isTrue('a'), { severity: { otherwise: 'none' } }),
          rule('nobody', isTrue('a'), { notify: [] }),
          rule('mute', isTrue('a'), { notify: [{ kind: 'person', person: 'mia', channels: [] }] }),
        ],
        {},
      ),
    );
    play.say(1_000, { a: 'true' });
    play.say(2_000, { a: 'false' });
    expect(play.notifications).toEqual([]);
    const reasons = play.facts.filter(({ kind }) => kind === 'not-notified').map(({ reason }) => reason);
    expect(reasons.toSorted()).toEqual([
      'never-told-of-firing',
      'never-told-of-firing',
      'never-told-of-firing',
      'no-recipient',
      'recipient-has-no-channel',
      'severity-none',
    ]);
  });

  it('tells a person once per channel, however many lines lead there', () => {
    const both = { ...MIA, via: 'on-call' };
    const play = new Play(plan([rule('errors', isTrue('a'), { notify: [MIA, both, OPS, MIA] })]));
    play.say(1_000, { a: 'true' });
    expect(play.told()).toEqual(['A-1 fired 0 mia app', 'A-1 fired 0 webhook:ops ops']);
  });

  it('repeats while it fires, once for any number of missed repeats', () => {
    const play = new Play(plan([rule('errors', isTrue('a'), { repeatMs: 10 * MINUTE, notify: [MIA] })]));
    play.say(1_000, { a: 'true' });
    play.pass(10 * MINUTE + 1_000);
    play.pass(45 * MINUTE);
    play.pass(50 * MINUTE + 1_000);
    play.say(51 * MINUTE, { a: 'false' });
    expect(play.told()).toEqual([
      'A-1 fired 0 mia app',
      'A-1 repeated 1 mia app',
      'A-1 repeated 2 mia app',
      'A-1 repeated 3 mia app',
      'A-1 resolved 3 mia app',
    ]);
  });

  it('keeps quiet under an inhibiting alert and speaks when that is over', () => {
    const play = new Play(
      plan([rule('errors', isTrue('a'), { unless: 'down', notify: [MIA] }), rule('down', isTrue('b'))]),
    );
    play.say(1_000, { a: 'true', b: 'true' });
    const refusal = play.facts.find(({ kind }) => kind === 'not-notified');
    expect(refusal).toMatchObject({ subject: 'A-1', reason: 'inhibited', body: { by: ['A-2'] } });
    expect(play.told().filter((line) => line.startsWith('A-1'))).toEqual([]);
    play.say(2_000, { b: 'false' });
    expect(play.told().filter((line) => line.startsWith('A-1'))).toEqual(['A-1 fired 0 mia app']);
  });

  it('tells only the most severe of a family, and a more severe one that comes later', () => {
    const family = { family: 'error_rate >', notify: [MIA] };
    const rules = [
      rule('warn', isTrue('a'), { ...family, severity: { otherwise: 'soon' } }),
      rule('crit', isTrue('b'), { ...family, severity: { otherwise: 'urgent' } }),
    ];
    const together = new Play(plan(rules));
    together.say(1_000, { a: 'true', b: 'true' });
    expect(together.told()).toEqual(['A-2 fired 0 mia app']);
    expect(together.story()).toContain('1000 not-notified A-1 already-told-by-family');
    together.say(2_000, { b: 'false' });
    expect(together.told().slice(1)).toEqual(['A-2 resolved 0 mia app', 'A-1 fired 0 mia app']);

    const later = new Play(plan(rules));
    later.say(1_000, { a: 'true', b: 'false' });
    later.say(2_000, { b: 'true' });
    expect(later.told()).toEqual(['A-1 fired 0 mia app', 'A-2 fired 0 mia app']);
    expect(later.story()).toContain('2000 notified A-2 upgraded-in-family');
  });
});

describe('an alert that nobody was told of', () => {
  it('is not told while it resolves, and is told when it fires again', () => {
    const rules = [
      rule('errors', isTrue('a'), { unless: 'down', notify: [MIA], resolveAfterMs: 2 * MINUTE }),
      rule('down', isTrue('b'), { notify: [] }),
    ];
    const play = new Play(plan(rules));
    play.say(1_000, { a: 'true', b: 'true' });
    play.say(2_000, { a: 'false' });
    play.say(3_000, { b: 'false' });
    expect(play.told()).toEqual([]);
    play.say(4_000, { a: 'true' });
    expect(play.told()).toEqual(['A-1 fired 0 mia app']);
  });
});

describe('flapping', () => {
  it('folds from the third firing on and tells the end once, when it has been calm for 30 minutes', () => {
    const play = new Play(plan([rule('errors', isTrue('a'), { notify: [MIA] })]));
    for (let minute = 0; minute < 10; minute += 1) {
      play.say(minute * MINUTE + 1_000, { a: 'true' });
      play.say(minute * MINUTE + 31_000, { a: 'false' });
    }
    expect(play.told()).toEqual([
      'A-1 fired 0 mia app',
      'A-1 resolved 0 mia app',
      'A-2 fired 0 mia app',
      'A-2 resolved 0 mia app',
      'A-3 flapping 0 mia app',
    ]);
    play.pass(39 * MINUTE + 30_999);
    expect(play.told().length).toBe(5);
    play.pass(40 * MINUTE);
    expect(play.told().slice(5)).toEqual(['A-10 resolved 0 mia app']);
    play.say(100 * MINUTE, { a: 'true' });
    expect(play.told().at(-1)).toBe('A-11 fired 0 mia app');
  });

  it('tells that it fires when it comes to rest so', () => {
    const play = new Play(plan([rule('errors', isTrue('a'), { notify: [MIA] })]));
    for (let minute = 0; minute < 4; minute += 1) {
      play.say(minute * MINUTE + 1_000, { a: 'true' });
      if (minute < 3) play.say(minute * MINUTE + 31_000, { a: 'false' });
    }
    play.pass(34 * MINUTE);
    expect(play.told().slice(4)).toEqual(['A-3 flapping 0 mia app', 'A-4 fired 0 mia app']);
    play.pass(34 * MINUTE + 240 * MINUTE);
    expect(play.told().at(-1)).toBe('A-4 repeated 1 mia app');
  });
});

describe('phases', () => {
  const phases = [
    { name: 'first', span: { kind: 'offsets', fromMs: 0, toMs: 60 * MINUTE } },
    { name: 'after', span: { kind: 'offsets', fromMs: 60 * MINUTE } },
  ] as const;

  it('end the alert of a rule that sleeps in the next one', () => {
    const only = rule('errors', isTrue('a'), { when: { phases: { first: isTrue('a') } }, notify: [MIA] });
    const play = new Play(plan([only], { phases, launch: 0 }));
    play.say(1_000, { a: 'true' });
    play.pass(61 * MINUTE);
    expect(play.story().slice(2)).toEqual([
      '3600000 phase-changed plan phase-began',
      '3600000 alert-resolved A-1 asleep-in-phase',
      '3600000 notified A-1 alert-resolved',
    ]);
  });

  it('change the condition and the severity at one instant', () => {
    const varied = rule('errors', isTrue('a'), {
      when: { phases: { first: isTrue('a') }, otherwise: isTrue('b') },
      severity: { phases: { first: 'urgent' }, otherwise: 'soon' },
    });
    const play = new Play(plan([varied], { phases, launch: 0 }));
    play.say(1_000, { a: 'false', b: 'true' });
    expect(play.alerts.size).toBe(0);
    play.pass(61 * MINUTE);
    expect(play.alerts.get('A-1')).toMatchObject({ openedAt: 60 * MINUTE, severity: 'soon' });
  });

  it('begin with a launch by command', () => {
    const play = new Play(plan([], { phases }));
    play.input({ kind: 'launch', by: 'mia' }, 1_000);
    expect(play.story()).toEqual(['1000 plan-launched plan launched', '1000 phase-changed plan launched']);
    expect(play.input({ kind: 'launch', by: 'mia' }, 2_000).facts).toEqual([]);
  });
});

describe('conditions on other rules', () => {
  it('are judged at the same instant', () => {
    const play = new Play(
      plan([
        rule('both', { kind: 'and', of: [{ kind: 'rule-firing', rule: 'down' }, isTrue('a')] }),
        rule('down', isTrue('b')),
      ]),
    );
    play.say(1_000, { a: 'true', b: 'true' });
    expect([...play.alerts.values()].map(({ rule: name }) => name)).toEqual(['down', 'both']);
    play.say(2_000, { b: 'false' });
    expect([...play.alerts.values()].map(({ state }) => state)).toEqual(['resolved', 'resolved']);
  });

  it('are unknown when the other rule cannot be judged', () => {
    const play = new Play(
      plan([rule('up', { kind: 'not', of: { kind: 'rule-firing', rule: 'down' } }), rule('down', isTrue('b'))]),
    );
    play.say(1_000, { b: 'unknown' });
    expect(play.alerts.size).toBe(0);
  });
});

describe('a step', () => {
  it('writes the watermark with what it changes, and else only every few seconds', () => {
    const play = new Play(plan([rule('errors', isTrue('a'))]));
    expect(play.pass(1_000).changes).toEqual([]);
    expect(play.pass(5_000).changes).toMatchObject([{ kind: 'plan', watermark: 5_000 }]);
    expect(play.say(6_000, { a: 'true' }).changes.map(({ kind }) => kind)).toEqual(['judgement', 'alert', 'plan']);
  });

  it('gives back rows from which the world can be loaded', () => {
    const shop = plan([rule('errors', isTrue('a'))]);
    expect(loadWorld(shop, 3, [], 7)).toEqual(emptyWorld(shop, 3, 7));
  });
});
