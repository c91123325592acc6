import { expect, test } from 'vitest';
import { formatInstant, MINUTE_MS } from '#kernel/instant.ts';
import type { StoredDeployment } from '#storage/clickhouse/deployments.ts';
import { viewDeployments } from './deployments-view.ts';

const T = 1_790_000_000_000;

function told(afterMs: number, version: string, more: Partial<StoredDeployment> = {}): StoredDeployment {
  const empty = { previous: '', environment: '', origin: '', url: '' };
  return { id: `d-${afterMs}`, at: T + afterMs, service: 'api', version, ...empty, ...more };
}

test('what several tell of stands once, with what each of them knew', () => {
  const commit = 'abcdef0123456789abcdef0123456789abcdef01';
  const shown = viewDeployments(
    [
      told(0, commit.slice(0, 7), {
        origin: 'github',
        environment: 'production',
        url: 'https://github.example/runs/1',
      }),
      told(5 * MINUTE_MS, commit, { origin: 'opentelemetry', previous: 'v1' }),
      told(6 * MINUTE_MS, commit, { origin: 'opentelemetry', service: 'web' }),
      told(40 * MINUTE_MS, commit, { origin: 'sentry' }),
    ],
    T,
  );
  expect(shown).toEqual([
    {
      id: 'd-0',
      at: formatInstant(T),
      service: 'api',
      version: 'abcdef0',
      previous: 'v1',
      environment: 'production',
      origins: ['github', 'opentelemetry'],
      url: 'https://github.example/runs/1',
    },
    expect.objectContaining({ service: 'web', origins: ['opentelemetry'] }),
    // Half an hour later it is deployed again.
    expect.objectContaining({ id: `d-${40 * MINUTE_MS}`, service: 'api' }),
  ]);
});

test('the version before is that of the deployment before, in the same environment', () => {
  const shown = viewDeployments(
    [
      told(-90 * MINUTE_MS, '1.0.0', { environment: 'production' }),
      told(-60 * MINUTE_MS, '1.1.0', { environment: 'staging' }),
      told(0, '1.1.0', { environment: 'production' }),
      told(60 * MINUTE_MS, '1.2.0', { environment: 'production', previous: '1.0.9' }),
    ],
    T,
  );
  expect(shown.map(({ version, previous }) => `${previous} → ${version}`)).toEqual(['1.0.0 → 1.1.0', '1.0.9 → 1.2.0']);
});

test.each(['javascript:alert(1)', 'data:text/html,x', 'shop.example/deployments', '//x'])('%s is no link', (url) => {
  expect(viewDeployments([told(0, '1', { url })], T)[0]).not.toHaveProperty('url');
});
