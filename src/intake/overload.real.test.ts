import { expect, test, vi } from 'vitest';
import { senderScopes } from '#kernel/ingest-key.ts';
import { createSystemClock } from '../system-clock.ts';
import { Admission } from './limiting/admission.ts';
import { Turns } from './limiting/turns.ts';
import { VolatileDisk } from './spool/volatile-disk.ts';
import { keyOf, Receiving } from './testing.ts';

const SHOP = `wb_ingest_${'a'.repeat(16)}_${'b'.repeat(32)}`;
const BAKERY = `wb_ingest_${'c'.repeat(16)}_${'d'.repeat(32)}`;
const keys = [keyOf(SHOP, senderScopes), keyOf(BAKERY, senderScopes, { plan: 'bakery' })];
const system = createSystemClock();
let aheadMs = 0;
const clock = { ...system, monotonicMs: () => system.monotonicMs() + aheadMs };

interface Answered {
  readonly status: number;
  readonly code: string;
  readonly retryAfter: string | null;
  readonly name: string;
}

let counter = 0;

async function send(there: Receiving, key: string, padding = ''): Promise<Answered> {
  counter += 1;
  const name = `order-${counter}`;
  const answer = await fetch(there.url('/v1/events'), {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name, padding }),
  });
  const body = (await answer.json()) as { readonly error?: { readonly code: string } };
  return {
    status: answer.status,
    code: body.error?.code ?? 'taken',
    retryAfter: answer.headers.get('retry-after'),
    name,
  };
}

function counted(answers: readonly Answered[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { status, code } of answers) counts[`${status} ${code}`] = (counts[`${status} ${code}`] ?? 0) + 1;
  return counts;
}

/** Everything that was answered with 200 is in the store, once, and nothing else. */
async function expectStored(there: Receiving, answers: readonly Answered[]): Promise<void> {
  const taken = answers.filter(({ status }) => status === 200).map(({ name }) => name);
  await vi.waitUntil(() => there.stored.length >= taken.length, { timeout: 60_000 });
  expect(there.stored.map(({ event }) => event.name).sort()).toEqual(taken.sort());
}

test('while the disk hangs, as many wait as there is room for; the others are told at once to come again, and why', async () => {
  const disk = new VolatileDisk();
  // Of events 14 requests may be under way in all, and 10 of one plan.
  const gate = {
    admission: new Admission({ requests: 40, requestsPerKey: 40, bytes: 1e8 }),
    turns: new Turns(clock),
    connections: [],
  };
  const there = await Receiving.start({ disk, clock, server: { gate } });
  await there.configure(keys);
  const { promise: mended, resolve: mend } = Promise.withResolvers<void>();
  disk.fault = (operation, path) => (operation === 'sync' && path.includes('spool') ? mended : Promise.resolve());

  const begun = send(there, SHOP);
  await vi.waitUntil(() => gate.admission.underWay === 1, { interval: 1, timeout: 60_000 });
  let answered = 0;
  const sendMany = (key: string): readonly Promise<Answered>[] =>
    Array.from({ length: 20 }, () => send(there, key).finally(() => (answered += 1)));
  const ofShop = sendMany(SHOP);
  await vi.waitUntil(() => gate.admission.underWay === 10 && answered === 11, { interval: 1, timeout: 60_000 });
  const ofBakery = sendMany(BAKERY);
  await vi.waitUntil(() => gate.admission.underWay === 14 && answered === 27, { interval: 1, timeout: 60_000 });
  aheadMs += 10_000;
  const waiting = await Promise.all([...ofShop, ...ofBakery]);
  // What was begun may be on the disk already, so nobody can say yet that it is not.
  mend();
  const first = await begun;
  disk.fault = async () => {};
  const later = await send(there, SHOP);

  expect([first.status, later.status]).toEqual([200, 200]);
  // Nobody was left without an answer, and every refusal says when to come again.
  expect(waiting.map(({ retryAfter }) => Number(retryAfter) > 0)).toEqual(waiting.map(() => true));
  expect(counted(waiting)).toEqual({
    // Of the plan that took its share, of the one that found none left, and of those that waited for the disk.
    ...{ '429 too-many-requests': 11, '503 overloaded': 16, '503 spool-slow': 13 },
  });
  expect(there.intake.status().accepted).toBe([first, later, ...waiting].filter(({ status }) => status === 200).length);
  expect(gate.admission.underWay).toBe(0);
  await expectStored(there, [first, later, ...waiting]);
  expect(there.intake.data('shop').floods?.map(({ code }) => code)).toContain('too-many-requests');
  expect(there.intake.data('bakery').floods?.map(({ code }) => code)).toContain('overloaded');
  await there.stop();
});

test('while the telemetry store hangs, the spool fills up to its limit and refuses by name; then all of it is stored once', async () => {
  const { promise: mended, resolve: mend } = Promise.withResolvers<void>();
  const spoolLimits = { totalBytes: 60_000, reservedBytes: 5_000, segmentBytes: 10_000, segmentMs: 50 };
  const there = await Receiving.start({ clock, spoolLimits, beforeStored: () => mended });
  await there.configure(keys);
  const answers: Answered[] = [];
  for (let turn = 0; turn < 60; turn += 1) answers.push(await send(there, SHOP, 'x'.repeat(2_000)));
  const counts = counted(answers);
  expect(counts['200 taken']).toBeGreaterThan(10);
  expect(counts['503 spool-full']).toBeGreaterThan(10);
  expect(Object.keys(counts)).toHaveLength(2);
  expect(there.intake.status().spoolBytes).toBeLessThanOrEqual(60_000);
  mend();
  await vi.waitUntil(
    async () => {
      const answer = await send(there, SHOP);
      answers.push(answer);
      return answer.status === 200;
    },
    { timeout: 60_000, interval: 50 },
  );
  await expectStored(there, answers);
  expect(there.intake.status().accepted).toBe(answers.filter(({ status }) => status === 200).length);
  await there.stop();
});
