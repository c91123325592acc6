import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Attempt, Channel, ChannelContext } from '#channels/channel.ts';
import type { LeasedNotification } from '#core/store.ts';
import { parseEgressAllow } from '#egress/allowance.ts';
import { createEgress } from '#egress/egress.ts';
import { sampleNotification } from '../conformance/channel.ts';

/** A request as a provider's server saw it, its body read as JSON. */
export interface SeenRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: http.IncomingHttpHeaders;
  readonly bytes: number;
  // biome-ignore lint/suspicious/noExplicitAny: each provider has a shape of its own, and tests look into it.
  readonly body: any;
}

export interface ProviderReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpProvider {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  /** Lets a channel send one message to it, through the real way out. */
  send(
    channel: Channel,
    settings: ChannelContext['settings'],
    more?: Partial<ChannelContext>,
    notification?: LeasedNotification,
  ): Promise<Attempt>;
  close(): Promise<void>;
}

/** A server on loopback that answers as a provider documents it. */
export async function startHttpProvider(reply: (request: SeenRequest) => ProviderReply): Promise<HttpProvider> {
  const seen: SeenRequest[] = [];
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const bytes = Buffer.concat(parts);
      const url = new URL(request.url ?? '/', 'http://provider.example');
      const body: unknown = JSON.parse(bytes.toString('utf8'));
      const one = { path: url.pathname, query: url.searchParams, headers: request.headers, bytes: bytes.length, body };
      seen.push(one);
      const { status, headers, body: text } = reply(one);
      response.writeHead(status, headers).end(text);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const allow = parseEgressAllow('127.0.0.1');
  if (!allow.ok) throw new Error(allow.failure.message);
  const egress = createEgress({ allow: allow.value });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    send: (channel, settings, more = {}, notification = sampleNotification()) =>
      channel.send(notification, {
        transport: egress,
        mail: egress,
        now: 1_772_440_001_000,
        timeoutMs: 5_000,
        settings,
        links: {
          alert: 'https://watch.example/plans/tea-shop/alerts/A-1',
          acknowledge: 'https://watch.example/a/token',
        },
        severityRank: 0,
        timezone: 'Europe/Berlin',
        putInbox: async () => {},
        ...more,
      }),
    async close() {
      egress.close();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A firing alert whose texts are as hostile and as long as texts get. */
export function hostileNotification(): LeasedNotification {
  const sample = sampleNotification();
  const evil = `<!channel> <b>&amp; *_~\`[x](https://evil.example) @everyone "'\\ ${'🍵<&>*_`\\'.repeat(5_000)}`;
  const [evidence] = sample.content.evidence;
  if (evidence === undefined) throw new Error('the sample has no evidence');
  return {
    ...sample,
    content: {
      ...sample.content,
      planTitle: evil,
      group: JSON.stringify([evil, evil]),
      condition: evil,
      runbook: evil,
      evidence: new Array(100).fill({ ...evidence, text: `and ${evil}` }),
    },
  };
}

/** The same alert when it is over. */
export function resolvedNotification(): LeasedNotification {
  const sample = sampleNotification();
  return {
    ...sample,
    id: '0198f2a0-0000-7000-8000-000000000002',
    identity: { ...sample.identity, step: 'resolved' },
    content: { ...sample.content, state: 'resolved', step: 'resolved', resolvedAt: 1_772_440_600_000 },
  };
}
