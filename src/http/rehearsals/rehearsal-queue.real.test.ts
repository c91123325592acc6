import { afterEach, describe, expect, test } from 'vitest';
import { type RehearsalMessage, rehearsalMessageSchema } from '#contract/rehearsals.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { createSystemClock } from '../../system-clock.ts';
import { RehearsalQueue } from './rehearsal-queue.ts';
import type { RehearsalTask } from './rehearsal-thread.ts';

const plan = `plan: shop
launch: 2026-03-02 09:00
phases: { day-1: T+0 .. T+24h, after: from T+24h }
people: { mia: {} }
sources: { payments: events "payment" }
signals:
  failures: count(payments where outcome != "ok")
severities: { urgent: { notify: [mia by app] } }
rules:
  failing: { when: failures > 3 in 10s, severity: urgent }
`;
const short = `scenario: Payments fail
steps:
  - at T+1m: load payments at 1/s with outcome = "declined"
  - at T+2m: expect page mia by app because failing
  - at T+3m: stop payments
  - at T+10m: expect alert failing firing
`;
/** Plays for minutes of real time. */
const long = `scenario: A month
until: T+700h
steps:
  - at T+0: load payments at 2000/s with outcome = "ok"
`;

function task(scenario: string): RehearsalTask {
  const files = [{ path: 'plan.yaml', text: plan }];
  return { files, scenario: { path: 'short.scenario.yaml', text: scenario } };
}

const queues: RehearsalQueue[] = [];
function createQueue(limits = { ms: 30_000, megabytes: 512, waiting: 2 }): RehearsalQueue {
  const queue = new RehearsalQueue({ clock: createSystemClock(), limits });
  queues.push(queue);
  return queue;
}
afterEach(async () => {
  for (const queue of queues.splice(0)) {
    queue.stop();
    await expect.poll(() => queue.threads, { timeout: 60_000 }).toBe(0);
  }
});

const anyone = () => ({ signal: new AbortController().signal, requestId: 'r-1' });

async function* messages(stream: ReadableStream<Uint8Array>): AsyncGenerator<RehearsalMessage> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield rehearsalMessageSchema.parse(JSON.parse(line));
  }
}

async function all(stream: ReadableStream<Uint8Array>): Promise<readonly RehearsalMessage[]> {
  return Array.fromAsync(messages(stream));
}

test('a rehearsal tells how far it is, and then everything that happened', async () => {
  const said = await all(createQueue().run(task(short), anyone()));
  expect(said[0]).toMatchObject({ type: 'progress', fromMs: 0, untilMs: 600_000 });
  const last = said.at(-1);
  if (last?.type !== 'result') throw new Error(JSON.stringify(last));
  const { result } = last;
  expect(result.state).toBe('failed');
  expect(result.events).toBe(121);
  const recording = result.recording;
  expect(recording?.expectations).toMatchObject([
    { text: 'expect page mia by app because failing', passed: true, place: 'short.scenario.yaml:4:14' },
    { text: 'expect alert failing firing', passed: false, stepMs: 600_000 },
  ]);
  expect(recording?.expectations[1]?.instead.length).toBeGreaterThan(0);
  expect(recording?.messages[0]).toMatchObject({ recipient: 'mia', channel: 'app', rule: 'failing', step: 'fired' });
  expect(recording?.phases).toEqual([{ name: 'day-1', fromMs: 0, untilMs: 600_000 }]);
  expect(recording?.loads).toMatchObject([{ name: 'payments', fromMs: 60_000, untilMs: 180_000 }]);
  const fired = recording?.facts.find(({ kind }) => kind === 'alert-fired');
  expect(fired?.evidence[0]).toMatch(/^payment.*|failures/);
  const firing = recording?.alerts.find(({ state }) => state === 'firing');
  expect(firing).toMatchObject({ rule: 'failing', alert: 'A-1', severity: 'urgent', fromMs: fired?.atMs });
  const series = recording?.series.find(({ signal }) => signal === 'failures in 10s');
  expect(series?.points.length).toBeGreaterThan(500);
  // One a second in a window of ten, both edges counted.
  expect(series?.points.find(([atMs]) => atMs === 120_000)?.[1]).toBe(11);
});

test('what is wrong with a scenario is said with its place', async () => {
  const said = await all(
    createQueue().run(task('scenario: x\nsteps:\n  - at T+1m: expect alert nothing firing\n'), anyone()),
  );
  expect(said.at(-1)).toMatchObject({
    type: 'result',
    result: { state: 'invalid', diagnostics: [{ line: 3, path: 'short.scenario.yaml' }] },
  });
});

test('a step that applies another version says that the server does not have it', async () => {
  const scenario = 'scenario: Next\nsteps:\n  - at T+1m: apply next.yaml\n';
  const said = await all(createQueue().run(task(scenario), anyone()));
  const problem = { code: 'E304', message: expect.stringContaining('next.yaml') };
  expect(said.at(-1)).toMatchObject({ result: { state: 'invalid', diagnostics: [problem] } });
});

describe('limits', () => {
  test('one that takes too long is ended, and says so', async () => {
    const said = await all(createQueue({ ms: 500, megabytes: 512, waiting: 1 }).run(task(long), anyone()));
    expect(said.at(-1)).toMatchObject({ type: 'failed', error: { code: 'rehearsal-too-long', requestId: 'r-1' } });
  });

  test('one that needs too much memory is ended, and the next one is played', async () => {
    const queue = createQueue({ ms: 60_000, megabytes: 32, waiting: 1 });
    const greedy = task(
      'scenario: x\nuntil: T+10m\nsteps:\n  - at T+0: silence intake for 9m\n  - at T+0: load payments at 20000/s\n',
    );
    expect((await all(queue.run(greedy, anyone()))).at(-1)).toMatchObject({
      type: 'failed',
      error: { code: 'rehearsal-too-long', message: expect.stringContaining('MB') },
    });
    expect((await all(queue.run(task(short), anyone()))).at(-1)).toMatchObject({ type: 'result' });
  });

  test('they are played one after the other, and too many are refused', async () => {
    const queue = createQueue();
    const first = queue.run(task(short), anyone());
    const second = queue.run(task(short), anyone());
    const third = queue.run(task(short), anyone());
    expect(queue.threads).toBe(1);
    expect(() => queue.run(task(short), anyone())).toThrow(WatchbillError);
    const said = await Promise.all([all(first), all(second), all(third)]);
    expect(said[1]?.[0]).toEqual({ type: 'waiting', ahead: 1 });
    expect(said[2]?.[0]).toEqual({ type: 'waiting', ahead: 2 });
    for (const each of said) expect(each.at(-1)?.type).toBe('result');
  });
});

describe('a client that goes away', () => {
  test('ends what is played for it at once', async () => {
    const queue = createQueue();
    const caller = new AbortController();
    const reader = messages(queue.run(task(long), { signal: caller.signal, requestId: 'r-1' }));
    expect((await reader.next()).value).toMatchObject({ type: 'progress' });
    expect(queue.threads).toBe(1);
    caller.abort();
    await expect.poll(() => queue.threads, { timeout: 60_000 }).toBe(0);
    expect((await reader.next()).done).toBe(true);
  });

  test('by cancelling the answer frees the place as well', async () => {
    const queue = createQueue();
    await queue.run(task(long), anyone()).cancel();
    expect((await all(queue.run(task(short), anyone()))).at(-1)).toMatchObject({ type: 'result' });
  });

  test('leaves the queue while it waits', async () => {
    const queue = createQueue({ ms: 60_000, megabytes: 512, waiting: 1 });
    const running = queue.run(task(long), anyone());
    const waiting = queue.run(task(short), anyone());
    await waiting.cancel();
    const another = queue.run(task(short), anyone());
    await running.cancel();
    expect((await all(another)).at(-1)).toMatchObject({ type: 'result' });
  });
});
