import { expect, test } from 'vitest';
import type { OutgoingRequest, Transport } from '#kernel/ports.ts';
import { fail, ok } from '#kernel/result.ts';
import { compilePlan } from '#plan/compile.ts';
import type { CompiledPlan } from '#plan/model.ts';
import type { Submission } from '../acceptance.ts';
import { isEnd } from '../samples/batch.ts';
import type { SecretState } from '../secrets.ts';
import { T0, VirtualClock } from '../test-support.ts';
import { Scraper } from './scraper.ts';

type Sent = Awaited<ReturnType<Transport['send']>>;

/** A scraper of one plan whose targets answer as the test says, on a clock that the test moves. */
function bench(yaml: string) {
  const clock = new VirtualClock(T0);
  const asked: { readonly at: number; readonly request: OutgoingRequest }[] = [];
  const stored: { readonly key: string; readonly lines: readonly string[] }[] = [];
  const compile = (text: string): CompiledPlan => {
    const { plan, diagnostics } = compilePlan([{ path: 'plan.yaml', text: `plan: shop\n${text}` }]);
    if (plan === undefined) throw new Error(JSON.stringify(diagnostics));
    return plan;
  };
  const made = {
    clock,
    asked,
    stored,
    /** When series began, against `T0`, as of their last points. */
    started: new Map<string, number>(),
    /** For how long series were said to live with their last points. */
    lives: new Map<string, number | undefined>(),
    secret: { state: 'unset' } as SecretState,
    accepts: true,
    answer: (_request: OutgoingRequest): Sent | Promise<Sent> => page('up_and_well 1\n'),
    plans: new Map([['shop', compile(yaml)]]),
    apply(text: string) {
      made.plans = new Map([['shop', compile(text)]]);
      scraper.follow();
    },
    report: () => scraper.reports('shop'),
    /** What was stored since this was asked last. */
    take: () => stored.splice(0).flatMap(({ lines }) => lines),
  };
  const scraper = new Scraper({
    clock,
    log: (message) => {
      throw new Error(message);
    },
    now: () => clock.now(),
    plans: () => made.plans,
    secret: () => made.secret,
    transport: {
      send() {
        throw new Error('Targets are asked by the way out of their plan.');
      },
      forPlan: (plan) => ({
        async send(request) {
          expect(plan).toBe('shop');
          asked.push({ at: clock.now(), request });
          return made.answer(request);
        },
      }),
    },
    async accept({ grant, decode }: Submission) {
      if (!made.accepts) return fail({ code: 'spool-full', message: 'The disk is full.' });
      const decoded = decode({ receivedAt: clock.now(), fieldTypes: new Map(), makeId: () => '' });
      if (!decoded.ok || decoded.value.samples === undefined) throw new Error('no samples');
      const { series, seriesOf, times, values } = decoded.value.samples;
      const lines = [...times].map((time, index) => {
        const { name, labels, kind, startedAt, lifeMs } = series[seriesOf[index] ?? 0] ?? {
          ...{ name: '', labels: [], kind: '', startedAt: undefined, lifeMs: undefined },
        };
        made.lives.set(name, lifeMs);
        if (startedAt !== undefined) made.started.set(name, startedAt - T0);
        const value = isEnd(values, index) ? 'end' : values[index];
        const own = labels.filter(([label]) => label !== 'job' && label !== 'instance').map((pair) => pair.join('='));
        return `${name}{${own.join(',')}} ${value} ${kind} +${time - T0}`;
      });
      stored.push({ key: grant.keyId, lines });
      return ok(undefined);
    },
  });
  scraper.start();
  return { ...made, made, scraper };
}

function page(text: string, headers: Readonly<Record<string, string>> = {}): Sent {
  return ok({ status: 200, headers, body: new TextEncoder().encode(text) });
}

const every10s = 'scrapes: { api: { target: "http://10.0.0.5:9100/metrics", every: 10s } }';
const values = (lines: readonly string[], name: string) =>
  lines.filter((line) => line.startsWith(`${name}{`)).map((line) => line.split(' ')[1]);

test('asks on a grid that does not drift, however long the answers take', async () => {
  const { made, clock, asked } = bench(every10s);
  made.answer = async () => {
    await new Promise<void>((resolve) => clock.after(3_333, resolve));
    return page('a 1\n');
  };
  await clock.advance(65_000);
  const [first, ...grid] = asked.map(({ at }) => at);
  expect((first ?? 0) - T0).toBeLessThan(1_000);
  const offset = (grid[0] ?? 0) % 10_000;
  expect(grid.length).toBeGreaterThanOrEqual(6);
  expect(grid).toEqual(grid.map((_, index) => (grid[0] ?? 0) + index * 10_000));
  expect(grid.every((at) => at % 10_000 === offset)).toBe(true);
});

test('what is scraped lives for three of its intervals, as long as these are now, unless it has times of its own', async () => {
  const { made, clock } = bench(`launch: 2026-01-01 00:00
phases: { early: T+0 .. T+1h }
scrapes: { api: { target: "http://10.0.0.5:9100/metrics", every: { early: 1s, otherwise: 10s } } }`);
  made.answer = () => page('a 1\nb 2 1767225600000\n');
  await clock.advance(12_000);
  expect(Object.fromEntries(made.lives)).toMatchObject({ a: 30_000, b: undefined, up: 30_000 });
  made.apply(every10s.replace('10s', '15s'));
  await clock.advance(20_000);
  expect(made.lives.get('a')).toBe(45_000);
});

test('one question at a time: an instant that comes meanwhile is left out', async () => {
  const { made, clock, asked } = bench(every10s);
  let running = 0;
  let most = 0;
  made.answer = async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => clock.after(12_000, resolve));
    running -= 1;
    return page('a 1\n');
  };
  await clock.advance(90_000);
  expect(most).toBe(1);
  const [, ...grid] = asked.map(({ at }) => at);
  expect(grid.slice(1).map((at, index) => at - (grid[index] ?? 0))).toEqual([20_000, 20_000, 20_000]);
});

test('what a target answers is taken under its labels, with what is said of the target itself', async () => {
  const { made, clock, stored, report, asked, take } = bench(
    'scrapes: { api: { target: "http://10.0.0.5:9100/metrics?a=b", labels: { zone: a }, keep: [http_*], drop: ["*_bucket"] } }',
  );
  made.answer = () =>
    page(
      '# TYPE http_seconds histogram\nhttp_seconds_bucket{le="1"} 3\nhttp_seconds_count{route="/"} 4\nhttp_level NaN\ngo_threads 7\n# EOF\n',
      { 'content-type': 'application/openmetrics-text; version=1.0.0' },
    );
  await clock.advance(1_000);
  expect(stored[0]?.key).toBe('scrape:api');
  expect(take().map((line) => line.replace(/\+\d+$/, ''))).toEqual([
    'http_seconds_count{route=/,zone=a} 4 counter ',
    'up{zone=a} 1 gauge ',
    'scrape_duration_seconds{zone=a} 0 gauge ',
    'scrape_samples_scraped{zone=a} 4 gauge ',
  ]);
  expect(report()).toMatchObject([{ name: 'api', state: 'up', samples: 4, durationMs: 0 }]);
  expect(asked[0]?.request).toMatchObject({
    method: 'GET',
    url: 'http://10.0.0.5:9100/metrics?a=b',
    timeoutMs: 10_000,
    headers: { accept: expect.stringContaining('application/openmetrics-text') },
  });
});

test('series end when they vanish, when the target fails and when it is taken out of the plan', async () => {
  const { made, clock, take } = bench(every10s);
  made.answer = () => page('a 1\nb 2\nof_their_own_time 3 1700000000000\n');
  await clock.advance(1_000);
  take();
  made.answer = () => page('a 2\n');
  await clock.advance(10_000);
  const vanished = take();
  expect([values(vanished, 'a'), values(vanished, 'b'), values(vanished, 'of_their_own_time')]).toEqual([
    ['2'],
    ['end'],
    [],
  ]);

  made.answer = () => fail({ reason: 'connection-failed', message: 'It cannot be reached.', sent: 'no' });
  await clock.advance(10_000);
  const failed = take();
  expect([values(failed, 'a'), values(failed, 'b'), values(failed, 'up')]).toEqual([['end'], [], ['0']]);
  await clock.advance(10_000);
  expect(values(take(), 'a')).toEqual([]);

  made.answer = () => page('a 3\n');
  await clock.advance(10_000);
  expect(values(take(), 'a')).toEqual(['3']);
  made.apply('title: Shop');
  await clock.advance(0);
  const gone = take();
  expect([values(gone, 'a'), values(gone, 'up')]).toEqual([['end'], ['end']]);
  await clock.advance(60_000);
  expect(take()).toEqual([]);
  expect(made.report()).toEqual([]);
});

test.each<[string, () => Sent, string]>([
  [
    'the address is refused',
    () => fail({ reason: 'address-refused', message: 'Private.', sent: 'no' }),
    'address-refused',
  ],
  ['the answer is late', () => fail({ reason: 'timed-out', message: 'x', sent: 'maybe' }), 'timed-out'],
  ['the target says no', () => ok({ status: 403, headers: {}, body: new Uint8Array() }), 'status'],
  ['a line is bad', () => page('a 1\nb x\n'), 'malformed'],
  ['the answer is no text', () => ok({ status: 200, headers: {}, body: Uint8Array.of(0xff, 0xfe) }), 'malformed'],
  ['the answer is too large', () => ok({ status: 200, headers: {}, body: new Uint8Array(), isCut: true }), 'too-large'],
  [
    'there are too many samples',
    () => page(Array.from({ length: 50_001 }, (_, n) => `a{n="${n}"} 1\n`).join('')),
    'too-many-points',
  ],
])('when %s the target is down for a named reason, and nothing of it is taken', async (_, answer, reason) => {
  const { made, clock, take, report } = bench(every10s);
  made.answer = answer;
  await clock.advance(1_000);
  expect(report()).toMatchObject([{ state: 'down', reason }]);
  expect(take().map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
    'up{} 0',
    'scrape_duration_seconds{} 0',
    'scrape_samples_scraped{} 0',
  ]);
});

test('a counter began when its target says so, told by our clock; that is no series of its own', async () => {
  const { made, clock } = bench(
    `scrapes: { api: { target: "http://10.0.0.5:9100/metrics", every: 10s, drop: ["*_created"] } }`,
  );
  const openMetrics = { 'content-type': 'application/openmetrics-text; version=1.0.0' };
  const answer = (orders: number, created: number, spans = '') =>
    page(
      `# TYPE orders counter\norders_total{shop="a"} ${orders}\norders_created{shop="a"} ${(T0 + created) / 1_000}\n` +
        `# TYPE took histogram\ntook_bucket{le="1"} 2\ntook_bucket{le="+Inf"} 3\ntook_count 3\ntook_sum 4\ntook_created ${T0 / 1_000 - 60}\n${spans}# EOF\n`,
      openMetrics,
    );
  const beginnings = async (...given: Parameters<typeof answer>): Promise<Readonly<Record<string, unknown>>> => {
    made.answer = () => answer(...given);
    made.started.clear();
    await clock.advance(10_000);
    return Object.fromEntries(made.started);
  };
  const before = -120_000;
  const took = Object.fromEntries(['bucket', 'count', 'sum'].map((part) => [`took_${part}`, -60_000]));
  expect(await beginnings(5, before)).toEqual({ orders_total: before, ...took });
  expect(made.take().filter((line) => line.includes('_created'))).toEqual([]);
  // The target's clock may be ahead of ours by a little; what it tells then lies between the two answers.
  const told = await beginnings(7, 16_000 + 30_000);
  const since = (made.asked.at(-1)?.at ?? 0) - T0;
  expect(told).toEqual({ orders_total: since, ...took });
  expect(await beginnings(9, 16_000 + 30_000)).toEqual({ orders_total: since, ...took });
  // Another process that has been there all the time behind the same address did not begin since.
  expect(await beginnings(9, -110_000)).toEqual({ orders_total: since, ...took });
  // In the older format it is a gauge like any other.
  made.answer = () => page(`# TYPE orders_created gauge\norders_created 5\n`);
  made.apply(every10s);
  await clock.advance(20_000);
  expect(new Set(values(made.take(), 'orders_created'))).toEqual(new Set(['5']));
});

test('samples that are dropped are not endless either', async () => {
  const { made, clock, report } = bench(
    'scrapes: { api: { target: "http://10.0.0.5/metrics", every: 10s, drop: [a_*] } }',
  );
  const dropped = (count: number) => page('a_total 1\n'.repeat(count));
  made.answer = () => dropped(250_000);
  await clock.advance(1_000);
  expect(report()).toMatchObject([{ state: 'up', samples: 250_000 }]);
  made.answer = () => dropped(250_001);
  await clock.advance(10_000);
  expect(report()).toMatchObject([{ state: 'down', reason: 'too-many-points' }]);
});

test('points that are not kept are said', async () => {
  const { made, clock, report } = bench(every10s);
  made.accepts = false;
  await clock.advance(1_000);
  expect(report()).toMatchObject([{ state: 'down', reason: 'spool-full', samples: 1 }]);
});

test('a secret is waited for, shown as bearer token, and missed by its name', async () => {
  const { made, clock, asked, report } = bench(
    'scrapes: { api: { target: "http://10.0.0.5/metrics", token: secret METRICS } }',
  );
  made.secret = { state: 'awaited' };
  await clock.advance(3_000);
  expect(report()).toMatchObject([{ state: 'waiting', reason: 'secret-awaited' }]);
  expect(asked).toEqual([]);
  made.secret = { state: 'known', value: 'hush' };
  await clock.advance(1_000);
  expect(asked[0]?.request.headers['authorization']).toBe('Bearer hush');
  made.secret = { state: 'unset' };
  await clock.advance(15_000);
  expect(report()).toMatchObject([
    { state: 'down', reason: 'secret-missing', message: 'The secret METRICS is not set.' },
  ]);
  expect(asked.length).toBe(1);
});

test('the pace follows the phase, and outside of it the target rests', async () => {
  const launch = new Date(T0 + 30_000).toISOString();
  const { made, clock, asked, report, take } = bench(`launch: ${launch}
phases: { day-one: T+0 .. T+1m, after: from T+1m }
scrapes: { api: { target: "http://10.0.0.5/metrics", every: { day-one: 5s } } }`);
  await clock.advance(29_000);
  expect(asked).toEqual([]);
  expect(report()).toMatchObject([{ state: 'resting' }]);
  await clock.advance(61_000);
  expect(asked.length).toBe(12);
  take();
  await clock.advance(10_000);
  expect(values(take(), 'up_and_well')).toEqual([]);
  expect(report()).toMatchObject([{ state: 'resting' }]);
  expect(asked.length).toBe(12);

  made.apply('scrapes: { api: { target: "http://10.0.0.5/metrics", every: 20s } }');
  await clock.advance(40_000);
  expect(asked.length).toBe(14);
});
