import { open } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

export interface RecordedPage {
  readonly id: string;
  readonly body: {
    readonly type: string;
    readonly data: { readonly alert: string; readonly rule: string; readonly group: unknown };
  };
  /** performance.now() at which it came in. */
  readonly atMs: number;
}

/** A provider of pages: verifies the signature, writes the request down durably, and only then answers. */
export interface RecordingProvider {
  readonly port: number;
  readonly pages: readonly RecordedPage[];
  /** Requests whose signature did not hold; must stay empty. */
  readonly forged: readonly string[];
  stop(): Promise<void>;
}

export async function startRecordingProvider(recordPath: string, secret: string): Promise<RecordingProvider> {
  const file = await open(recordPath, 'a');
  const verifier = new Webhook(secret);
  const pages: RecordedPage[] = [];
  const forged: string[] = [];
  const server: Server = createServer((request, response) => {
    void (async () => {
      const text = (await buffer(request)).toString('utf8');
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      try {
        verifier.verify(text, headers);
      } catch (problem) {
        forged.push(String(problem));
        response.writeHead(401).end();
        return;
      }
      await file.appendFile(`${JSON.stringify({ id: headers['webhook-id'], body: JSON.parse(text) })}\n`);
      await file.datasync();
      pages.push({ id: String(headers['webhook-id']), body: JSON.parse(text), atMs: performance.now() });
      response.writeHead(200).end();
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    pages,
    forged,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await file.close();
    },
  };
}
