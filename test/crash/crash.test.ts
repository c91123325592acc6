import { expect, test } from 'vitest';
import { proveCrashSafety } from './crash-proof.ts';

/** A sample; `npm run prove:crash` runs the whole. */
const KILLS = 20;

test('kill -9 of every part under load loses nothing, doubles nothing and pages once', {
  timeout: 900_000,
}, async () => {
  const result = await proveCrashSafety({ kills: KILLS, seed: 1 });

  expect(Object.values(result.kills).reduce((sum, count) => sum + count, 0)).toBe(KILLS);
  expect(result.eventsAcknowledged).toBeGreaterThan(1_000);
  expect(result.requestsRetried).toBeGreaterThan(0);
  expect(result.alertsExpected).toBeGreaterThan(10);
  expect(result, result.printed).toMatchObject({
    eventsMissing: 0,
    eventsDoubled: 0,
    alertsWithoutPage: [],
    alertsPagedTwice: [],
    alertsWithoutInboxMessage: [],
    alertsTwiceInInbox: [],
    pagesForged: 0,
  });
});
