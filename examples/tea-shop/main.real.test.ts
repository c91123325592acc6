import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';

const entry = fileURLToPath(new URL('main.ts', import.meta.url));
const environment = {
  ...process.env,
  TEA_SHOP_KEY: 'wb_ingest_test',
  TEA_SHOP_WEBHOOK_SECRET: `whsec_${Buffer.from('a secret of thirty-two bytes or so').toString('base64')}`,
};

/** The line of JSON that a part prints when it is ready. */
async function readyLine(stream: NodeJS.ReadableStream): Promise<Record<string, string>> {
  let text = '';
  for await (const chunk of stream) {
    text += chunk;
    if (text.includes('\n')) return JSON.parse(text.slice(0, text.indexOf('\n')));
  }
  throw new Error(`ended without being ready: ${text}`);
}

test('the shop says where it is when it is ready, and ends when told', async () => {
  const shop = spawn(process.execPath, [entry, 'shop', '--load', '0', '--intake', 'http://127.0.0.1:9'], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { url, shopUrl } = await readyLine(shop.stdout);
  expect((await fetch(`${shopUrl}/health`)).status).toBe(200);
  expect((await fetch(`${url}/faults`)).status).toBe(200);
  const exit = once(shop, 'exit');
  shop.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
});

test('a part does not outlive a parent that was killed', async () => {
  const parentScript = `
    const { spawn } = await import('node:child_process');
    spawn(process.execPath, [${JSON.stringify(entry)}, 'letterbox'], { stdio: ['ignore', 'inherit', 'inherit'] });
    setInterval(() => {}, 1_000);`;
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', parentScript], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { receivedUrl } = await readyLine(parent.stdout);
  expect((await fetch(receivedUrl ?? '')).status).toBe(200);
  parent.kill('SIGKILL');
  await vi.waitFor(() => expect(fetch(receivedUrl ?? '')).rejects.toThrow(), { timeout: 10_000, interval: 100 });
});

test('a part without its secret says which, and does not start', async () => {
  const { TEA_SHOP_KEY: _, ...withoutKey } = environment;
  const shop = spawn(process.execPath, [entry, 'shop'], { env: withoutKey, stdio: ['ignore', 'ignore', 'pipe'] });
  let problems = '';
  shop.stderr.on('data', (chunk) => {
    problems += chunk;
  });
  expect(await once(shop, 'close')).toEqual([64, null]);
  expect(problems).toBe('TEA_SHOP_KEY is not set\n');
});
