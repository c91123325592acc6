import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AlertDetailAnswer } from '#contract/alerts.ts';
import type { ComparisonDetailAnswer } from '#contract/comparisons.ts';
import type { ReviewAnswer, SampleListAnswer } from '#contract/reviews.ts';
import type { Core } from '#engine/core-process.ts';
import { SearchTime } from '#insight/log-search/scope.ts';
import { chooseSamples } from '#insight/vouching/choose-samples.ts';
import type { SampleSlice } from '#insight/vouching/spans.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS } from '#kernel/instant.ts';
import type { Source } from '#plan/model.ts';
import { OncePer } from '#signals/once-per.ts';
import type { EventRecord } from '#signals/record.ts';
import { insertEvents } from '#storage/clickhouse/events.ts';
import { type AskTelemetry, askWithin } from '#storage/clickhouse/within.ts';
import { createListUploads } from '#storage/postgres/list-uploads.ts';
import { clock, temporaryPostgres } from '../../../test/kit/postgres.ts';
import { quietCore, serveApi } from '../../../test/kit/served-core.ts';
import { temporaryTelemetry } from '../../../test/kit/telemetry.ts';
import type { Actor } from '../actor.ts';
import { createAlertServices } from '../alerts/alert-services.ts';
import { createComparisonServices } from '../comparisons/comparison-services.ts';
import { createReviewServices } from './review-services.ts';

const NOW = clock.now();
/** Two whole days in UTC before today, so that the first three days are not over. */
const LAUNCH = Math.floor(NOW / DAY_MS) * DAY_MS - DAY_MS;
const text = `plan: erp
timezone: UTC
launch: ${new Date(LAUNCH).toISOString().slice(0, 16).replace('T', ' ')}
phases: { stabilise: days 1 to 3, later: from day 4 }
people: { anita: { email: anita@erp.example } }
roles: { admin: [anita] }
services: { sales: {} }
sources:
  sales: events "sale" where kind = "retail" once per invoice
  steps: events "production_step"
reviews:
  first-sales: { of: sales, first: 3, during: stabilise, show: [invoice, total], ask: Is this sale as it was rung up?, by: admin, service: sales }
  daily-steps: { of: steps, first: 2 per day, by: admin }
  later-sales: { of: sales, first: 3, during: later, by: anita }
comparisons:
  manual-sales: { of: sales, key: invoice, fields: [total], during: stabilise, by: admin, service: sales }
  paper-steps: { of: steps, key: step, by: admin }
  badges: { of: sales, key: invoice, fields: [badge], by: admin }
scrub: { hash: [badge] }
severities: { to-check: { notify: [] } }
rules:
  sales-misjudged: { when: first-sales wrong, severity: to-check, service: sales }
  sales-differ: { when: manual-sales differs, severity: to-check, service: sales }
`;

const anita: Actor = { kind: 'session', name: 'anita', userId: 'anita', planLevels: { erp: 'responder' } };
const reader: Actor = { kind: 'session', name: 'rita', userId: 'rita', planLevels: { erp: 'viewer' } };
let actor = anita;
let postgres: Awaited<ReturnType<typeof temporaryPostgres>>;
let telemetry: Awaited<ReturnType<typeof temporaryTelemetry>>;
let core: Core;
let server: Awaited<ReturnType<typeof serveApi>>;
let url: string;
let isStoreAway = false;

function sale(id: string, at: Instant, invoice: string, total: number, kind = 'retail'): EventRecord {
  return { name: 'sale', id, time: at, attributes: { invoice, total, kind, branch: 'Kochi' } };
}

async function store(segment: string, events: readonly EventRecord[]): Promise<void> {
  await insertEvents(
    telemetry.client,
    segment,
    events.map((event) => ({ plan: 'erp', receivedAt: event.time, event })),
  );
}

beforeAll(async () => {
  [postgres, telemetry] = await Promise.all([temporaryPostgres(), temporaryTelemetry()]);
  core = await quietCore(postgres);
  const applied = await core.apply({ files: [{ path: 'plan.yaml', text }] }, 'anita');
  expect(applied.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const askStore = askWithin(telemetry.client, clock);
  const askTelemetry: AskTelemetry = (question) =>
    isStoreAway ? Promise.reject(new WatchbillError('telemetry-away', 'It does not answer.')) : askStore(question);
  const uploads = createListUploads(postgres.pool);
  const services = {
    alerts: createAlertServices(core),
    reviews: createReviewServices({ core, askTelemetry, clock }),
    comparisons: createComparisonServices({ core, askTelemetry, uploads, clock }),
  };
  server = await serveApi(services, async () => ({ state: 'known', actor }));
  url = `${server.url}/plans/erp`;
  await store('s-1', [
    sale('before', LAUNCH - HOUR_MS, 'I-0', 1),
    sale('a/b ?%41', LAUNCH + MINUTE_MS, 'I-1', 100),
    sale('wholesale', LAUNCH + MINUTE_MS, 'I-7', 7, 'wholesale'),
    sale('again', LAUNCH + 2 * MINUTE_MS, 'I-1', 100),
    sale('s-2', LAUNCH + 3 * MINUTE_MS, 'I-2', 12.5),
    sale('s-3', LAUNCH + 3 * MINUTE_MS, 'I-3', 3),
    sale('s-4', LAUNCH + 4 * MINUTE_MS, 'I-4', 4),
    ...[1, 2, 3].map((step) => ({
      ...{ name: 'production_step', id: `first-${step}`, time: LAUNCH + step, user: 'ravi' },
      attributes: { step: `P-${step}` },
    })),
    { name: 'production_step', id: 'next-1', time: LAUNCH + DAY_MS, attributes: { step: 'P-4' } },
  ]);
});

afterAll(async () => {
  await server?.close();
  await core?.stop();
  await Promise.all([postgres?.close(), telemetry?.close()]);
});

async function ask<Answer>(
  path: string,
  body?: unknown,
): Promise<{ readonly status: number; readonly answer: Answer }> {
  const headers = { 'content-type': 'application/json', origin: new URL(url).origin };
  const post = { method: 'POST', headers, body: JSON.stringify(body) };
  const response = await fetch(`${url}${path}`, body === undefined ? {} : post);
  return { status: response.status, answer: (await response.json()) as Answer };
}

const queue = async (review: string) => (await ask<SampleListAnswer>(`/reviews/${review}/samples`)).answer;
const judge = (review: string, sample: string, body: object) =>
  ask<{ error: { code: string } }>(`/reviews/${review}/samples/${encodeURIComponent(sample)}/verdict`, body);
const alerts = async () =>
  (await ask<{ alerts: { alert: string; rule: string; state: string }[] }>('/alerts')).answer.alerts;
const upload = (list: string, more = {}) =>
  ask<ComparisonDetailAnswer & { error: { code: string; message: string } }>('/comparisons/manual-sales/uploads', {
    list,
    ...more,
  });

// proves: GOLIVE-048
test('the first sales stand in a queue, and one that is judged wrong opens an alert that names it', async () => {
  const { review, samples } = await queue('first-sales');
  expect(samples.map(({ sample, label, fields }) => [sample, label, ...fields.map(({ value }) => value)])).toEqual([
    ['a/b ?%41', 'I-1', 'I-1', 100],
    ['s-2', 'I-2', 'I-2', 12.5],
    ['s-3', 'I-3', 'I-3', 3],
  ]);
  expect(review).toMatchObject({
    ...{ chosen: 3, waiting: 3, span: 'open', by: { text: 'admin', people: ['anita'] }, rules: ['sales-misjudged'] },
    from: new Date(LAUNCH).toISOString(),
    to: new Date(LAUNCH + 3 * DAY_MS).toISOString(),
  });
  expect(await alerts()).toEqual([]);

  expect(await judge('first-sales', 's-2', { verdict: 'right', expectedVersion: 0 })).toMatchObject({ status: 200 });
  const wrong = { verdict: 'wrong', note: 'rung up as 90', expectedVersion: 0 };
  expect(await judge('first-sales', 'a/b ?%41', wrong)).toMatchObject({
    answer: { label: 'I-1', verdict: { state: 'wrong', by: 'anita', via: 'web', note: 'rung up as 90', version: 1 } },
  });
  const [alert] = await alerts();
  expect(alert).toMatchObject({ rule: 'sales-misjudged', state: 'firing' });
  const { answer } = await ask<AlertDetailAnswer>(`/alerts/${alert?.alert}`);
  expect(JSON.stringify([answer.evidence, answer.explanation])).toMatch(/I-1.*anita|anita.*I-1/);
  expect(answer.explanation.join('\n')).toContain('rung up as 90');
  expect((await queue('first-sales')).review).toMatchObject({ waiting: 1, right: 1, wrong: 1 });

  await judge('first-sales', 'a/b ?%41', { verdict: 'settled', note: 'corrected', expectedVersion: 1 });
  expect(await alerts()).toMatchObject([{ rule: 'sales-misjudged', state: 'resolved' }]);
});

test('who may not respond, what is no sample, and who saw something older is refused', async () => {
  const right = { verdict: 'right', expectedVersion: 0 };
  actor = reader;
  expect((await judge('first-sales', 's-3', right)).status).toBe(403);
  expect((await queue('first-sales')).samples).toHaveLength(3);
  actor = anita;
  for (const other of ['before', 'wholesale', 'nothing']) {
    expect(await judge('first-sales', other, right)).toMatchObject({ status: 404 });
  }
  expect(await judge('none', 's-3', right)).toMatchObject({ status: 404 });
  expect(await judge('first-sales', 's-2', { ...right, verdict: 'wrong', note: 'x' })).toMatchObject({
    answer: { error: { code: 'version-conflict' } },
  });
  expect(await judge('first-sales', 's-3', { verdict: 'wrong', note: ' ', expectedVersion: 0 })).toMatchObject({
    answer: { error: { code: 'invalid-request' } },
  });
  expect((await ask('/reviews/none/samples')).status).toBe(404);
});

// proves: GOLIVE-049
test('updates of production steps are chosen by day, and verdict and person are kept', async () => {
  const { samples } = await queue('daily-steps');
  expect(samples.map(({ sample }) => sample)).toEqual(['first-1', 'first-2', 'next-1']);
  expect(samples[0]).toMatchObject({
    label: 'first-1',
    fields: [
      { field: 'step', value: 'P-1' },
      { field: 'user', value: 'ravi' },
    ],
  });
  await judge('daily-steps', 'first-1', { verdict: 'right', expectedVersion: 0 });
  const kept = await postgres.pool.query(
    `select a.state ->> 'state' as state, a.state ->> 'by' as by, f.body::text as fact from aggregate a
     join fact f on f.plan = a.plan and f.kind = 'sample-judged' and f.subject = 'daily-steps'
     where a.plan = 'erp' and a.kind = 'sample' and a.state ->> 'review' = 'daily-steps'`,
  );
  expect(kept.rows).toMatchObject([{ state: 'right', by: 'anita', fact: expect.stringContaining('anita') }]);
});

test('what was judged stays when an earlier sale comes late, and when its event is gone', async () => {
  await store('s-2', [sale('late', LAUNCH + 1, 'I-00', 1)]);
  expect((await queue('first-sales')).samples.map(({ sample }) => sample)).toEqual(['late', 'a/b ?%41', 's-2']);
  await judge('first-sales', 'late', { verdict: 'right', expectedVersion: 0 });
  await telemetry.client.command({
    query: "alter table events delete where plan = 'erp' and event_id = 'late' settings mutations_sync = 1",
  });
  const { samples, review } = await queue('first-sales');
  expect(review).toMatchObject({ chosen: 4, waiting: 1 });
  const gone = samples.find(({ sample }) => sample === 'late');
  expect(gone).toMatchObject({ label: 'I-00', fields: [], verdict: { state: 'right' } });
  expect(gone).not.toHaveProperty('at');
  // It may still be judged otherwise.
  expect(
    await judge('first-sales', 'late', { verdict: 'wrong', note: 'it never was', expectedVersion: 1 }),
  ).toMatchObject({ status: 200 });
  await judge('first-sales', 'late', { verdict: 'settled', note: 'deleted', expectedVersion: 2 });
});

test('a phase that has not begun asks nothing', async () => {
  const { answer } = await ask<{ reviews: { name: string; span: string; chosen: number }[] }>('/reviews');
  expect(answer.reviews.map(({ name, span, chosen }) => [name, span, chosen])).toEqual([
    ['first-sales', 'open', 4],
    ['daily-steps', 'open', 3],
    ['later-sales', 'not-begun', 0],
  ]);
});

test('without the store what was judged is there, can be settled, and closes its alert', async () => {
  await judge('first-sales', 's-3', { verdict: 'wrong', note: 'no such branch', expectedVersion: 0 });
  expect((await alerts())[0]).toMatchObject({ rule: 'sales-misjudged', state: 'firing' });
  isStoreAway = true;
  const { review, samples } = await queue('first-sales');
  expect(review).toMatchObject({ unread: 'It does not answer.', wrong: 1 });
  expect(samples.find(({ sample }) => sample === 's-3')).toMatchObject({ label: 'I-3', fields: [] });
  expect(await judge('first-sales', 's-4', { verdict: 'right', expectedVersion: 0 })).toMatchObject({
    answer: { error: { code: 'telemetry-away' } },
  });
  const settled = { verdict: 'settled', note: 'corrected', expectedVersion: 1 };
  expect(await judge('first-sales', 's-3', settled)).toMatchObject({ status: 200 });
  expect((await alerts())[0]).toMatchObject({ rule: 'sales-misjudged', state: 'resolved' });
  const { answer } = await ask<{ reviews: ReviewAnswer[] }>('/reviews');
  expect(answer.reviews.find(({ name }) => name === 'first-sales')).toMatchObject({ wrong: 0, settled: 3 });
  isStoreAway = false;
  expect((await queue('first-sales')).review).not.toHaveProperty('unread');
});

test('samples are chosen with a few questions, however many events repeat each other and however many slices there are', async () => {
  const branches = 5;
  const from = LAUNCH - 25 * DAY_MS;
  const events = Array.from({ length: 4_160 }, (_, index): EventRecord => {
    const time = from + Math.floor((index * 13 * DAY_MS) / 4_160);
    return { name: 'visit', id: `v-${index}`, time, attributes: { branch: `b-${index % branches}` } };
  });
  await store('visits', events);
  const source: Source = { name: 'visits', event: 'visit', units: {}, oncePer: 'branch' };
  const choose = async (of: Source, slices: readonly SampleSlice[]) => {
    let questions = 0;
    const client = {
      query: (question: Parameters<typeof telemetry.client.query>[0]) => {
        questions += 1;
        return telemetry.client.query(question);
      },
    } as unknown as typeof telemetry.client;
    const query = { plan: 'erp', source: of, until: NOW, time: new SearchTime(clock, 60_000), slices, most: 1_000 };
    const chosen = await chooseSamples(client, query, new AbortController().signal);
    return { ids: chosen.map(({ id }) => id), questions };
  };
  const expected = (of: Source, slices: readonly SampleSlice[]): readonly string[] => {
    const once = new OncePer('branch');
    const found: string[] = [];
    for (const { from: begin, to, count } of slices) {
      let left = count;
      for (const event of events.filter(({ time }) => time >= begin && time < to)) {
        if (left === 0) break;
        if (of.oncePer !== undefined && !once.admits(event, event.time)) continue;
        found.push(event.id);
        left -= 1;
      }
    }
    return found;
  };
  const whole = [{ from, to: Number.POSITIVE_INFINITY, count: 12 }];
  const parts = Array.from({ length: 52 }, (_, part) => {
    return { from: from + part * 6 * HOUR_MS, to: from + (part + 1) * 6 * HOUR_MS, count: 3 };
  });
  const repeated = await choose(source, whole);
  expect(repeated.ids).toEqual(expected(source, whole));
  expect(repeated.questions).toBeLessThanOrEqual(4);
  const fewParts = parts.slice(0, 12);
  expect((await choose(source, fewParts)).ids).toEqual(expected(source, fewParts));
  const { oncePer: _, ...every } = source;
  const all = await choose(every, parts);
  expect(all).toEqual({ ids: expected(every, parts), questions: 2 });
});

// proves: GOLIVE-050
test('a list with one differing sale lists the difference, and the next one without it is equal', async () => {
  const day = { from: new Date(LAUNCH).toISOString(), to: new Date(LAUNCH + DAY_MS).toISOString() };
  const { answer } = await upload(
    '\uFEFFInvoice;Total;note\r\nI-1;100;\r\nI-2;13,5;=1+1\r\nI-3;3;\r\nI-4;4,00;\r\n',
    day,
  );
  expect(answer.comparison).toMatchObject({
    ...{ state: 'different', rows: 4, differences: 1, version: 1, rules: ['sales-differ'] },
    said: { by: 'anita', via: 'web' },
  });
  expect(answer.upload).toMatchObject({ by: 'anita', rows: 4, events: 4, equal: 3, withoutKey: 0, differences: 1 });
  expect(answer.upload?.shown).toMatchObject([
    { kind: 'different', key: 'I-2', lines: [3], values: [{ field: 'total', list: '13,5', system: 12.5 }] },
  ]);
  const [alert] = await alerts();
  expect(alert).toMatchObject({ rule: 'sales-differ', state: 'firing' });
  const detail = await ask<AlertDetailAnswer>(`/alerts/${alert?.alert}`);
  expect(detail.answer.explanation.join('\n')).toContain('I-2');
  expect(detail.answer.explanation.join('\n')).toContain('total 13,5 by hand, 12.5 in sales');

  // A list of the days after has nothing to say of that one.
  const after = await upload('invoice,total\n', { from: day.to });
  expect(after.answer.upload).toMatchObject({ events: 0, differences: 0 });
  expect(after.answer.comparison).toMatchObject({
    ...{ state: 'different', differences: 1 },
    open: [{ differences: 1, by: 'anita', from: day.from }],
  });
  expect((await alerts())[0]).toMatchObject({ rule: 'sales-differ', state: 'firing' });

  const put = await upload('invoice,total\nI-1,100\nI-2,12.50\nI-3,3\nI-4,4\n');
  expect(put.answer.comparison).toMatchObject({ state: 'equal', differences: 0 });
  expect((await alerts())[0]).toMatchObject({ rule: 'sales-differ', state: 'resolved' });
  const kept = await postgres.pool.query('select uploaded_by, list_rows from list_upload order by uploaded_at');
  // What is not compared is not kept.
  expect(kept.rows[0]).toEqual({
    uploaded_by: 'anita',
    list_rows: [
      [2, 'I-1', ['100']],
      [3, 'I-2', ['13,5']],
      [4, 'I-3', ['3']],
      [5, 'I-4', ['4,00']],
    ],
  });
});

test('what differs is settled, and where there is no list the comparison closes as not applicable', async () => {
  const { answer } = await upload('invoice,total\nI-1,100\n');
  expect(answer.comparison).toMatchObject({ state: 'different', differences: 3 });
  const two = await ask<ComparisonDetailAnswer>('/comparisons/manual-sales?limit=2');
  expect(two.answer.upload).toMatchObject({ differences: 3, shown: [{ key: 'I-2' }, { key: 'I-3' }] });
  const { version: expectedVersion } = answer.comparison;
  const settled = await ask('/comparisons/manual-sales/settle', { note: 'entered by hand', expectedVersion });
  expect(settled.answer).toMatchObject({ state: 'settled', said: { by: 'anita', note: 'entered by hand' } });
  const none = { note: 'nobody wrote steps down', expectedVersion: 0 };
  const closed = await ask('/comparisons/paper-steps/not-available', none);
  expect(closed.answer).toMatchObject({ state: 'not-applicable', said: { by: 'anita', note: none.note } });
  const seen = await ask<ComparisonDetailAnswer>('/comparisons/paper-steps');
  expect(seen.answer.comparison.state).toBe('not-applicable');
  const facts = await core.repositories.listFacts({ plan: 'erp', subject: 'paper-steps', limit: 10 });
  expect(facts).toMatchObject([{ kind: 'comparison-not-applicable', body: { by: 'anita' } }]);
});

test('a list that cannot be read names its line, and one of another time or kind is refused', async () => {
  const unreadable = await upload('invoice,total\nI-1,100\nI-2,1,5\n');
  expect(unreadable).toMatchObject({ status: 400, answer: { error: { code: 'list-unreadable' } } });
  expect(unreadable.answer.error.message).toContain('Line 3 of the list');
  const before = { from: '2020-01-01T00:00:00Z', to: '2020-01-02T00:00:00Z' };
  expect(await upload('invoice,total\n', before)).toMatchObject({ status: 400 });
  expect(await upload(`invoice,total\n${'x'.repeat(1_100_000)}`)).toMatchObject({ status: 400 });
  const wide = `invoice,total\n${'ä'.repeat(600_000)}`;
  expect(await upload(wide)).toMatchObject({ answer: { error: { code: 'body-too-large' } } });
  // What events do not hold as it was sent is not found in them, and what looks like a secret is kept nowhere.
  const badges = await ask<{ error: { message: string } }>('/comparisons/badges/uploads', { list: 'invoice,badge\n' });
  expect(badges).toMatchObject({ status: 400, answer: { error: { message: expect.stringContaining('"badge"') } } });
  const secret = await upload('invoice,total\n4111 1111 1111 1111,1\n');
  expect(JSON.stringify(secret.answer)).not.toContain('4111');
  actor = reader;
  expect((await upload('invoice,total\n')).status).toBe(403);
  actor = anita;
  expect((await ask('/comparisons/none')).status).toBe(404);
});

test('who is forgotten is forgotten in lists too', async () => {
  await upload('invoice,total\nu-1,1\nu-12,1\n');
  const uploads = createListUploads(postgres.pool);
  expect(await uploads.forget('erp', ['u-1'], '[forgotten]')).toBe(1);
  const { answer } = await ask<ComparisonDetailAnswer>('/comparisons/manual-sales');
  const keys = answer.upload?.shown.map(({ key }) => key);
  expect(keys?.slice(0, 2)).toEqual(['[forgotten]', 'u-12']);
});
