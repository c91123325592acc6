import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Reading {
  readonly signal: string;
  readonly value?: number;
  readonly sampleSize: number;
}

export interface QuickStream {
  readonly url: string;
  /** Messages sent to pages so far. */
  readonly sent: number;
  close(): Promise<void>;
}

/**
 * Stands before a server and passes everything on but the live stream: of that it passes the first message, and then sends changes
 * as often as it is told to, each with the next few readings. The server itself tells at most four times a second.
 */
export async function startQuickStream(
  target: string,
  options: { readonly changesPerSecond: number; readonly readingsPerChange: number },
): Promise<QuickStream> {
  const { host, port } = new URL(target);
  let sent = 0;

  function passOn(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const headers = { ...incoming.headers, host, ...(incoming.headers.origin === undefined ? {} : { origin: target }) };
    const passed = request({ port, method: incoming.method, path: incoming.url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      if (incoming.url?.endsWith('/live') === true && answer.statusCode === 200) quicken(answer, outgoing);
      else answer.pipe(outgoing);
    });
    passed.on('error', () => outgoing.destroy());
    outgoing.once('close', () => passed.destroy());
    incoming.pipe(passed);
  }

  function quicken(answer: IncomingMessage, outgoing: ServerResponse): void {
    let text = '';
    let ticker: NodeJS.Timeout | undefined;
    answer.setEncoding('utf8');
    answer.on('data', (chunk: string) => {
      if (ticker !== undefined) return;
      text += chunk;
      const end = text.indexOf('\n\n');
      if (end < 0) return;
      const first = text.slice(0, end + 2);
      outgoing.write(first);
      const { readings } = JSON.parse(/^data: (.*)$/m.exec(first)?.[1] ?? '{}') as { readings: readonly Reading[] };
      let next = 0;
      ticker = setInterval(() => {
        const at = new Date().toISOString();
        const changed = Array.from({ length: options.readingsPerChange }, (_, index) => {
          const reading = readings[(next + index) % readings.length];
          return {
            ...reading,
            state: 'on target',
            value: Math.round(Math.random() * 1_000),
            sampleSize: next,
            since: at,
          };
        });
        next += options.readingsPerChange;
        sent += 1;
        outgoing.write(
          `event: change\ndata: ${JSON.stringify({ at, watermark: at, lagMs: 0, readings: changed })}\n\n`,
        );
      }, 1_000 / options.changesPerSecond);
    });
    answer.on('error', () => outgoing.destroy());
    outgoing.once('close', () => clearInterval(ticker));
  }

  const server = createServer(passOn);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get sent() {
      return sent;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
