import { describe, expect, test } from 'vitest';
import type { FigureStateAnswer, LiveAlert, LiveReading } from '#contract/live.ts';
import type { ServiceAnswer } from '#contract/services.ts';
import { checkNeeds } from './check-needs.ts';
import { needs } from './needs.ts';
import { orderAlerts } from './order-alerts.ts';
import { serviceStates } from './service-states.ts';
import { stateSentence } from './state-sentence.ts';

const NOW = Date.parse('2026-01-20T14:00:00.000Z');
const severities = ['urgent', 'soon'].map((name) => ({
  name,
  means: [],
  ...(name === 'urgent' ? { respondMs: 900_000 } : {}),
}));

/** A plan with an objective for each state given, named `s0`, `s1`, …; several states are groups of one. */
function standing(
  states: readonly (FigureStateAnswer | readonly FigureStateAnswer[])[],
  alerts: readonly LiveAlert[] = [],
  unjudged: readonly string[] = [],
) {
  const signals = new Map(
    states.map((state, index) => {
      const groups = [state].flat();
      const readings = groups.map(
        (own, group): LiveReading => ({
          signal: `s${index}`,
          group: groups.length > 1 ? [`g${group}`] : [],
          state: own,
          sampleSize: 9,
          since: '',
        }),
      );
      return [`s${index}`, readings];
    }),
  );
  const objectives = states.map((_, index) => ({ signal: `s${index}`, bands: {} }));
  const launch = { state: 'given' } as const;
  return { overview: { objectives, severities, launch }, signals, alerts, unjudged };
}

function alert(id: number, more: Partial<LiveAlert> = {}): LiveAlert {
  const since = new Date(NOW - id * 60_000).toISOString();
  const rest = { group: [], severity: 'urgent', reason: 'condition-true', flapping: false, version: 1, ...more };
  return { key: `A-${id}`, alert: `A-${id}`, rule: `rule-${id}`, state: 'firing', since, openedAt: since, ...rest };
}

const taken = { by: 'mia', at: '', via: 'web' };

function sentence(...given: Parameters<typeof standing>): string {
  const { tone, lead, unjudged, rest } = stateSentence(standing(...given));
  return `${tone}: ${[lead, ...(unjudged === undefined ? [] : [unjudged]), ...rest].join(' · ')}`;
}

describe('the sentence of state', () => {
  test.each([
    [['on target', 'on target'], 'good: All calm · 2 of 2 objectives on target'],
    [['on target'], 'good: All calm · 1 of 1 objective on target'],
    [['on target', 'too few'], 'good: All calm · 1 of 2 objectives on target · 1 has too little data'],
    [['on target', 'no data', 'no data'], 'good: All calm · 1 of 3 objectives on target · 2 have no data'],
    [
      ['no data', 'too few'],
      'none: Nothing to judge by yet · 0 of 2 objectives on target · 1 has too little data · 1 has no data',
    ],
    [['not evaluated'], 'none: Nothing to judge by yet · 0 of 1 objective on target · 1 not evaluated'],
    [['on target', 'off target'], 'off: Off target · 1 of 2 objectives on target · 1 off target'],
    [['warning', 'off target'], 'warning: Warning · 0 of 2 objectives on target · 1 in warning · 1 off target'],
    [['critical'], 'critical: Critical, and no rule fires · 0 of 1 objective on target · 1 critical'],
    [['target unset'], 'neutral: No alerts · the plan has no objectives yet'],
    [[], 'neutral: No alerts · the plan has no objectives yet'],
    [
      [['on target', 'critical'], 'on target'],
      'critical: Critical, and no rule fires · 1 of 2 objectives on target · 1 critical',
    ],
  ] as const)('of %j is "%s"', (states, said) => {
    expect(sentence(states)).toBe(said);
  });

  test('says who fires, and whether somebody takes care of it', () => {
    expect(sentence(['critical'], [alert(1)])).toBe(
      'critical: rule-1 fires, urgent · nobody takes care of it yet · 0 of 1 objective on target · 1 critical',
    );
    expect(sentence(['on target'], [alert(1, { acknowledged: taken })])).toBe(
      'warning: rule-1 fires, urgent · acknowledged · 1 of 1 objective on target',
    );
    expect(sentence([], [alert(1, { severity: 'soon' }), alert(2), alert(3, { acknowledged: taken })])).toBe(
      'critical: 3 alerts firing, worst urgent · nobody takes care of 2 of them yet',
    );
    expect(sentence(['on target'], [alert(1, { state: 'pending' })])).toBe(
      'warning: rule-1 is about to fire · 1 of 1 objective on target',
    );
    expect(sentence(['on target'], [alert(1, { state: 'resolved' })])).toBe(
      'good: All calm · 1 of 1 objective on target',
    );
  });
});

test.each([
  [['on target'], [], 'none: Calm, as far as can be judged · 1 rule cannot be judged · 1 of 1 objective on target'],
  [[], [], 'none: No alerts, as far as can be judged · 1 rule cannot be judged · the plan has no objectives yet'],
  [
    ['no data'],
    [],
    'none: Nothing to judge by yet · 1 rule cannot be judged · 0 of 1 objective on target · 1 has no data',
  ],
  [
    ['on target'],
    [alert(1)],
    'critical: rule-1 fires, urgent · 1 rule cannot be judged · nobody takes care of it yet · 1 of 1 objective on target',
  ],
] as const)('with a rule that cannot be judged, %j is not called calm', (states, alerts, said) => {
  expect(sentence(states, alerts, ['heap'])).toBe(said);
});

test('several rules that cannot be judged are counted', () => {
  expect(stateSentence(standing(['on target'], [], ['heap', 'payments'])).unjudged).toBe('2 rules cannot be judged');
});

test('alerts stand by what is most pressing: nobody on it, then severity, then age', () => {
  const alerts = [
    alert(1, { state: 'pending' }),
    alert(2, { state: 'resolved' }),
    alert(3, { severity: 'soon' }),
    alert(4, { acknowledged: taken }),
    alert(5),
    alert(6),
    alert(7, { state: 'resolving' }),
  ];
  const ids = orderAlerts(alerts, ['urgent', 'soon']).map(({ alert: id }) => id);
  expect(ids).toEqual(['A-6', 'A-5', 'A-3', 'A-4', 'A-7', 'A-1']);
});

test('what needs somebody: alerts with their time to answer, then messages that reached nobody, then the launch', () => {
  const plan = {
    version: 1,
    running: true,
    intakeConnected: true,
    notifications: { failed: 2 },
    notices: [],
    silences: [],
    unjudged: [],
  };
  const overview = { severities, version: 3, launch: { state: 'awaited' } as const, people: [] };
  const alerts = [alert(1), alert(2, { acknowledged: taken }), alert(3, { severity: 'soon' })];
  expect(needs(overview, plan, alerts)).toEqual([
    { kind: 'acknowledge', alert: alerts[0], answerBy: NOW - 60_000 + 900_000 },
    { kind: 'acknowledge', alert: alerts[2], answerBy: undefined },
    { kind: 'failed-messages', count: 2 },
    { kind: 'launch', version: 3 },
  ]);
});

describe('a service', () => {
  const rule = { text: '', severity: 'urgent', enabled: true, by: [] };
  const overview = {
    services: [
      { name: 'shop', needs: ['payments'] },
      { name: 'payments', needs: [], down: ['failing'] },
      { name: 'mail', needs: [] },
    ],
    rules: [
      { ...rule, name: 'slow', service: 'shop', signals: ['s0'] },
      { ...rule, name: 'failing', service: 'payments', signals: ['s1'] },
    ],
  };
  const states = (signals: Parameters<typeof standing>[0], alerts: readonly LiveAlert[]) =>
    serviceStates(overview, standing(signals).signals, alerts).map(({ name, word, because }) => [name, word, because]);
  const answer: ServiceAnswer = {
    ...{ name: 'mail', needs: [], neededBy: [], state: 'fine', because: [], down: [], rules: [], alerts: [] },
    ...{ probes: [{ name: 'smtp', kind: 'tcp', state: 'passing', rules: [] }], parts: [], heartbeats: [] },
  };

  test('stands as its rules do; one without rules is not watched', () => {
    expect(states(['on target', 'on target'], [])).toEqual([
      ['shop', 'fine', 'no open alert'],
      ['payments', 'fine', 'no open alert'],
      ['mail', 'not watched', 'nothing in the plan watches it now'],
    ]);
  });

  test('stands as its checks do, once the server has said so', () => {
    const mail = (service: ServiceAnswer) =>
      serviceStates(overview, standing([]).signals, [], [service]).find(({ name }) => name === 'mail');
    expect(mail(answer)).toMatchObject({ tone: 'good', word: 'fine', because: '1 probe' });
    const failing = { ...answer, probes: answer.probes.map((probe) => ({ ...probe, state: 'failing' as const })) };
    expect(mail({ ...failing, state: 'trouble' })).toMatchObject({ word: 'trouble', because: '1 of 1 probe fails' });
    const waiting = { ...answer, probes: answer.probes.map((probe) => ({ ...probe, state: 'waiting' as const })) };
    expect(mail({ ...waiting, state: 'unknown' })).toMatchObject({ tone: 'none', word: 'not known' });
  });

  test('with an open alert that does not mean that it is down has trouble', () => {
    expect(states(['critical', 'on target'], [alert(1, { rule: 'slow' })])[0]).toEqual(['shop', 'trouble', 'slow']);
  });

  test('whose need is broken is at risk', () => {
    expect(states(['on target', 'critical'], [alert(1, { rule: 'failing' })]).slice(0, 2)).toEqual([
      ['shop', 'at risk', 'needs payments'],
      ['payments', 'down', 'failing'],
    ]);
  });

  test('of whose signals nothing is known is not well', () => {
    const unknown = ['shop', 'not known', 'nothing has been measured lately'];
    expect(states(['no data', 'on target'], [])[0]).toEqual(unknown);
  });
});

test('checks that no alert tells of need somebody', () => {
  const probe = { kind: 'http' as const, rules: [] };
  const refused = { ...probe, state: 'unknown' as const, outcome: 'unmeasured' as const, message: 'It is private.' };
  const others = {
    probes: [
      { ...probe, name: 'site', state: 'failing' as const },
      { ...probe, name: 'told', state: 'failing' as const, rules: ['site-down'] },
      { ...probe, name: 'well', state: 'passing' as const },
      { ...refused, name: 'db' },
      { ...refused, name: 'cache' },
    ],
    heartbeats: [
      { name: 'backup', state: 'never' as const, rules: ['backup-late'] },
      { name: 'sync', state: 'late' as const, rules: [] },
    ],
  };
  const firing = [alert(1, { rule: 'backup-late' })];
  expect(checkNeeds({ services: [], others }, firing)).toEqual([
    { kind: 'checks', about: 'failing', text: 'Probe site fails, and no rule reads it', probe: 'site' },
    { kind: 'checks', about: 'late', text: 'Job sync is late or failed, and no rule reads it' },
    { kind: 'checks', about: 'unmeasured', text: '2 probes cannot be measured', reason: 'It is private.' },
  ]);
  expect(checkNeeds({ services: [], others }, []).at(-1)?.text).toBe('Job backup has never checked in');
});
