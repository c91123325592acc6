import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ServerRecord } from '#cli/client.ts';
import { openClickHouse } from '#storage/clickhouse/client.ts';
import type { ServerProcess } from '../crash/server-process.ts';
import { cleanUp, emptyFolder, getApi, INGEST_KEY, makeServer, onCleanUp, sendEvents, until } from './program.ts';
import {
  lintMetrics,
  type Prometheus,
  prometheusIsInstalled,
  startPrometheus,
  startTarget,
  type Target,
  type Told,
} from './prometheus.ts';

const TARGET_TOKEN = 'the-target-asks-for-this';
const RESTART_AT = 4;
/** Answers that each asker has to have heard: some before the restart of the counter and some after. */
const ANSWERS = 7;

afterAll(cleanUp);

describe.skipIf(!prometheusIsInstalled())('with a real Prometheus', () => {
  let dataFolder: string;
  let target: Target;
  let server: ServerProcess;
  let prometheus: Prometheus;
  let token: string;
  let key: string;
  let points: (name: string, job: string) => Promise<readonly number[]>;

  beforeAll(async () => {
    const folder = await emptyFolder();
    dataFolder = join(folder, 'data');
    target = await startTarget(TARGET_TOKEN, RESTART_AT);
    const plan = join(folder, 'plan.yaml');
    await writeFile(
      plan,
      `plan: shop
scrapes:
  own: { target: "${target.url}", every: 1s, timeout: 500ms, labels: { team: blue }, keep: [shop_*], token: secret TARGET_TOKEN }
  closed: { target: "http://10.255.255.1:9/metrics", every: 1s }
  keyless: { target: "${target.url}", every: 1s, token: secret NEVER_SET }
sources:
  orders: samples "shop_orders_total"
  level:  samples "shop_level" where job = "own"
signals:
  placed: sum(orders by job) over 1h
  lowest: min(level) over 1h
`,
    );
    server = await makeServer({
      dataFolder,
      plan,
      environment: { TARGET_TOKEN, WATCHBILL_EGRESS_ALLOW: '127.0.0.1', WATCHBILL_INGEST_KEY: INGEST_KEY },
    });
    server.start();
    await server.untilReady();
    token = (await post('/api/tokens', { name: 'prometheus', level: 'viewer' }))['token'] ?? '';
    key = (await post('/api/plans/shop/keys', { name: 'prometheus', kind: 'metrics' }))['key'] ?? '';
    prometheus = await startPrometheus(
      join(folder, 'prometheus'),
      `global: { scrape_interval: 1s, scrape_timeout: 1s }
scrape_configs:
  - { job_name: theirs, static_configs: [{ targets: ['${new URL(target.url).host}'] }] }
  - job_name: core
    authorization: { credentials: ${token} }
    static_configs: [{ targets: ['${new URL(server.url).host}'] }]
  - job_name: intake
    authorization: { credentials: ${key} }
    static_configs: [{ targets: ['${new URL(server.intakeUrl).host}'] }]
remote_write:
  - url: ${server.intakeUrl}/api/v1/write
    authorization: { credentials: ${INGEST_KEY} }
    queue_config: { batch_send_deadline: 200ms }
    write_relabel_configs: [{ source_labels: [job, __name__], regex: 'theirs;shop_.*', action: keep }]
`,
    );
    const { stores } = JSON.parse(await readFile(join(dataFolder, 'server.json'), 'utf8')) as ServerRecord;
    const client = openClickHouse(stores.clickhouse);
    onCleanUp(() => client.close());
    points = async (name, job) => {
      const result = await client.query({
        query: `select value from samples final where plan = 'shop' and series_id in
          (select series_id from series where plan = 'shop' and name = {name:String} and labels['job'] = {job:String})
          order by ts`,
        query_params: { name, job },
        format: 'JSONEachRow',
      });
      return (await result.json<{ value: number }>()).map(({ value }) => value);
    };
  });

  async function post(path: string, body: unknown): Promise<Readonly<Record<string, string>>> {
    const admin = (await readFile(join(dataFolder, 'admin-token'), 'utf8')).trim();
    const response = await fetch(`${server.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
    return (await response.json()) as Readonly<Record<string, string>>;
  }

  /** The value of a signal, of its only group or that of a job. */
  async function figure(signal: string, job?: string): Promise<number | undefined> {
    const { plans } = await getApi<{
      plans: readonly { signals: readonly { signal: string; group: readonly string[]; value?: number }[] }[];
    }>(server, dataFolder, '/api/status');
    const readings = plans[0]?.signals.filter((reading) => reading.signal === signal);
    return readings?.find(({ group }) => job === undefined || group[0] === job)?.value;
  }

  /** What was told to an asker until it had heard enough, once all of it is in our store. */
  async function untilStored(
    asker: 'prometheus' | 'watchbill',
    job: string,
  ): Promise<Told & { readonly stored: Told }> {
    const told = await until(`answers to ${asker}`, () => {
      const now = target.told(asker);
      return now.orders.length >= ANSWERS ? now : undefined;
    });
    const count = told.orders.length;
    const [orders, levels] = await until(`${count} points of ${job} in the store`, async () => {
      const found = [await points('shop_orders_total', job), await points('shop_level', job)] as const;
      return found.every(({ length }) => length >= count) ? found : undefined;
    });
    return {
      ...told,
      stored: {
        orders: orders.slice(0, count),
        levels: levels.slice(0, count),
        placed: growthOf(orders.slice(0, count)),
      },
    };
  }

  test('what it scrapes and writes to us is what its target said, a restart of its counter included', async () => {
    const { stored, orders, levels, placed } = await untilStored('prometheus', 'theirs');
    expect(stored).toEqual({ orders, levels, placed });
    expect(orders[RESTART_AT - 1]).toBeLessThan(orders[RESTART_AT - 2] ?? 0);
  });

  test('what we scrape ourselves is what the same target said to us', async () => {
    const { stored, orders, levels, placed } = await untilStored('watchbill', 'own');
    expect(stored).toEqual({ orders, levels, placed });
    expect(await points('noise_total', 'own')).toEqual([]);
    expect((await points('up', 'own')).every((value) => value === 1)).toBe(true);
    expect((await points('scrape_samples_scraped', 'own')).every((value) => value === 3)).toBe(true);
  });

  test('the plan’s figures of both are those that the target counted', async () => {
    for (const [asker, job] of [
      ['prometheus', 'theirs'],
      ['watchbill', 'own'],
    ] as const) {
      const wanted = target.told(asker).placed[ANSWERS - 1] ?? Number.NaN;
      const value = await until(`the orders of ${job}`, async () => {
        const found = await figure('placed', job);
        return found !== undefined && found >= wanted ? found : undefined;
      });
      // It has been asked again since: each answer has another sum.
      expect(target.told(asker).placed).toContain(value);
    }
    const lowest = await figure('lowest');
    expect(target.told('watchbill').levels).toContain(lowest);
  });

  test('it reads what core and intake say of themselves, and answers with our figures', async () => {
    await sendEvents(server, [{ name: 'order' }, { name: 'order' }, { name: '' }, { name: '' }]);
    const of = async (query: string) => (await prometheus.query(query)).map(({ value }) => value);
    await until('both targets to be up', async () => {
      const up = await of('sum(up{job=~"core|intake"})');
      return up[0] === 2 ? true : undefined;
    });
    await until('our rejections', async () => {
      const rejected = await of('watchbill_intake_rejected_total{plan="shop",code="name-invalid"}');
      return rejected[0] === 2 ? true : undefined;
    });
    expect(await of('watchbill_ready')).toEqual([1]);
    expect(await of('watchbill_plan_running{plan="shop"}')).toEqual([1]);
    expect(await of('watchbill_alerts{plan="shop",state="firing"}')).toEqual([0]);
    expect(await of('watchbill_intake_scrape_up{scrape="own"}')).toEqual([1]);
    const { intake } = await getApi<{ intake: { accepted: number } }>(server, dataFolder, '/api/status');
    const accepted = await until('what was accepted by then', async () => {
      const [value = 0] = await of('watchbill_intake_accepted_total{plan="shop"}');
      return value >= intake.accepted ? value : undefined;
    });
    const later = await getApi<{ intake: { accepted: number } }>(server, dataFolder, '/api/status');
    expect(accepted).toBeLessThanOrEqual(later.intake.accepted);
  });

  test('its own linter finds nothing wrong with them', async () => {
    for (const [url, credential] of [
      [server.url, token],
      [server.intakeUrl, key],
    ]) {
      const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${credential}` } });
      expect(await lintMetrics(await response.text())).toBe('');
    }
  });

  test('a target that may not be asked, and one whose secret is missing, say so', async () => {
    const { scrapes } = await until('the states of the targets', async () => {
      const answer = await getApi<{
        scrapes: readonly { name: string; state: string; reason?: string; message?: string }[];
      }>(server, dataFolder, '/api/plans/shop/scrapes');
      return answer.scrapes.every(({ state }) => state !== 'waiting') ? answer : undefined;
    });
    expect(scrapes).toMatchObject([
      { name: 'own', state: 'up' },
      {
        name: 'closed',
        state: 'down',
        reason: 'address-refused',
        message: expect.stringContaining('to WATCHBILL_EGRESS_ALLOW'),
      },
      { name: 'keyless', state: 'down', reason: 'secret-missing', message: 'The secret NEVER_SET is not set.' },
    ]);
    expect((await points('up', 'closed')).every((value) => value === 0)).toBe(true);
  });
});

/** How much a counter has grown with each of its values, one that starts again from nothing included. */
function growthOf(values: readonly number[]): readonly number[] {
  let grown = 0;
  return values.map((value, index) => {
    const before = values[index - 1];
    if (before !== undefined) grown += value < before ? value : value - before;
    return grown;
  });
}
