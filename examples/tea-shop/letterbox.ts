import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { answer, listen, readBody, readObject, stop } from './http.ts';
import { receiveSlack } from './slack-receiver.ts';
import { startSmtpReceiver } from './smtp-receiver.ts';
import { createToldLog, type ToldMessage } from './told.ts';

export interface LetterboxOptions {
  /** Of the HTTP server; 0 takes a free one. */
  readonly port: number;
  /** Of the mail server; 0 takes a free one. */
  readonly smtpPort: number;
  /** `whsec_…`, the secret that the plan's webhook signs with. */
  readonly webhookSecret: string;
  /** Called once for each message, however often it is sent. The default prints it. */
  readonly received?: (message: ToldMessage) => void;
}

export interface Letterbox {
  /** `GET` lists the last messages, oldest first. */
  readonly receivedUrl: string;
  readonly webhookUrl: string;
  readonly slackUrl: string;
  readonly smtpPort: number;
  readonly messages: readonly ToldMessage[];
  close(): Promise<void>;
}

/** Of the form that Slack gives out. */
const SLACK_PATH = '/services/T0TEA/B0SHOP/letterbox';

/**
 * What stands at the other end of the plan's channels, on loopback: a mail server, an incoming webhook as strict as Slack's, and
 * a webhook that checks signatures (Standard Webhooks).
 */
export async function startLetterbox(options: LetterboxOptions): Promise<Letterbox> {
  const webhook = new Webhook(options.webhookSecret);
  const log = createToldLog(options.received ?? print);

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'GET' && request.url === '/received') return answer(response, 200, log.messages);
    if (request.method !== 'POST') return answer(response, 405, { error: 'Send a message.' });
    const text = await readBody(request);
    if (text === undefined) return answer(response, 413, { error: 'Too long.' });
    if (request.url === '/webhook') return receiveWebhook(request, response, text);
    if (request.url !== SLACK_PATH) return answer(response, 404, { error: 'Nobody lives here.' });
    const slack = receiveSlack(readObject(text), Date.now());
    if (slack.message !== undefined) log.add(slack.message);
    answer(response, slack.status, slack.text, { 'content-type': 'text/plain; charset=utf-8' });
  }

  function receiveWebhook(request: IncomingMessage, response: ServerResponse, text: string): void {
    const headers = headersOf(request);
    let body: Readonly<Record<string, unknown>>;
    try {
      body = webhook.verify(text, headers) as Record<string, unknown>;
    } catch {
      process.stdout.write('webhook receiver: refused a message whose signature does not fit\n');
      answer(response, 401, { error: 'The signature does not fit.' });
      return;
    }
    const id = headers['webhook-id'] ?? '';
    const data = typeof body.data === 'object' && body.data !== null ? body.data : {};
    log.add({
      id,
      channel: 'webhook',
      receivedAt: Date.now(),
      to: String(body.type),
      title: 'title' in data ? String(data.title) : '',
      text: 'text' in data ? String(data.text) : '',
      body,
    });
    answer(response, 200, { received: id });
  }

  const server = createServer((request, response) => void receive(request, response));
  const port = await listen(server, options.port);
  const smtp = await startSmtpReceiver(options.smtpPort, log.add);
  const url = `http://127.0.0.1:${port}`;
  return {
    receivedUrl: `${url}/received`,
    webhookUrl: `${url}/webhook`,
    slackUrl: `${url}${SLACK_PATH}`,
    smtpPort: smtp.port,
    messages: log.messages,
    async close() {
      await Promise.all([stop(server), smtp.close()]);
    },
  };
}

function headersOf(request: IncomingMessage): Record<string, string> {
  const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];
  return Object.fromEntries(names.map((name) => [name, String(request.headers[name] ?? '')]));
}

const receivers = { email: 'mail server', slack: 'slack receiver', webhook: 'webhook receiver' } as const;

function print(message: ToldMessage): void {
  const time = new Date(message.receivedAt).toISOString().slice(11, 23);
  process.stdout.write(`${receivers[message.channel]}: ${time} ${message.to} ${message.title}\n`);
}
