import { describe, expect, test } from 'vitest';
import type { FactAnswer } from '#contract/journal.ts';
import type { LiveAlert, LiveMessage, LivePlan, LiveReading } from '#contract/live.ts';
import { emptyLiveState, FACTS_KEPT, reduceLive, takeFacts } from './live-state.ts';

const NOW = Date.parse('2026-01-20T14:00:00.000Z');
const at = new Date(NOW).toISOString();
const plan: LivePlan = {
  version: 1,
  running: true,
  intakeConnected: true,
  notifications: {},
  notices: [],
  silences: [],
  unjudged: [],
};

function reading(signal: string, group: readonly string[], value: number): LiveReading {
  return { signal, group: [...group], state: 'on target', value, sampleSize: 20, since: at };
}

function alert(key: string, minutes: number, more: Partial<LiveAlert> = {}): LiveAlert {
  const since = new Date(NOW + minutes * 60_000).toISOString();
  const rest = { group: [], severity: 'urgent', reason: 'condition-true', flapping: false, ...more };
  return { key, alert: key, rule: 'errors', state: 'firing', since, ...rest };
}

function fact(sequence: number): FactAnswer {
  return { sequence, at, kind: 'alert-fired', subject: 'A-1', reason: 'condition-true', body: {} };
}

const status: LiveMessage = {
  event: 'status',
  data: {
    at,
    watermark: at,
    lagMs: 0,
    plan,
    readings: [reading('errors', ['/a'], 1), reading('errors', ['/b'], 2), reading('speed', [], 3)],
    alerts: [alert('A-1', -5), alert('A-2', -1)],
    lastFact: 7,
  },
};
const started = reduceLive(emptyLiveState, [status], NOW);

function change(more: Partial<Extract<LiveMessage, { event: 'change' }>['data']>): LiveMessage {
  return { event: 'change', data: { at, watermark: at, lagMs: 0, ...more } };
}

describe('the whole status', () => {
  test('holds every reading by signal, and the alert that began last first', () => {
    expect(started.signals.get('errors')).toHaveLength(2);
    expect(started.alerts.map(({ key }) => key)).toEqual(['A-2', 'A-1']);
    expect(started.watermark).toBe(NOW);
  });

  test('once more, after a reconnect, leaves what is the same as it was', () => {
    const data = {
      ...status.data,
      readings: [reading('errors', ['/a'], 1), reading('errors', ['/b'], 2), reading('speed', [], 4)],
    };
    const again = reduceLive(started, [{ event: 'status', data } as LiveMessage], NOW);
    expect(again.signals.get('errors')).toBe(started.signals.get('errors'));
    expect(again.signals.get('speed')?.[0]?.value).toBe(4);
  });

  test('replaces what is not there any more', () => {
    const data = { ...status.data, readings: [], alerts: [] };
    const again = reduceLive(started, [{ event: 'status', data } as LiveMessage], NOW);
    expect([again.signals.size, again.alerts.length]).toEqual([0, 0]);
  });
});

describe('a change', () => {
  test('of one group leaves the other signals as they are', () => {
    const next = reduceLive(started, [change({ readings: [reading('errors', ['/b'], 9)] })], NOW);
    expect(next.signals.get('errors')?.map(({ value }) => value)).toEqual([1, 9]);
    expect(next.signals.get('speed')).toBe(started.signals.get('speed'));
    expect(next.alerts).toBe(started.alerts);
    expect(next.plan).toBe(started.plan);
  });

  test('without news moves the watermark alone', () => {
    const watermark = new Date(NOW + 1_000).toISOString();
    const next = reduceLive(started, [change({ at: watermark, watermark })], NOW + 1_000);
    expect(next).toEqual({ ...started, watermark: NOW + 1_000 });
    expect(next.signals).toBe(started.signals);
  });

  test('brings groups and takes them away', () => {
    const gone = [
      { signal: 'errors', group: ['/a'] },
      { signal: 'speed', group: [] },
    ];
    const next = reduceLive(started, [change({ readings: [reading('errors', ['/c'], 5)], readingsGone: gone })], NOW);
    expect(next.signals.get('errors')?.map(({ group }) => group[0])).toEqual(['/b', '/c']);
    expect(next.signals.has('speed')).toBe(false);
  });

  test('of alerts replaces, adds and ends', () => {
    const acknowledged = { by: 'mia', at, via: 'web' };
    const alerts = [alert('A-1', -5, { acknowledged }), alert('A-3', 0)];
    const next = reduceLive(started, [change({ alerts, alertsGone: ['A-2'] })], NOW);
    expect(next.alerts.map(({ key, acknowledged: taken }) => [key, taken?.by])).toEqual([
      ['A-3', undefined],
      ['A-1', 'mia'],
    ]);
  });
});

test('messages that came together are taken in their order', () => {
  const messages = [1, 2, 3].map((value) => change({ readings: [reading('speed', [], value)] }));
  expect(reduceLive(started, messages, NOW).signals.get('speed')?.[0]?.value).toBe(3);
});

test('on a clock that is off, ages count from the reader’s', () => {
  const ahead = reduceLive(emptyLiveState, [status], NOW - 90_000);
  expect([ahead.clockOffsetMs, ahead.watermark]).toEqual([90_000, NOW - 90_000]);
  const almost = reduceLive(emptyLiveState, [status], NOW + 300);
  expect([almost.clockOffsetMs, almost.watermark]).toEqual([0, NOW]);
});

describe('facts', () => {
  test('come in any order and twice, and stand once, the newest first', () => {
    const live = reduceLive(
      started,
      [
        { event: 'fact', data: fact(9) },
        { event: 'fact', data: fact(8) },
      ],
      NOW,
    );
    const both = takeFacts(live, [fact(7), fact(8)]);
    expect(both.facts.map(({ sequence }) => sequence)).toEqual([9, 8, 7]);
    expect(takeFacts(both, [fact(9)])).toBe(both);
  });

  test('are kept up to a number', () => {
    const many = Array.from({ length: FACTS_KEPT + 20 }, (_, index) => fact(index + 1));
    const kept = takeFacts(started, many).facts;
    expect([kept.length, kept[0]?.sequence]).toEqual([FACTS_KEPT, FACTS_KEPT + 20]);
  });
});
