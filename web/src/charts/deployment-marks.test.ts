import { expect, test } from 'vitest';
import {
  beforeWords,
  clusterMarks,
  clusterWords,
  type DeploymentMark,
  deployedBefore,
  describeDeployments,
} from './deployment-marks.ts';

const T = Date.parse('2026-03-02T09:00:00Z');
const MINUTE = 60_000;
const range = { from: T, to: T + 100 * MINUTE };

function mark(afterMinutes: number, more: Partial<DeploymentMark> = {}): DeploymentMark {
  return { id: `d${afterMinutes}`, at: T + afterMinutes * MINUTE, service: 'api', version: '2', origins: [], ...more };
}

test('marks that a finger cannot tell apart are one, and those outside the range are none', () => {
  const place = (at: number): number => (at - T) / MINUTE;
  const clusters = clusterMarks([mark(40), mark(10), mark(20), mark(-5), mark(101)], range, place, 15, 100);
  expect(clusters.map(({ left, room, marks }) => [left, room, marks.map(({ id }) => id)])).toEqual([
    [10, 30, ['d10', 'd20']],
    [40, 60, ['d40']],
  ]);
});

test('a mark says what was deployed, and what was there before', () => {
  expect(clusterWords([mark(5, { previous: '1' })], range.to)).toMatch(/^Deployment of api 2, before it 1, /);
  expect(clusterWords([mark(5), mark(6, { service: 'web' })], range.to)).toMatch(/^2 deployments: api 2 .+, web 2 /);
});

test('a chart with deployments says so in its sentence', () => {
  expect(describeDeployments([], range, range.to)).toEqual([]);
  expect(describeDeployments([mark(-1)], range, range.to)).toEqual([]);
  expect(describeDeployments([mark(5)], range, range.to)[0]).toMatch(/^Deployed: api 2 at /);
  expect(describeDeployments([mark(9, { service: 'web' }), mark(5)], range, range.to)[0]).toMatch(
    /^2 deployments, the last web 2 at /,
  );
});

test('what was deployed shortly before an alert, that of its service first', () => {
  const marks = [mark(-61), mark(-50, { service: 'web' }), mark(-12), mark(-3, { service: 'mail' }), mark(1)];
  expect(deployedBefore(marks, T, 60 * MINUTE, 'web').map(({ service }) => service)).toEqual(['web', 'mail', 'api']);
  expect(deployedBefore(marks, T, 60 * MINUTE, undefined).map(({ service }) => service)).toEqual([
    'mail',
    'api',
    'web',
  ]);
  expect(beforeWords(mark(-12, { previous: '1' }), T)).toBe(
    'api 2 was deployed 12 min before this alert; before it ran 1.',
  );
  expect(beforeWords(mark(0), T)).toBe('api 2 was deployed just before this alert.');
});
