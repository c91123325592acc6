import { expect, test } from 'vitest';
import { Play, plan } from '#core/testing.ts';
import type { Core } from '#engine/core-process.ts';
import type { PlanData, ScrapeReport } from '#intake/link.ts';
import { createScrapeServices } from './scrape-services.ts';

const rest = { everyMs: { otherwise: 15_000 }, timeoutMs: 10_000, keep: [], drop: [] };
const compiled = plan([], {
  scrapes: [
    { name: 'api', url: 'http://10.0.0.5:9100/metrics', labels: [['team', 'blue']], tokenSecret: 'TOKEN', ...rest },
    { name: 'web', url: 'http://web.example/metrics', labels: [], ...rest },
  ],
});

function services(reports: readonly ScrapeReport[] | undefined) {
  const data: PlanData | undefined = reports && {
    ...({ since: 0, accepted: 0, rejections: [], fieldTypes: [] } as unknown as PlanData),
    scrapes: reports,
  };
  return createScrapeServices({
    plans: () => ['shop'],
    lastWorld: () => new Play(compiled).world,
    link: { data: async () => data },
  } as unknown as Core);
}

test('each target of the plan in its order, with what intake says of it', async () => {
  const at = Date.UTC(2026, 2, 2, 9);
  const { scrapes } = await services([
    { name: 'gone', state: 'up' },
    {
      name: 'api',
      state: 'down',
      reason: 'status',
      message: 'It said no.',
      lastAt: at,
      durationMs: 7,
      nextAt: at + 15_000,
    },
  ]).scrapes('shop');
  expect(scrapes).toEqual([
    {
      name: 'api',
      target: 'http://10.0.0.5:9100/metrics',
      labels: { team: 'blue' },
      state: 'down',
      reason: 'status',
      message: 'It said no.',
      lastAt: '2026-03-02T09:00:00.000Z',
      nextAt: '2026-03-02T09:00:15.000Z',
      durationMs: 7,
    },
    { name: 'web', target: 'http://web.example/metrics', labels: {}, state: 'unknown' },
  ]);
});

test('while intake does not answer nothing is known of any target', async () => {
  const { scrapes } = await services(undefined).scrapes('shop');
  expect(scrapes.map(({ state }) => state)).toEqual(['unknown', 'unknown']);
  await expect(services(undefined).scrapes('other')).rejects.toMatchObject({ code: 'not-found' });
});
