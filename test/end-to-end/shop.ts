import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { type RecordedPage, type RecordingProvider, startRecordingProvider } from '../crash/recording-provider.ts';
import { INGEST_KEY, onCleanUp, until } from './program.ts';

/** A plan that is quick to fire and quick to end. */
export const SHOP_PLAN = `plan: shop
title: Shop
timezone: UTC
launch: 2026-01-01 00:00
people:
  mia: { email: mia@shop.example }
channels:
  ops: { kind: webhook, url: secret SHOP_WEBHOOK_URL, secret: secret SHOP_WEBHOOK_SECRET }
sources: { payments: events "payment", refund: events "refund" }
signals:
  failures:        count(payments where outcome = "failed" by shop) over 5s
  payment_success: share(payments where outcome = "ok") over 15m, at least 20
  refunds:         count(refund) over 5m
severities: { urgent: { notify: [mia by app, webhook:ops] } }
rules:
  shop-failing: { when: failures > 3, until: failures < 1, severity: urgent }
`;

/** The other end of the plan's webhook. */
export interface Receiver extends RecordingProvider {
  /** What a server needs to page here. */
  readonly environment: Readonly<Record<string, string>>;
  /** The body of the first page of this type about this shop, as soon as it is there. */
  page(type: string, shop: string): Promise<RecordedPage['body']>;
}

export async function startReceiver(folder: string): Promise<Receiver> {
  const secret = `whsec_${randomBytes(24).toString('base64')}`;
  const provider = await startRecordingProvider(join(folder, 'pages.ndjson'), secret);
  onCleanUp(() => provider.stop());
  return {
    ...provider,
    environment: {
      WATCHBILL_INGEST_KEY: INGEST_KEY,
      WATCHBILL_EGRESS_ALLOW: `127.0.0.1:${provider.port}`,
      SHOP_WEBHOOK_URL: `http://127.0.0.1:${provider.port}/pages`,
      SHOP_WEBHOOK_SECRET: secret,
    },
    page: (type, shop) =>
      until(
        `a page ${type} about ${shop}`,
        () =>
          provider.pages.find(({ body }) => body.type === type && JSON.stringify(body.data.group) === `["${shop}"]`)
            ?.body,
      ),
  };
}

/** Failed payments of one shop, now. */
export function failuresOf(shop: string, count: number): readonly Readonly<Record<string, unknown>>[] {
  return Array.from({ length: count }, () => ({ name: 'payment', outcome: 'failed', shop }));
}

/** How many events of a shop the telemetry store of a running server has, as soon as there are so many. */
export async function untilStored(dataFolder: string, shop: string, count: number): Promise<number> {
  const { stores } = JSON.parse(await readFile(join(dataFolder, 'server.json'), 'utf8')) as {
    stores: { clickhouse: { url: string; username: string; password: string } };
  };
  const log = { level: ClickHouseLogLevel.OFF };
  const client = createClient({ ...stores.clickhouse, database: 'watchbill', log });
  try {
    return await until(`${count} events of ${shop} in the store`, async () => {
      try {
        const answer = await client.query({
          query: `select count() as count from events where strings['shop'] = {shop: String}`,
          query_params: { shop },
          format: 'JSONEachRow',
        });
        const found = Number((await answer.json<{ count: number }>())[0]?.count);
        return found >= count ? found : undefined;
      } catch {
        // It may be down on purpose.
        return undefined;
      }
    });
  } finally {
    await client.close();
  }
}
