import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { freePort } from '../test/crash/server-process.ts';

const PROMETHEUS = '/usr/bin/prometheus';
const ALERTMANAGER = '/usr/bin/prometheus-alertmanager';

export function prometheusIsInstalled(): boolean {
  return existsSync(PROMETHEUS) && existsSync(ALERTMANAGER);
}

/**
 * Prometheus and Alertmanager tuned as fast as they go: scraped and judged every second, grouped without waiting. The product
 * shows a gauge, so that no window adds to the time. Resolves with the milliseconds from each crossing to its webhook.
 */
export async function measurePrometheus(folder: string, trials: number): Promise<readonly number[]> {
  const failures = new Map<string, number>();
  const arrivedMs = new Map<string, number>();
  const product = createServer((request, response) => {
    void (async () => {
      if (request.url === '/metrics') {
        const lines = [...failures].map(([shop, count]) => `failures{shop="${shop}"} ${count}\n`);
        response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(lines.join(''));
        return;
      }
      const { alerts } = JSON.parse((await buffer(request)).toString()) as {
        alerts: readonly { labels: { shop: string } }[];
      };
      for (const { labels } of alerts) if (!arrivedMs.has(labels.shop)) arrivedMs.set(labels.shop, performance.now());
      response.writeHead(200).end();
    })();
  });
  await new Promise<void>((resolve) => product.listen(0, '127.0.0.1', resolve));
  const { port } = product.address() as AddressInfo;
  const [prometheusPort, alertmanagerPort] = [await freePort(), await freePort()];
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, 'prometheus.yml'),
    `global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [${folder}/rules.yml]
alerting: { alertmanagers: [{ static_configs: [{ targets: ['127.0.0.1:${alertmanagerPort}'] }] }] }
scrape_configs: [{ job_name: shop, static_configs: [{ targets: ['127.0.0.1:${port}'] }] }]
`,
  );
  await writeFile(
    join(folder, 'rules.yml'),
    'groups: [{ name: shop, rules: [{ alert: ShopFailing, expr: failures > 3 }] }]\n',
  );
  await writeFile(
    join(folder, 'alertmanager.yml'),
    `route: { receiver: hook, group_by: [shop], group_wait: 0s, group_interval: 1s }
receivers: [{ name: hook, webhook_configs: [{ url: 'http://127.0.0.1:${port}/page' }] }]
`,
  );
  const children: ChildProcess[] = [
    spawn(
      ALERTMANAGER,
      [
        `--config.file=${folder}/alertmanager.yml`,
        `--storage.path=${folder}/alertmanager`,
        `--web.listen-address=127.0.0.1:${alertmanagerPort}`,
        '--cluster.listen-address=',
      ],
      { stdio: 'ignore' },
    ),
    spawn(
      PROMETHEUS,
      [
        `--config.file=${folder}/prometheus.yml`,
        `--storage.tsdb.path=${folder}/tsdb`,
        `--web.listen-address=127.0.0.1:${prometheusPort}`,
      ],
      { stdio: 'ignore' },
    ),
  ];
  try {
    await untilReady(`http://127.0.0.1:${prometheusPort}/-/ready`);
    await untilReady(`http://127.0.0.1:${alertmanagerPort}/-/ready`);
    const latencies: number[] = [];
    for (let trial = 0; trial < trials; trial += 1) {
      const shop = `shop-${trial}`;
      failures.set(shop, 3);
      await new Promise((resolve) => setTimeout(resolve, 1_500 + Math.random() * 1_000));
      const crossedMs = performance.now();
      failures.set(shop, 4);
      while (!arrivedMs.has(shop)) await new Promise((resolve) => setTimeout(resolve, 2));
      latencies.push((arrivedMs.get(shop) ?? 0) - crossedMs);
    }
    return latencies;
  } finally {
    for (const child of children) child.kill('SIGTERM');
    product.closeAllConnections();
    product.close();
  }
}

async function untilReady(url: string): Promise<void> {
  while (
    !(await fetch(url).then(
      (response) => response.ok,
      () => false,
    ))
  )
    await new Promise((resolve) => setTimeout(resolve, 50));
}
