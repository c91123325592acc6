import { expect, test } from 'vitest';
import type { ServiceAnswer } from '#contract/services.ts';
import { checksText, reachText, servicesSentence, serviceTone, worstFirst } from './service-words.ts';

function service(name: string, more: Partial<ServiceAnswer> = {}): ServiceAnswer {
  return {
    ...{ name, needs: [], neededBy: [], state: 'fine', because: [], down: [], rules: [`${name}-down`], alerts: [] },
    ...{ probes: [], parts: [], heartbeats: [], ...more },
  };
}

const probe = (state: 'passing' | 'failing') => ({ name: `p-${state}`, kind: 'http' as const, state, rules: [] });
const part = (state: 'passing' | 'failing') => ({ probe: 'health', field: 'json.db', state });
const job = (state: 'on time' | 'late') => ({ name: 'backup', state, rules: [] });

test.each<[Partial<ServiceAnswer>, string]>([
  [{ state: 'down', because: ['db'] }, 'critical: down'],
  [{ state: 'trouble', because: ['db'] }, 'warning: trouble'],
  [{ state: 'fine', because: ['db'] }, 'warning: at risk'],
  [{ state: 'unknown', because: ['db'], rules: [] }, 'warning: at risk'],
  [{ state: 'fine' }, 'good: fine'],
  [{ state: 'unknown' }, 'none: not known'],
  // What nothing is about is not said to be unknown.
  [{ state: 'unknown', rules: [] }, 'neutral: not watched'],
])('a service with %j is %s', (more, expected) => {
  const { tone, word } = serviceTone(service('web', more));
  expect(`${tone}: ${word}`).toBe(expected);
});

test('what is down by itself stands before what needs it, and both before the rest', () => {
  const services = [
    service('fine'),
    service('bare', { state: 'unknown', rules: [] }),
    service('web', { state: 'down', because: ['db'] }),
    service('mail', { state: 'trouble' }),
    service('db', { state: 'down' }),
    service('shop', { because: ['db'] }),
    service('jobs', { state: 'unknown' }),
  ];
  expect(worstFirst(services).map(({ name }) => name)).toEqual(['db', 'web', 'mail', 'shop', 'jobs', 'fine', 'bare']);
  expect(servicesSentence(services)).toEqual({
    tone: 'critical',
    word: 'web and db are down; shop needs what is down; mail has trouble; nothing is known of jobs',
  });
});

test('all that is well, and nothing that is known', () => {
  expect(servicesSentence([service('web')])).toEqual({ tone: 'good', word: 'The service is fine' });
  const bare = service('bare', { state: 'unknown', rules: [] });
  expect(servicesSentence([service('web'), service('db'), bare])).toEqual({
    tone: 'good',
    word: 'All 2 services that are watched are fine',
  });
  expect(servicesSentence([bare])).toEqual({ tone: 'none', word: 'Nothing watches the services' });
  const many = ['a', 'b', 'c'].map((name) => service(name, { state: 'unknown' }));
  expect(servicesSentence(many)).toEqual({ tone: 'none', word: 'nothing is known of 3 services' });
});

test.each<[Partial<ServiceAnswer>, string]>([
  [{ rules: [] }, 'no checks'],
  [{}, 'by 1 rule alone'],
  [{ rules: ['slow', 'down'] }, 'by 2 rules alone'],
  [{ probes: [probe('passing'), probe('failing')] }, '1 of 2 probes fails'],
  [{ probes: [probe('passing')], parts: [part('failing')] }, 'said by health'],
  [{ probes: [probe('passing')], heartbeats: [job('late')] }, '1 of 1 job not in time'],
  [{ probes: [probe('passing')], parts: [part('passing')], heartbeats: [job('on time')] }, '1 probe, 1 part'],
])('the checks %j in a few words: %s', (more, expected) => {
  expect(checksText(service('web', more))).toBe(expected);
});

test('a service was up as much as the probe that reached it least', () => {
  const tried = (name: string, kind: 'http' | 'tcp' | 'tls', dayUptime?: number, monthUptime?: number) => ({
    ...{ name, kind },
    ...(dayUptime === undefined ? {} : { dayUptime }),
    ...(monthUptime === undefined ? {} : { monthUptime }),
  });
  const web = tried('web', 'http', 1, 0.9991);
  expect(reachText([web])).toBe('uptime 100% in 24 h, 99.91% in 30 d');
  expect(reachText([web, tried('mail', 'tcp', undefined, 0.5)])).toBe('uptime not known in 24 h, 50% in 30 d (mail)');
  // A certificate says nothing of it, and neither does what was never looked at.
  expect(reachText([web, tried('certificate', 'tls', 0, 0), tried('new', 'http')])).toBe(reachText([web]));
  expect(reachText([tried('new', 'http')])).toBeUndefined();
  // What is only a part of others was up as they say, and by a probe of its own where it has one.
  const said = (probe: string, dayUptime: number, monthUptime: number) => ({ probe, dayUptime, monthUptime });
  expect(reachText([], [said('api', 1, 0.5)])).toBe('uptime 100% in 24 h, 50% in 30 d');
  expect(reachText([tried('certificate', 'tls', 1, 1)], [said('api', 1, 1), said('shop', 0.9, 0.5)])).toBe(
    'uptime 90% in 24 h, 50% in 30 d (shop)',
  );
  expect(reachText([web], [said('api', 0, 0)])).toBe(reachText([web]));
});
