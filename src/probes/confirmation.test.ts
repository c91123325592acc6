import { expect, it } from 'vitest';
import type { Dialler } from '#egress/dialler.ts';
import { ok } from '#kernel/result.ts';
import type { LookHeard, LookQuestion } from '#plan/look-question.ts';
import type { Probe } from '#plan/probe.ts';
import { createVirtualClock } from '../../test/conformance/virtual-clock.ts';
import { look } from './look.ts';

const T0 = 1_790_000_000_000;
const probe: Probe = {
  ...{ name: 'mail', text: 'mail', everyMs: { otherwise: 3_600_000 }, timeoutMs: 10_000, expect: [] },
  check: { kind: 'http', method: 'POST', url: 'https://mail.example/?run=<run>', headers: {} },
  confirm: { event: 'mail-received', field: 'run', withinMs: 600_000 },
};

/** A look on virtual time; intake says what `heard` says. */
function begin(heard: (question: LookQuestion, at: number) => LookHeard | string, one = probe, status = 202) {
  const clock = createVirtualClock(T0);
  const stop = new AbortController();
  const state = { sent: [] as string[], asked: [] as number[] };
  const dialler = {
    async ask({ url }: { readonly url: string }) {
      state.sent.push(url);
      return { ok: true, value: { status, headers: {}, body: new Uint8Array(), timings: { firstByteMs: 3 } } };
    },
  } as unknown as Dialler;
  const result = look(
    one,
    { dueAt: T0, location: 'here', timeoutMs: one.timeoutMs },
    {
      ...{ dialler, clock, now: () => clock.now(), signal: stop.signal, database: () => undefined },
      random: { bytes: (length) => new Uint8Array(length).fill(7) },
      secret: () => ({ state: 'unset' }),
      async heard(question) {
        state.asked.push(clock.now() - T0);
        const said = heard(question, clock.now());
        return typeof said === 'string' ? { ok: false, failure: said } : ok(said);
      },
    },
  );
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 500) {
      for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
      clock.advance(500);
    }
  };
  return { result, state, pass, stop };
}

it('passes as soon as it is heard, with the time from the answer to that', async () => {
  const { result, state, pass } = begin((_, now) => ({
    now,
    since: T0,
    ...(now >= T0 + 90_000 && { heardAt: T0 + 85_000 }),
  }));
  await pass(120_000);
  const { outcome, fields, durationMs } = await result;
  expect({ outcome, durationMs }).toEqual({ outcome: 'passed', durationMs: 85_000 });
  expect(fields).toMatchObject({ 'time.confirmed': 85_000, run: expect.stringMatching(/^wb[a-z2-7]{24}$/) });
  expect(state.sent).toEqual([`https://mail.example/?run=${fields['run']}`]);
  // Seldom enough that an hour of waiting is no load.
  expect(state.asked.length).toBeLessThan(20);
});

it('fails when nothing is heard within its time, and not before', async () => {
  const { result, pass } = begin((_, now) => ({ now, since: T0 }));
  let isOver = false;
  void result.then(() => (isOver = true));
  await pass(599_000);
  expect(isOver).toBe(false);
  await pass(2_000);
  expect(await result).toMatchObject({
    ...{ outcome: 'failed', reason: 'not-confirmed', durationMs: 600_000 },
    message: expect.stringMatching(/^Within 10m no `mail-received` whose `run` holds wb[a-z2-7]{24} came\.$/),
  });
});

it.each([
  ['intake does not remember all of the time', (_: LookQuestion, now: number) => ({ now, since: now })],
  ['intake is away', (_: LookQuestion, now: number) => (now === T0 ? { now, since: T0 } : 'away')],
])('says nothing of the target when %s', async (_name, heard) => {
  const { result, pass } = begin(heard);
  await pass(601_000);
  expect(await result).toMatchObject({ outcome: 'unmeasured', reason: 'confirmation-unknown' });
});

it('sends nothing when intake is away before, and waits for nothing after an answer that is not as expected', async () => {
  const away = begin(() => 'away');
  expect(await away.result).toMatchObject({ outcome: 'unmeasured', reason: 'confirmation-unknown' });
  expect(away.state.sent).toEqual([]);
  const refused = begin((_, now) => ({ now, since: T0 }), probe, 401);
  expect(await refused.result).toMatchObject({
    outcome: 'failed',
    reason: 'status-unexpected',
    fields: { status: 401 },
  });
  expect(refused.state.asked).toEqual([0]);
});

it('sends what nobody confirms whether or not intake hears of it', async () => {
  const { confirm: _, ...unconfirmed } = probe;
  const { result, state } = begin(() => 'away', unconfirmed);
  expect(await result).toMatchObject({ outcome: 'passed' });
  expect(state.sent).toHaveLength(1);
});

it('ends at once when nobody waits for it any more', async () => {
  const { result, pass, stop } = begin((_, now) => ({ now, since: T0 }));
  await pass(5_000);
  stop.abort();
  expect(await result).toMatchObject({ outcome: 'unmeasured', reason: 'stopped' });
});
