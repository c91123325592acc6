import { describe, expect, test } from 'vitest';
import { MINUTE_MS } from '#kernel/instant.ts';
import { ingestKey, settle, startIntake, T0, type TestIntake, VirtualClock } from './test-support.ts';

async function configured(parts: Parameters<typeof startIntake>[0] = {}): Promise<TestIntake> {
  const running = await startIntake(parts);
  running.configure(running.connect());
  // A new plan's keys count once it is on disk.
  await settle();
  return running;
}

/** All that was loaded, by id, with how often. */
function countLoaded(running: TestIntake): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const events of running.loaded.values()) {
    for (const { event } of events) counts.set(event.id, (counts.get(event.id) ?? 0) + 1);
  }
  return counts;
}

describe('receiving', () => {
  test('refuses before the first configuration, then takes events in', async () => {
    const running = await startIntake();
    expect((await running.send({ name: 'order' })).status).toBe(503);
    running.configure(running.connect());
    await settle();
    expect(await running.send([{ name: 'order', total: 3 }, 7])).toMatchObject({
      status: 200,
      body: { accepted: 1, rejected: [{ index: 1, code: 'record-not-object' }] },
    });
    expect(running.executors[0]?.seen.map((record) => record.attributes.total)).toEqual([3]);
  });

  test('answers only after the sync, and the windows have judged by then', async () => {
    const running = await configured();
    const { promise, resolve } = Promise.withResolvers<void>();
    running.disk.fault = async (operation) => {
      if (operation === 'sync') await promise;
    };
    let answered = false;
    const answer = running.send({ name: 'order' }).then((value) => {
      answered = true;
      return value;
    });
    await settle();
    expect(answered).toBe(false);
    expect(running.executors[0]?.seen).toHaveLength(0);
    resolve();
    expect((await answer).status).toBe(200);
    expect(running.executors[0]?.seen).toHaveLength(1);
  });

  test('gives the same answer to the same key and body without storing, and 409 to another body', async () => {
    const running = await configured();
    const first = await running.send([{ name: 'order' }, {}], 'key-1');
    expect(await running.send([{ name: 'order' }, {}], 'key-1')).toEqual(first);
    expect((await running.send([{ name: 'other' }], 'key-1')).status).toBe(409);
    expect(running.executors[0]?.seen).toHaveLength(1);
    await running.clock.advance(11 * MINUTE_MS);
    await running.send([{ name: 'order' }, {}], 'key-1');
    expect(running.executors[0]?.seen).toHaveLength(2);
  });

  test('remembers of many rejections only the first, but answers with all of them', async () => {
    const running = await configured();
    const body = [{ name: 'order' }, ...Array.from({ length: 5_000 }, () => 7)];
    const rejected = async () => ((await running.send(body, 'key-1')).body.rejected as readonly unknown[]).length;
    expect(await rejected()).toBe(5_000);
    expect(running.intake.status().spoolBytes).toBeLessThan(50_000);
    expect(await rejected()).toBe(100);
    expect(running.executors[0]?.seen).toHaveLength(1);
  });

  test('recognises a body without a key only when every record carries its own id or time', async () => {
    const running = await configured();
    const timed = [{ name: 'order', time: T0 }];
    await running.send(timed);
    await running.send(timed);
    expect(running.executors[0]?.seen).toHaveLength(1);
    await running.send([{ name: 'order' }]);
    await running.send([{ name: 'order' }]);
    expect(running.executors[0]?.seen).toHaveLength(3);
  });

  test('its time does not run ahead of the clock, however many batches become durable within a millisecond', async () => {
    const running = await configured();
    for (let sent = 0; sent < 500; sent += 1) await running.send({ name: 'order' });
    const last = running.executors[0]?.seen.at(-1)?.time ?? Number.POSITIVE_INFINITY;
    expect(last - running.clock.now()).toBeLessThan(50);
  });

  test('requests of one key at the same time are one', async () => {
    const running = await configured();
    const answers = await Promise.all(Array.from({ length: 20 }, () => running.send([{ name: 'order' }], 'same')));
    expect(new Set(answers.map((answer) => JSON.stringify(answer.body)))).toEqual(
      new Set(['{"accepted":1,"rejected":[]}']),
    );
    expect(running.executors[0]?.seen).toHaveLength(1);
  });

  test('an event id that comes again is acknowledged, once it is durable, and not stored', async () => {
    const running = await configured();
    const sent = await Promise.all([
      running.send([{ name: 'order', event_id: 'o-1', n: 1 }]),
      running.send([
        { name: 'order', event_id: 'o-1', n: 2 },
        { name: 'order', event_id: 'o-2', n: 2 },
      ]),
      running.send([
        { name: 'order', event_id: 'o-2', n: 3 },
        { name: 'order', event_id: 'o-2', n: 4 },
      ]),
    ]);
    const counts = sent.map((answer) => [answer.body.accepted, answer.body.duplicates ?? 0] as const);
    expect(counts.map(([accepted]) => accepted)).toEqual([1, 2, 2]);
    expect(counts.reduce((sum, [, duplicates]) => sum + Number(duplicates), 0)).toBe(3);
    expect(running.executors[0]?.seen.map((record) => record.id).sort()).toEqual(['o-1', 'o-2']);
  });

  test('a failed sync refuses the request, and its repetition is stored once', async () => {
    const running = await configured();
    await running.send([{ name: 'before' }], 'key-0');
    let failing = true;
    running.disk.fault = async (operation) => {
      if (failing && operation === 'sync') throw new Error('EIO');
    };
    expect(await running.send([{ name: 'order' }], 'key-1')).toMatchObject({
      status: 503,
      headers: { 'retry-after': '5' },
      body: { error: { code: 'spool-failed' } },
    });
    expect(running.executors[0]?.seen).toHaveLength(1);
    failing = false;
    expect((await running.send([{ name: 'order' }], 'key-1')).status).toBe(200);
    await running.intake.stop();
    const again = await configured({ disk: running.disk, clock: running.clock, loaded: running.loaded });
    expect((await again.send([{ name: 'order' }], 'key-1')).status).toBe(200);
    await again.clock.advance(2_000);
    expect([...countLoaded(again).values()]).toEqual([1, 1]);
  });

  test('a full spool refuses events and still takes facts', async () => {
    const running = await configured({
      storeFails: () => true,
      spoolLimits: { totalBytes: 6_000, reservedBytes: 2_000 },
    });
    let refused: Awaited<ReturnType<TestIntake['send']>> | undefined;
    for (let turn = 0; turn < 50 && refused === undefined; turn += 1) {
      const answer = await running.send([{ name: 'order', turn }]);
      if (answer.status !== 200) refused = answer;
    }
    expect(refused).toMatchObject({
      status: 503,
      headers: { 'retry-after': '10' },
      body: { error: { code: 'spool-full' } },
    });
    const core = running.connect();
    running.configure(core);
    const fact = {
      sequence: 1,
      at: T0,
      kind: 'alert-fired',
      subject: 'A-1',
      reason: 'condition-true',
      body: { value: 4 },
    };
    core.say({ type: 'facts', plan: 'shop', last: 1, facts: [fact] });
    await settle();
    expect(core.heard.at(-1)).toEqual({ type: 'facts-stored', plan: 'shop', upTo: 1 });
  });
});

describe('facts of the core', () => {
  const fact = (sequence: number, kind: string) => ({
    sequence,
    at: T0,
    kind,
    subject: 'A-1',
    reason: 'condition-true',
    body: { reading: { value: 4 }, list: [1, 2], none: null },
  });

  test('become events once, by family, also over a restart, and are not taken for data of the product', async () => {
    const running = await startIntake();
    const core = running.connect();
    running.configure(core);
    const facts = [fact(1, 'alert-fired'), fact(2, 'not-notified'), fact(3, 'phase-changed')];
    core.say({ type: 'facts', plan: 'shop', last: 2, facts: facts.slice(0, 2) });
    core.say({ type: 'facts', plan: 'shop', last: 3, facts });
    await settle();
    expect(core.heard.filter((message) => message.type === 'facts-stored').map((message) => message.upTo)).toEqual([
      2, 3,
    ]);
    expect(running.executors[0]?.seen).toEqual([]);
    running.disk.losePower((synced) => synced);
    const again = await startIntake({ disk: running.disk, clock: running.clock });
    const next = again.connect();
    again.configure(next);
    next.say({ type: 'facts', plan: 'shop', last: 3, facts });
    await settle();
    expect(next.heard.at(-1)).toEqual({ type: 'facts-stored', plan: 'shop', upTo: 3 });
    await again.clock.advance(5_000);
    const events = [...again.loaded.values()].flat().map(({ event }) => event);
    expect(events.map(({ name, id }) => [name, id])).toEqual([
      ['alert', 'fact-shop-1'],
      ['notification', 'fact-shop-2'],
      ['plan', 'fact-shop-3'],
    ]);
    expect({ ...events[0]?.attributes }).toEqual({
      kind: 'alert-fired',
      subject: 'A-1',
      reason: 'condition-true',
      sequence: 1,
      'reading.value': 4,
      list: '[1,2]',
    });
  });
});

describe('a wall clock that is set back by an hour', () => {
  test('stops neither judging nor telling nor snapshots nor loading', async () => {
    const running = await configured();
    const core = running.connect();
    running.configure(core);
    await running.clock.advance(1_000);
    running.clock.jump(-60 * MINUTE_MS);
    await running.send([{ name: 'failure' }]);
    core.heard.length = 0;
    const before = await running.disk.list('windows');
    await running.clock.advance(25_000);
    const watermarks = core.heard.flatMap((message) => (message.type === 'verdicts' ? [message.watermark] : []));
    expect(watermarks.length).toBeGreaterThan(100);
    expect(watermarks.at(-1)).toBeGreaterThan(T0 + 25_000);
    expect(await running.disk.list('windows')).not.toEqual(before);
    expect(countLoaded(running).size).toBe(1);
  });
});

describe('a restart', () => {
  test('finds every acknowledged event once, and recognises repetitions', async () => {
    const running = await configured();
    for (let turn = 0; turn < 30; turn += 1) {
      await running.send([{ name: 'order', event_id: `o-${turn}` }], `key-${turn}`);
      await running.clock.advance(700);
    }
    running.disk.losePower((synced) => synced);
    const again = await configured({
      disk: running.disk,
      clock: new VirtualClock(T0 + 25_000),
      loaded: running.loaded,
    });
    for (let turn = 0; turn < 30; turn += 1) {
      const answer = await again.send([{ name: 'order', event_id: `o-${turn}` }], `key-${turn}`);
      expect(answer.body).toEqual({ accepted: 1, rejected: [] });
      expect(await again.send([{ name: 'x', event_id: `o-${turn}` }])).toMatchObject({ body: { duplicates: 1 } });
    }
    await again.clock.advance(5_000);
    expect([...countLoaded(again)].sort()).toEqual(Array.from({ length: 30 }, (_, turn) => [`o-${turn}`, 1]).sort());
  });

  test('rebuilds the windows from the snapshot and the blocks after it, and tells of the gap', async () => {
    const running = await configured();
    await running.send([{ name: 'failure' }]);
    await running.clock.advance(11_000);
    await running.send([{ name: 'failure' }]);
    running.disk.losePower((synced) => synced);
    const again = await startIntake({ disk: running.disk, clock: new VirtualClock(T0 + MINUTE_MS) });
    expect(again.executors[0]?.count).toBe(2);
    expect(again.executors[0]?.seen).toHaveLength(1);
    expect(again.executors[0]?.resumedAt).toBe(T0 + MINUTE_MS);
    // The cached configuration is enough to take data in while the core is away.
    expect((await again.send([{ name: 'failure' }])).status).toBe(200);
    expect(again.executors[0]?.count).toBe(3);
  });

  test('tells the core of the time in which nobody listened, before anything later, until it is committed', async () => {
    const running = await configured();
    await running.clock.advance(12_000);
    await running.send([{ name: 'failure' }, { name: 'failure' }, { name: 'failure' }]);
    running.disk.losePower((synced) => synced);
    const back = T0 + MINUTE_MS;
    const again = await startIntake({ disk: running.disk, clock: new VirtualClock(back) });
    await again.clock.advance(1_000);
    await again.send([{ name: 'mended' }]);
    const unheard = { from: T0 + 12_002, until: back };
    const told = (core: ReturnType<TestIntake['connect']>) =>
      core.heard
        .filter((message) => message.type === 'verdicts')
        .map((message) => [message.watermark, message.unheard, message.verdicts.map(({ truth }) => truth)]);
    for (const committed of [T0 + 11_000, T0 + 30_000]) {
      const core = again.connect();
      again.configure(core, committed);
      const [base, gap, later] = told(core);
      expect(base?.[0]).toBeLessThan(unheard.from);
      expect(gap?.slice(0, 2)).toEqual([back, unheard]);
      expect(later).toEqual([expect.any(Number), undefined, ['false']]);
    }
    const core = again.connect();
    again.configure(core, T0 + 30_000);
    core.say({ type: 'committed', plan: 'shop', sequence: 3, watermark: back });
    const next = again.connect();
    again.configure(next, back);
    expect(told(next).map(([, gap]) => gap)).not.toContainEqual(unheard);
  });

  test('does not begin on a disk that cannot keep the time in which nobody listened', async () => {
    const running = await configured();
    await running.clock.advance(12_000);
    await running.send([{ name: 'failure' }]);
    running.disk.losePower((synced) => synced);
    running.disk.fault = async (operation, path) => {
      if (operation === 'replace' && path.startsWith('windows/')) throw new Error('No space is left.');
    };
    const tooSoon = startIntake({ disk: running.disk, clock: new VirtualClock(T0 + MINUTE_MS) });
    await expect(tooSoon).rejects.toThrow('snapshot of the windows');
    running.disk.fault = async () => {};
    const again = await startIntake({ disk: running.disk, clock: new VirtualClock(T0 + 2 * MINUTE_MS) });
    const core = again.connect();
    again.configure(core, T0 + 11_000);
    expect(core.heard).toContainEqual(
      expect.objectContaining({ unheard: { from: T0 + 12_002, until: T0 + 2 * MINUTE_MS } }),
    );
  });

  test('takes in no events of a plan that a restart would not know, and writes the plan down until it is on disk', async () => {
    const running = await startIntake();
    running.disk.fault = async (operation, path) => {
      if (operation === 'replace' && path === 'configuration.json') throw new Error('No space is left.');
    };
    running.configure(running.connect());
    await settle();
    expect(await running.send([{ name: 'failure' }])).toMatchObject({ status: 503 });
    running.disk.fault = async () => {};
    await running.clock.advance(1_000);
    expect(await running.send([{ name: 'failure' }])).toMatchObject({ status: 200 });
    running.disk.losePower((synced) => synced);
    const again = await startIntake({ disk: running.disk, clock: running.clock });
    expect(again.executors[0]?.count).toBe(1);
  });

  test('a plan that was only kept has heard nothing meanwhile', async () => {
    const running = await configured();
    await running.clock.advance(12_000);
    running.disk.losePower((synced) => synced);
    await running.disk.remove('configuration.json');
    for (const minutes of [1, 2]) {
      await startIntake({ disk: running.disk, clock: new VirtualClock(T0 + minutes * MINUTE_MS) });
    }
    const again = await startIntake({ disk: running.disk, clock: new VirtualClock(T0 + 3 * MINUTE_MS) });
    const core = again.connect();
    again.configure(core, T0 + 10_000);
    expect(core.heard).toContainEqual(
      expect.objectContaining({ unheard: { from: T0 + 9_901, until: T0 + 3 * MINUTE_MS } }),
    );
  });

  test('keeps the type of a field', async () => {
    const running = await configured();
    await running.send([{ name: 'order', total: 3 }]);
    running.disk.losePower((synced) => synced);
    const again = await startIntake({ disk: running.disk, clock: running.clock });
    expect(await again.send([{ name: 'order', total: '3' }])).toMatchObject({
      body: { accepted: 0, rejected: [{ index: 0, code: 'field-type-conflict' }] },
    });
  });

  test('never lets time go back, even when the wall clock does', async () => {
    const running = await configured();
    await running.send([{ name: 'order' }]);
    await running.clock.advance(5_000);
    running.disk.losePower((synced) => synced);
    const again = await startIntake({ disk: running.disk, clock: new VirtualClock(T0 - MINUTE_MS) });
    expect((await again.send([{ name: 'order' }])).status).toBe(200);
    await again.clock.advance(1_000);
    expect(again.log.filter((line) => line.includes('failed'))).toEqual([]);
    expect(again.executors[0]?.seen).toHaveLength(2);
  });
});

describe('the spool', () => {
  test('is freed once the store has the data, and keeps recognising for ten minutes', async () => {
    const running = await configured();
    await running.send([{ name: 'order', event_id: 'o-1', text: 'x'.repeat(5_000) }], 'key-1');
    await running.clock.advance(40_000);
    expect(await running.disk.list('spool')).toEqual([expect.stringMatching(/\.kept$/), 'loaded.json']);
    expect(running.intake.status().spoolBytes).toBeLessThan(1_000);
    running.disk.losePower((synced) => synced);
    const again = await startIntake({ disk: running.disk, clock: running.clock });
    expect(await again.send([{ name: 'x', event_id: 'o-1' }])).toMatchObject({ body: { duplicates: 1 } });
    await again.clock.advance(12 * MINUTE_MS);
    expect(await again.disk.list('spool')).toEqual(['loaded.json']);
  });

  test('waits for a store that is away, and loads in order when it is back', async () => {
    let away = true;
    const running = await configured({ storeFails: () => away });
    for (let turn = 0; turn < 3; turn += 1) {
      await running.send([{ name: 'order', event_id: `o-${turn}` }]);
      await running.clock.advance(2_000);
    }
    expect(running.intake.status()).toMatchObject({
      ready: true,
      segmentsWaiting: 3,
      loaderProblem: 'The store is away.',
    });
    await running.clock.advance(60_000);
    expect(running.intake.status()).toMatchObject({
      ready: false,
      // Everybody may ask for the reasons, and the store's own words may hold anything.
      reasons: ['The telemetry store takes no data.'],
      segmentsWaiting: 3,
    });
    expect((await running.send([{ name: 'order', event_id: 'o-3' }])).status).toBe(200);
    away = false;
    await running.clock.advance(20_000);
    expect(running.intake.status()).toMatchObject({ ready: true, segmentsWaiting: 0 });
    const ids = [...running.loaded.values()].flatMap((events) => events.map(({ event }) => event.id));
    expect(ids).toEqual(['o-0', 'o-1', 'o-2', 'o-3']);
  });
});

describe('the link', () => {
  test('a condition that held only while the core was away is told in order on connect', async () => {
    const running = await configured();
    const first = running.connect();
    running.configure(first);
    await running.clock.advance(1_000);
    running.connect();
    for (const name of ['failure', 'failure', 'failure', 'mended']) {
      await running.send([{ name }]);
      await running.clock.advance(500);
    }
    const core = running.connect();
    running.configure(core, T0 + 900);
    expect(core.verdicts()).toEqual([
      { truth: 'false', complete: true, sequence: 1 },
      { truth: 'true', complete: false, sequence: 2 },
      { truth: 'false', complete: false, sequence: 2 },
    ]);
    core.say({ type: 'committed', plan: 'shop', sequence: 2, watermark: running.clock.now() });
    const next = running.connect();
    running.configure(next, running.clock.now());
    expect(next.verdicts()).toEqual([{ truth: 'false', complete: true, sequence: 1 }]);
  });

  test('what was not acknowledged survives a restart', async () => {
    const running = await configured();
    await running.send([{ name: 'failure' }, { name: 'failure' }, { name: 'failure' }]);
    await running.clock.advance(12_000);
    await running.send([{ name: 'mended' }]);
    running.disk.losePower((synced) => synced);
    const again = await startIntake({ disk: running.disk, clock: new VirtualClock(T0 + MINUTE_MS) });
    const core = again.connect();
    again.configure(core, T0 - 1);
    expect(
      core
        .verdicts()
        .filter((verdict) => !verdict.complete)
        .map((verdict) => verdict.truth),
    ).toEqual(['false', 'true', 'false']);
  });

  test('a watermark is never said that a later record could contradict', async () => {
    const running = await configured();
    const core = running.connect();
    running.configure(core);
    const said: number[] = [];
    for (let turn = 0; turn < 20; turn += 1) {
      const answers = [running.send([{ name: 'failure' }]), running.send([{ name: 'mended' }])];
      await running.clock.advance(turn % 3 === 0 ? 0 : 100);
      await Promise.all(answers);
      for (const message of core.heard.splice(0)) {
        if (message.type !== 'verdicts') continue;
        for (const verdict of message.verdicts) {
          expect(verdict.at).toBeGreaterThan(said.at(-1) ?? 0);
          expect(verdict.at).toBeLessThanOrEqual(message.watermark);
        }
        said.push(message.watermark);
      }
    }
    expect(said.length).toBeGreaterThan(5);
  });
});

test('facts that are sent again on a new connection, while the disk still has the first, are stored once', async () => {
  const running = await configured();
  const { promise, resolve } = Promise.withResolvers<void>();
  running.disk.fault = async (operation) => {
    if (operation === 'sync') await promise;
  };
  const facts = {
    type: 'facts',
    plan: 'shop',
    last: 1,
    facts: [{ sequence: 1, at: T0, kind: 'alert-fired', subject: 'A-1', reason: 'condition-true', body: {} }],
  } as const;
  for (let connection = 0; connection < 2; connection += 1) {
    const core = running.connect();
    running.configure(core);
    core.say(facts);
    await settle();
  }
  resolve();
  await settle();
  await running.clock.advance(2_000);
  expect(countLoaded(running)).toEqual(new Map([['fact-shop-1', 1]]));
});

describe('a plan that the core cannot load', () => {
  test('goes on in its windows, and is told in full once the core has it', async () => {
    const first = await configured();
    await first.intake.stop();
    const running = await startIntake({ disk: first.disk, clock: first.clock });
    const core = running.connect();
    core.say({ type: 'configure', plans: [], keys: [ingestKey()], unavailable: ['shop'] });
    for (let sent = 0; sent < 3; sent += 1) expect((await running.send({ name: 'failure' })).status).toBe(200);
    await running.clock.advance(1_000);
    expect(core.heard.filter((message) => message.type === 'verdicts')).toEqual([]);
    running.configure(core);
    expect(core.heard.find((message) => message.type === 'verdicts')).toMatchObject({ complete: true });
    expect(core.verdicts().map(({ truth }) => truth)).toEqual(['false', 'true']);
  });

  test('and of which nothing is known here lets its senders wait', async () => {
    const running = await startIntake();
    const core = running.connect();
    core.say({ type: 'configure', plans: [], keys: [ingestKey()], unavailable: ['shop'] });
    expect((await running.send({ name: 'failure' })).status).toBe(503);
    expect(running.intake.status()).toMatchObject({
      ready: false,
      reasons: ['Not every plan and key is in force yet: senders are told to wait.'],
    });
    running.configure(core);
    await settle();
    expect((await running.send({ name: 'failure' })).status).toBe(200);
  });

  test('and of which nothing is known here lets its senders wait after a restart too', async () => {
    const first = await startIntake();
    const core = first.connect();
    core.say({ type: 'configure', plans: [], keys: [ingestKey()], unavailable: ['shop'] });
    await first.intake.stop();
    const again = await startIntake({ disk: first.disk, clock: first.clock });
    expect((await again.send({ name: 'failure' })).status).toBe(503);
  });
});
