// Starts a part of the demo as a process of its own:
//   main.ts shop --port 4800 --intake http://127.0.0.1:4318     the key in TEA_SHOP_KEY
//     and, for its page: --received URL-of-the-letterbox's-list --watchbill URL
//   main.ts letterbox --port 4802 --smtp-port 4825              the webhook's secret in TEA_SHOP_WEBHOOK_SECRET
// Prints one line of JSON with its addresses when it is ready, and ends on SIGTERM or SIGINT, or when its parent does.
import { parseArgs } from 'node:util';
import { startLetterbox } from './letterbox.ts';
import { startOffice } from './office.ts';
import { startShop } from './shop.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    port: { type: 'string', default: '0' },
    'smtp-port': { type: 'string', default: '0' },
    intake: { type: 'string', default: 'http://127.0.0.1:4318' },
    load: { type: 'string', default: '1' },
    received: { type: 'string' },
    watchbill: { type: 'string' },
  },
});

async function startPart(part: string | undefined): Promise<{ readonly close: () => Promise<void> }> {
  if (part === 'shop') {
    const shop = await startShop({
      port: 0,
      intakeUrl: values.intake,
      key: required('TEA_SHOP_KEY'),
      load: Number(values.load),
    });
    const office = await startOffice({
      port: Number(values.port),
      shop,
      ...(values.received === undefined ? {} : { receivedUrl: values.received }),
      ...(values.watchbill === undefined ? {} : { watchbillUrl: values.watchbill }),
    });
    tellReady({ url: office.url, shopUrl: shop.url });
    return {
      async close() {
        await office.close();
        await shop.close();
      },
    };
  }
  if (part === 'letterbox') {
    const letterbox = await startLetterbox({
      port: Number(values.port),
      smtpPort: Number(values['smtp-port']),
      webhookSecret: required('TEA_SHOP_WEBHOOK_SECRET'),
    });
    const { receivedUrl, webhookUrl, slackUrl, smtpPort } = letterbox;
    tellReady({ receivedUrl, webhookUrl, slackUrl, smtpUrl: `smtp://127.0.0.1:${smtpPort}` });
    return letterbox;
  }
  process.stderr.write('main.ts shop|letterbox: see the comment at the top of this file\n');
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
