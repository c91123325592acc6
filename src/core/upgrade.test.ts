import { expect, it } from 'vitest';
import { MINUTE_MS } from '#kernel/instant.ts';
import type { Aggregate } from './model.ts';
import { isTrue, MIA, Play, plan, rule } from './testing.ts';
import { upgradeAggregate } from './upgrade.ts';
import { loadWorld } from './world.ts';

const shop = plan([rule('errors', isTrue('a'), { notify: [MIA], repeatMs: 10 * MINUTE_MS })]);

/** Rows as the first release stored them. */
function rowsOfSchema1(): readonly Aggregate[] {
  const play = new Play(shop);
  play.say(1_000, { a: 'true' });
  const { version: _version, ...alert } = play.world.alerts.get('A-1') ?? {};
  const { nextSilence: _nextSilence, ...line } = play.world.line;
  return [...play.world.judgements.values(), alert as Aggregate, line as Aggregate];
}

it('keeps an alert that fires while the program is upgraded', () => {
  const play = new Play(
    loadWorld(
      shop,
      1,
      rowsOfSchema1().map((row) => upgradeAggregate(1, row)),
    ),
  );
  expect(play.world.alerts.get('A-1')).toMatchObject({ version: 1, state: 'firing', told: true });
  play.say(11 * MINUTE_MS, { a: 'true' });
  expect(play.told()).toEqual(['A-1 repeated 1 mia app']);
  const acknowledge = { kind: 'acknowledge', alert: 'A-1', by: 'mia', via: 'web', expectedVersion: 1 } as const;
  expect(play.input(acknowledge, 12 * MINUTE_MS).outcome?.state).toBe('done');
  const until = 60 * MINUTE_MS;
  const silence = { kind: 'silence', until, reason: 'moving', by: 'mia', via: 'web', request: 'r' } as const;
  expect(play.input(silence, 13 * MINUTE_MS).outcome).toEqual({ state: 'done', subject: 'S-1' });
});

it('leaves rows of the present shape as they are', () => {
  const play = new Play(shop);
  play.say(1_000, { a: 'true' });
  for (const row of play.world.alerts.values()) expect(upgradeAggregate(2, row)).toBe(row);
});
