import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { faultEffects, faultLabels, faultNames, isFaultName } from './faults.ts';
import { answer, listen, readBody, readObject, stop } from './http.ts';
import type { BuyAnswer, OfficeState, ToldState } from './office-state.ts';
import type { Shop } from './shop.ts';
import type { ToldMessage } from './told.ts';

export interface OfficeOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly shop: Shop;
  /** The list of messages that left, of the letterbox; without it the page says that nobody listens. */
  readonly receivedUrl?: string;
  /** Where the shop is watched, for the page's link. */
  readonly watchbillUrl?: string;
}

export interface Office {
  readonly url: string;
  close(): Promise<void>;
}

const STATE_EVERY_MS = 1_000;
const BUY_TIMEOUT_MS = 10_000;

const pageFiles: Readonly<Record<string, { readonly file: string; readonly type: string }>> = {
  '/': { file: 'index.html', type: 'text/html; charset=utf-8' },
  '/page.css': { file: 'page.css', type: 'text/css; charset=utf-8' },
  '/cup.svg': { file: 'cup.svg', type: 'image/svg+xml' },
  ...Object.fromEntries(
    ['page.ts', 'sparkline.ts', 'told-list.ts', 'slack-blocks.ts', 'element.ts'].map((file) => [
      `/${file}`,
      { file, type: 'text/javascript; charset=utf-8' },
    ]),
  ),
};

const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/** A mail is somebody else's HTML: it may look as it likes, run nothing, fetch nothing, and open its links beside us. */
const MAIL_POLICY =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'";

/**
 * The room behind the counter, where the shop's own page shows its figures, its faults are switched and the messages lie that
 * left. It stays open when the shop is down.
 */
export async function startOffice(options: OfficeOptions): Promise<Office> {
  const { shop } = options;
  const files = await readPageFiles();
  const streams = new Set<ServerResponse>();
  let told: readonly ToldMessage[] = [];
  let toldText = '[]';

  function state(): string {
    const on = shop.faults.active();
    const current: OfficeState = {
      now: Date.now(),
      figures: shop.figures.snapshot(),
      faults: faultNames.map((name) => ({
        name,
        label: faultLabels[name],
        effect: faultEffects[name],
        on: on.includes(name),
      })),
      telemetry: shop.telemetry,
      shopUrl: shop.url,
      ...(options.watchbillUrl === undefined ? {} : { watchbillUrl: options.watchbillUrl }),
    };
    return JSON.stringify(current);
  }

  /** Tells every open page how things stand; nothing is asked while nobody looks. */
  async function tell(): Promise<void> {
    if (streams.size === 0) return;
    broadcast('shop', state());
    const text = await fetchTold();
    if (text === toldText) return;
    toldText = text;
    broadcast('told', text);
  }

  async function fetchTold(): Promise<string> {
    if (options.receivedUrl === undefined) return toldText;
    try {
      told = (await (await fetch(options.receivedUrl)).json()) as readonly ToldMessage[];
    } catch {
      // The letterbox ends with the demo; the page keeps what it has.
    }
    return JSON.stringify(told.map(listed));
  }

  function broadcast(event: string, data: string): void {
    for (const stream of streams) stream.write(`event: ${event}\ndata: ${data}\n\n`);
  }

  function openStream(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(`retry: 1000\nevent: shop\ndata: ${state()}\n\nevent: told\ndata: ${toldText}\n\n`);
    streams.add(response);
    response.once('close', () => streams.delete(response));
  }

  /** Buys as any customer does, through the shop's own door. */
  async function buy(body: string): Promise<BuyAnswer> {
    const order = { ...readObject(body), user: 'you' };
    try {
      const response = await fetch(`${shop.url}/orders`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(order),
        signal: AbortSignal.timeout(BUY_TIMEOUT_MS),
      });
      const { amount, error } = (await response.json()) as { amount?: number; error?: string };
      return amount === undefined
        ? { outcome: 'refused', text: error ?? `The shop answered ${response.status}.` }
        : { outcome: 'sold', text: `Sold, for $${amount.toFixed(2)}.` };
    } catch {
      return { outcome: 'closed', text: 'Nobody answers the door.' };
    }
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    if (!isOurs(request)) return answer(response, 403, { error: 'Only from this page.' });
    const file = Object.hasOwn(files, path) ? files[path] : undefined;
    if (request.method === 'GET') {
      if (file !== undefined) {
        return answer(response, 200, file.text, {
          'content-type': file.type,
          'content-security-policy': PAGE_POLICY,
          'cache-control': 'no-cache',
          'referrer-policy': 'no-referrer',
          'x-content-type-options': 'nosniff',
        });
      }
      if (path === '/stream') return openStream(response);
      if (path === '/faults') return answer(response, 200, { on: shop.faults.active(), effects: faultEffects });
      if (path.startsWith('/told/')) return serveMail(response, decodeKey(path.slice('/told/'.length)));
      return answer(response, 404, { error: 'No such page.' });
    }
    if (request.method !== 'POST') return answer(response, 405, { error: 'GET or POST.' });
    const body = (await readBody(request)) ?? '';
    if (path === '/buy') return answer(response, 200, await buy(body));
    switchFault(response, path, body);
  }

  function serveMail(response: ServerResponse, key: string): void {
    const html = told.find((message) => keyOf(message) === key)?.html;
    if (html === undefined) answer(response, 404, { error: 'No such mail.' });
    // Its links open beside the page: inside the frame nothing could be clicked on.
    else answer(response, 200, `<base target="_blank">${html}`, { 'content-security-policy': MAIL_POLICY });
  }

  /** `POST /faults/NAME {"on": true, "forSeconds": 60}` switches. */
  function switchFault(response: ServerResponse, path: string, body: string): void {
    const name = path.startsWith('/faults/') ? path.slice('/faults/'.length) : '';
    if (!isFaultName(name)) {
      answer(response, 404, { error: `POST /faults/NAME, with one of: ${faultNames.join(', ')}.` });
      return;
    }
    const wanted = readObject(body);
    const forSeconds = wanted?.forSeconds;
    if (typeof wanted?.on !== 'boolean' || (forSeconds !== undefined && !(Number(forSeconds) > 0))) {
      answer(response, 400, {
        error: 'Send {"on": true} or {"on": false}, with "forSeconds" if it is to end by itself.',
      });
      return;
    }
    shop.faults.set(name, wanted.on, forSeconds === undefined ? undefined : Number(forSeconds) * 1_000);
    broadcast('shop', state());
    answer(response, 200, { on: shop.faults.active(), effect: faultEffects[name] });
  }

  const server = createServer((request, response) => void serve(request, response));
  const port = await listen(server, options.port);
  const ticker = setInterval(() => void tell(), STATE_EVERY_MS);
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      clearInterval(ticker);
      await stop(server);
    },
  };
}

/** Another page that the visitor has open reaches loopback too, under its own origin or under a name of its own. */
function isOurs(request: IncomingMessage): boolean {
  const { host = '', origin } = request.headers;
  if (!/^(127\.0\.0\.1|localhost):\d+$/.test(host)) return false;
  return origin === undefined || origin === `http://${host}`;
}

function keyOf(message: ToldMessage): string {
  return `${message.channel} ${message.id}`;
}

function listed(message: ToldMessage): ToldState {
  const { html, ...rest } = message;
  return { ...rest, key: keyOf(message), hasHtml: html !== undefined };
}

function decodeKey(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

/** The page is TypeScript like the rest; what a browser gets is the same text without the types. */
async function readPageFiles(): Promise<Readonly<Record<string, { readonly text: string; readonly type: string }>>> {
  const entries = Object.entries(pageFiles).map(async ([path, { file, type }]) => {
    const text = await readFile(join(import.meta.dirname, 'page', file), 'utf8');
    return [path, { type, text: file.endsWith('.ts') ? stripTypeScriptTypes(text) : text }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
