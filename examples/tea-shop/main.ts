// Starts a part of the demo as a process of its own:
//   main.ts shop --port 4800 --control-port 4801 --intake http://127.0.0.1:4318     the key in TEA_SHOP_KEY
//   main.ts receiver --port 4802                                                    the secret in TEA_SHOP_WEBHOOK_SECRET
// Prints one line of JSON with its addresses when it is ready, and ends on SIGTERM or SIGINT, or when its parent does.
import { parseArgs } from 'node:util';
import { startShop } from './shop.ts';
import { startWebhookReceiver } from './webhook-receiver.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    port: { type: 'string', default: '0' },
    'control-port': { type: 'string', default: '0' },
    intake: { type: 'string', default: 'http://127.0.0.1:4318' },
    load: { type: 'string', default: '1' },
  },
});

async function startPart(part: string | undefined): Promise<{ readonly close: () => Promise<void> }> {
  if (part === 'shop') {
    const shop = await startShop({
      port: Number(values.port),
      controlPort: Number(values['control-port']),
      intakeUrl: values.intake,
      key: required('TEA_SHOP_KEY'),
      load: Number(values.load),
    });
    tellReady({ url: shop.url, controlUrl: shop.controlUrl });
    return shop;
  }
  if (part === 'receiver') {
    const receiver = await startWebhookReceiver({
      port: Number(values.port),
      secret: required('TEA_SHOP_WEBHOOK_SECRET'),
    });
    tellReady({ url: receiver.url });
    return receiver;
  }
  process.stderr.write('main.ts shop|receiver: see the comment at the top of this file\n');
  process.exit(64);
}

function required(name: string): string {
  const value = process.env[name];
  if (value !== undefined && value !== '') return value;
  process.stderr.write(`${name} is not set\n`);
  process.exit(64);
}

function tellReady(addresses: Readonly<Record<string, string>>): void {
  process.stdout.write(`${JSON.stringify({ ready: true, ...addresses })}\n`);
}

let ending = false;
function end(close: () => Promise<void>): void {
  if (ending) return;
  ending = true;
  void close().then(() => process.exit(0));
}

const parent = process.ppid;
const started = await startPart(positionals[0]);
for (const reason of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.on(reason, () => end(started.close));
// A parent that was killed says nothing; its orphans get another one.
setInterval(() => {
  if (process.ppid !== parent) end(started.close);
}, 1_000).unref();
