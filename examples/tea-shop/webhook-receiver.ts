import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { answer, listen, readBody, stop } from './http.ts';

export interface WebhookReceiverOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** `whsec_…`, the secret that the plan's channel signs with. */
  readonly secret: string;
  /** Called once for each message, however often it is sent. The default prints it. */
  readonly received?: (message: ReceivedMessage) => void;
}

export interface ReceivedMessage {
  /** `webhook-id`: the same when a message is sent again. */
  readonly id: string;
  readonly receivedAt: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface WebhookReceiver {
  readonly url: string;
  /** The last hundred messages, oldest first. */
  readonly messages: readonly ReceivedMessage[];
  close(): Promise<void>;
}

const MESSAGES_KEPT = 100;

/**
 * What stands at the other end of a page: checks the signature (Standard Webhooks), tells repeats by their id, and prints.
 * `GET /received` lists the last messages.
 */
export async function startWebhookReceiver(options: WebhookReceiverOptions): Promise<WebhookReceiver> {
  const webhook = new Webhook(options.secret);
  const messages: ReceivedMessage[] = [];
  const received = options.received ?? print;

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'GET' && request.url === '/received') return answer(response, 200, messages);
    if (request.method !== 'POST') return answer(response, 405, { error: 'Send a webhook.' });
    const text = await readBody(request);
    if (text === undefined) return answer(response, 413, { error: 'Too long.' });
    let body: Readonly<Record<string, unknown>>;
    try {
      body = webhook.verify(text, headersOf(request)) as Record<string, unknown>;
    } catch {
      process.stdout.write('webhook receiver: refused a message whose signature does not fit\n');
      return answer(response, 401, { error: 'The signature does not fit.' });
    }
    const id = headersOf(request)['webhook-id'] ?? '';
    if (!messages.some((message) => message.id === id)) {
      const message = { id, receivedAt: Date.now(), body };
      messages.push(message);
      if (messages.length > MESSAGES_KEPT) messages.shift();
      received(message);
    }
    answer(response, 200, { received: id });
  }

  const server = createServer((request, response) => void receive(request, response));
  const port = await listen(server, options.port);
  return { url: `http://127.0.0.1:${port}/`, messages, close: () => stop(server) };
}

function headersOf(request: IncomingMessage): Record<string, string> {
  const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];
  return Object.fromEntries(names.map((name) => [name, String(request.headers[name] ?? '')]));
}

function print(message: ReceivedMessage): void {
  const data = message.body.data;
  const title = typeof data === 'object' && data !== null && 'title' in data ? String(data.title) : '';
  const time = new Date(message.receivedAt).toISOString().slice(11, 23);
  process.stdout.write(`webhook receiver: ${time} ${String(message.body.type)} ${title}\n`);
}
