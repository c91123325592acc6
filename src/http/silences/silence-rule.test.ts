import { describe, expect, it } from 'vitest';
import type { Level } from '#contract/access.ts';
import type { SilenceRequest } from '#contract/silences.ts';
import { HOUR_MS } from '#kernel/instant.ts';
import type { Actor } from '../actor.ts';
import { silenceRule } from './silence-rule.ts';

const silence = silenceRule.handle as unknown as (input: object) => Promise<unknown>;

/** Whether somebody of this level on the plan may silence for so long. */
async function maySilence(level: Level, hours: number): Promise<boolean> {
  const actor: Actor = { kind: 'session', name: 'mia', planLevels: { shop: level, other: 'owner' } };
  const body: SilenceRequest = { rule: 'errors', forMs: hours * HOUR_MS, reason: 'moving' };
  const begun: unknown[] = [];
  const services = { silences: { begin: async (...given: unknown[]) => void begun.push(given) } };
  const input = { params: { plan: 'shop' }, body, actor, services, header: () => undefined };
  const refused = await silence(input).then(
    () => undefined,
    (caught: { code: string; where: string }) => caught,
  );
  expect(begun).toEqual(refused === undefined ? [['shop', body, { by: 'mia', via: 'web' }]] : []);
  if (refused !== undefined) expect(refused).toMatchObject({ code: 'forbidden', where: 'forMs' });
  return refused === undefined;
}

describe('to silence', () => {
  it('for a day is for whoever may respond, for longer for those who edit this plan', async () => {
    expect(await maySilence('responder', 24)).toBe(true);
    expect(await maySilence('responder', 24.1)).toBe(false);
    expect(await maySilence('editor', 24.1)).toBe(true);
  });
});
