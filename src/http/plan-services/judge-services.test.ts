import { expect, test } from 'vitest';
import type { HeartbeatStandingAnswer, PartStandingAnswer, ProbeStandingAnswer } from '#contract/services.ts';
import { isTrue, Play, plan, rule } from '#core/testing.ts';
import type { Service } from '#plan/model.ts';
import { judgeServices, type ServiceChecks } from './judge-services.ts';

const services: readonly Service[] = [
  { name: 'web', importance: 'critical', needs: ['api'] },
  { name: 'api', needs: ['database'] },
  { name: 'database', needs: [], down: ['database-down'] },
];
const NONE: ServiceChecks = { probes: [], parts: [], heartbeats: [] };

function probe(state: ProbeStandingAnswer['state'], more: Partial<ProbeStandingAnswer> = {}): ProbeStandingAnswer {
  return { name: 'p', kind: 'http', state, rules: [], ...more };
}
const part = (state: PartStandingAnswer['state']): PartStandingAnswer => ({ probe: 'p', field: 'json.db', state });
const heartbeat = (state: HeartbeatStandingAnswer['state']): HeartbeatStandingAnswer => ({
  ...{ name: 'backup', state, rules: [] },
});

function playing() {
  return new Play(
    plan(
      [
        rule('database-down', isTrue('a'), { service: 'database' }),
        rule('database-slow', isTrue('b'), { service: 'database' }),
        rule('web-errors', isTrue('c'), { service: 'web', enabled: false }),
      ],
      { services },
    ),
  );
}

function judge(play: Play, checks: Readonly<Record<string, Partial<ServiceChecks>>> = {}) {
  const found = judgeServices(play.world, (service) => ({ ...NONE, ...checks[service] }));
  return new Map(found.map((one) => [one.name, one]));
}

test('nothing measured is unknown, and never fine', () => {
  const found = judge(playing(), { web: { probes: [probe('waiting')] }, api: { heartbeats: [heartbeat('never')] } });
  expect([...found.values()].map(({ state }) => state)).toEqual(['unknown', 'unknown', 'unknown']);
  expect(found.get('api')).toMatchObject({ needs: ['database'], neededBy: ['web'], because: [], rules: [] });
  // A rule that is switched off is none of its rules.
  expect(found.get('web')).toMatchObject({ importance: 'critical', rules: [] });
});

test.each<[string, Partial<ServiceChecks>, string]>([
  ['a probe that passes', { probes: [probe('passing'), probe('unknown')] }, 'fine'],
  ['a part that is well', { parts: [part('passing')] }, 'fine'],
  ['a job on time', { heartbeats: [heartbeat('on time')] }, 'fine'],
  ['a probe that fails', { probes: [probe('passing'), probe('failing')] }, 'trouble'],
  ['a part that fails', { probes: [probe('passing')], parts: [part('failing')] }, 'trouble'],
  ['a job that is late', { heartbeats: [heartbeat('late'), heartbeat('on time')] }, 'trouble'],
  ['a job that failed', { heartbeats: [heartbeat('failed')] }, 'trouble'],
])('%s: %s', (_, checks, state) => {
  expect(judge(playing(), { web: checks }).get('web')?.state).toBe(state);
});

test('a rule that could be judged is a measurement too', () => {
  const play = playing();
  play.say(1_000, { a: 'unknown', b: 'unknown' });
  expect(judge(play).get('database')?.state).toBe('unknown');
  play.say(2_000, { b: 'false' });
  expect(judge(play).get('database')).toMatchObject({ state: 'fine', basis: 'rules' });
  expect(judge(play, { database: { probes: [probe('passing')] } }).get('database')?.basis).toBe('checks');
  expect(judge(play).get('api')?.basis).toBeUndefined();
  // But where probes look, and none of them can say anything, it is not.
  expect(judge(play, { database: { probes: [probe('unknown')] } }).get('database')?.state).toBe('unknown');
});

test('an open alert of a down rule is down, any other is trouble; who needs it learns why', () => {
  const play = playing();
  play.say(1_000, { a: 'false', b: 'true' });
  expect(judge(play).get('database')).toMatchObject({
    state: 'trouble',
    since: '1970-01-01T00:00:01.000Z',
    alerts: [{ alert: 'A-1', rule: 'database-slow', meansDown: false, acknowledged: false }],
  });
  play.say(5_000, { a: 'true' });
  const found = judge(play, { web: { probes: [probe('failing', { since: '1970-01-01T00:00:03.000Z' })] } });
  expect(found.get('database')).toMatchObject({
    ...{ state: 'down', since: '1970-01-01T00:00:05.000Z', down: ['database-down'], because: [] },
    alerts: [
      { rule: 'database-slow', meansDown: false },
      { rule: 'database-down', meansDown: true },
    ],
  });
  expect(found.get('api')).toMatchObject({ state: 'unknown', because: ['database'] });
  expect(found.get('web')).toMatchObject({
    state: 'trouble',
    since: '1970-01-01T00:00:03.000Z',
    because: ['database'],
  });
  play.say(9_000, { a: 'false', b: 'false' });
  expect(judge(play).get('database')).toMatchObject({ state: 'fine', alerts: [] });
});

test('a circle of needs, which the checker refuses, does not end in one', () => {
  const round = plan([rule('a-down', isTrue('a'), { service: 'a' })], {
    services: [
      { name: 'a', needs: ['b'], down: ['a-down'] },
      { name: 'b', needs: ['a'] },
    ],
  });
  const play = new Play(round);
  play.say(1_000, { a: 'true' });
  expect(judge(play).get('a')?.because).toEqual([]);
  expect(judge(play).get('b')?.because).toEqual(['a']);
});
