import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { answeringServer, folderWith, removeFolders } from './testing.ts';

const server = answeringServer();
const { asked, run } = server;
beforeAll(server.start);
afterAll(async () => {
  await server.stop();
  removeFolders();
});
beforeEach(server.forget);

const plan = '/api/plans/tea%20shop';
const at = '2026-03-02T09:00:00.000Z';
const by = { text: 'admin', people: ['anita'] };
const review = {
  name: 'first-sales',
  by,
  span: 'open',
  chosen: 3,
  waiting: 2,
  right: 0,
  wrong: 1,
  settled: 0,
  ask: 'As rung up?',
};
const verdict = { state: 'wrong', by: 'anita', at, via: 'web', note: 'no such branch', version: 3 };
const samples = [
  { sample: 's-1', label: 'I-1', at, fields: [{ field: 'total', value: 12 }], verdict },
  { sample: 's-2', label: 'I-2', at, fields: [{ field: 'total', value: '\u001b[31m9' }] },
  { sample: 's-3', label: 'I-2', at, fields: [{ field: 'total', value: 9 }] },
];
const comparison = {
  name: 'manual',
  source: 'sales',
  by,
  span: 'open',
  key: 'invoice',
  state: 'different',
  rows: 2,
  differences: 2,
  open: [],
  version: 4,
};
const list = 'invoice,total\nI-1,13\n';
const upload = {
  ...{ upload: 'u', at, by: 'anita', from: at, to: at, rows: 2, events: 3, withoutKey: 1, equal: 1, differences: 2 },
  shown: [
    {
      kind: 'different',
      key: 'I-1',
      lines: [2],
      inList: 1,
      inSystem: 1,
      values: [{ field: 'total', list: '13', system: 12 }],
    },
  ],
};

describe('reviews', () => {
  test('shows all that people are asked, and with --waiting only what waits', async () => {
    server.answers = {
      [`GET ${plan}/reviews`]: [200, { reviews: [review, { ...review, name: 'done', waiting: 0 }] }],
      [`GET ${plan}/comparisons`]: [200, { comparisons: [{ ...comparison, said: { by: 'anita', at, via: 'cli' } }] }],
    };
    const { output } = await run('reviews');
    expect(output).toMatch(/^first-sales +admin +open +2 +0 +1 +0$/m);
    expect(output).toMatch(/^manual +admin +open +2 differ, the list has 2 lines \(anita\)$/m);
    expect(output).toContain('done');
    expect((await run('reviews', '--waiting')).output).not.toContain('done');
  });

  test('shows the samples of one, and nothing that a terminal would obey', async () => {
    server.answers = { [`GET ${plan}/reviews/first-sales/samples`]: [200, { review, samples }] };
    const { output } = await run('reviews', 'first-sales');
    expect(output).toContain('first-sales: 2 of 3 wait for admin. As rung up?');
    expect(output).toMatch(/^I-1 .* 12 +wrong, says anita: no such branch$/m);
    expect(output).not.toContain('\u001b');
  });

  test('says where only what was judged is known', async () => {
    const unread = { ...review, waiting: 0, chosen: 1, unread: 'The telemetry store does not answer in time.' };
    const judged = [{ sample: 's-1', label: 'I-1', fields: [], verdict }];
    server.answers = {
      [`GET ${plan}/reviews`]: [200, { reviews: [unread] }],
      [`GET ${plan}/comparisons`]: [200, { comparisons: [] }],
      [`GET ${plan}/reviews/first-sales/samples`]: [200, { review: unread, samples: judged }],
    };
    expect((await run('reviews', '--waiting')).output).toMatch(/^first-sales +admin +open +not known +0 +1 +0$/m);
    const { output } = await run('reviews', 'first-sales');
    expect(output).toContain('only what was judged is known. The telemetry store does not answer in time. As rung up?');
    expect(output).toMatch(/^I-1 +not known now/m);
  });
});

describe('judge', () => {
  test('by what names the sample, with the version that was seen', async () => {
    server.answers = {
      [`GET ${plan}/reviews/first-sales/samples`]: [200, { review, samples }],
      [`POST ${plan}/reviews/first-sales/samples/s-1/verdict`]: [
        200,
        { ...samples[0], verdict: { ...verdict, by: 'mia' } },
      ],
    };
    const judged = await run('judge', 'first-sales', 'I-1', 'settled', '--note', 'corrected');
    expect(judged).toMatchObject({ exit: 0, output: 'I-1 of first-sales is settled, says mia.\n' });
    expect(asked[1]?.body).toEqual({ verdict: 'settled', expectedVersion: 3, note: 'corrected' });
    expect(await run('judge', 'first-sales', 'I-2', 'right')).toMatchObject({
      exit: 64,
      errors: expect.stringContaining('s-2, s-3'),
    });
    expect(await run('judge', 'first-sales', 'I-9', 'right')).toMatchObject({ exit: 66 });
    expect(await run('judge', 'first-sales', 'I-1', 'perhaps')).toMatchObject({ exit: 64 });
  });
});

describe('compare', () => {
  test('uploads a list and prints what differs', async () => {
    const folder = folderWith({ 'list.csv': `\uFEFF${list}` });
    server.answers = {
      [`POST ${plan}/comparisons/manual/uploads`]: [200, { comparison, upload, segmentsWaiting: 1 }],
    };
    const { output } = await server.runIn(folder, 'compare', 'manual', 'list.csv', '--from', at);
    expect(asked[0]?.body).toEqual({ list, from: at });
    expect(output).toContain('manual: 2 differ, the list has 2 lines.\nCompared with 3 events of sales');
    expect(output).toContain('1 events have no invoice.');
    expect(output).toContain('compare again soon');
    expect(output).toMatch(/^I-1 +2 +total: 13 in the list, 12 in the system$/m);
    expect(output).toContain('1 more differ.');
    expect(await server.runIn(folder, 'compare', 'manual', 'none.csv')).toMatchObject({ exit: 66 });
  });

  test('settles, says that there is no list, and does one thing at a time', async () => {
    server.answers = {
      [`GET ${plan}/comparisons/manual`]: [200, { comparison, segmentsWaiting: 0 }],
      [`POST ${plan}/comparisons/manual/settle`]: [200, { ...comparison, state: 'settled' }],
      [`POST ${plan}/comparisons/manual/not-available`]: [200, { ...comparison, state: 'not-applicable' }],
    };
    expect((await run('compare', 'manual')).output).toBe('manual: 2 differ, the list has 2 lines.\n');
    expect((await run('compare', 'manual', '--settled', 'entered')).output).toBe('manual: settled, 2 differed.\n');
    expect((await run('compare', 'manual', '--not-available', 'nobody kept one')).output).toContain('not applicable');
    expect(asked.at(-1)?.body).toEqual({ note: 'nobody kept one', expectedVersion: 4 });
    expect(await run('compare', 'manual', '--settled', 'a', '--not-available', 'b')).toMatchObject({ exit: 64 });
    expect(await run('compare', 'manual', '--from', at)).toMatchObject({ exit: 64 });
  });
});
