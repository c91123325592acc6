import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { runCore } from '#engine/run-core.ts';
import { compilePlan } from '#plan/compile.ts';
import { type ApplicationOptions, createApplication } from '../../src/http/application.ts';
import type { ApiServices } from '../../src/http/services.ts';
import { createSystemRandom } from '../../src/system-random.ts';
import { clock, type temporaryPostgres } from './postgres.ts';

const random = createSystemRandom();
const nowhere = (): Promise<never> => Promise.reject(new Error('Nothing is sent here.'));

/** A core on a database of its own, which tells nobody of anything. */
export function quietCore({ pool, folder }: Awaited<ReturnType<typeof temporaryPostgres>>) {
  return runCore({
    ...{ owner: 'test', pool, linkPath: join(folder, 'link.sock'), clock, random, compile: compilePlan },
    transport: { send: nowhere },
    mail: { sendMail: nowhere },
    resolveSecret: async () => undefined,
    log: () => {},
  } as unknown as Parameters<typeof runCore>[0]);
}

/** The API with these services, on a free port; `url` is where its paths begin. */
export async function serveApi(
  services: Partial<ApiServices>,
  authenticate: ApplicationOptions['authenticate'],
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const application = createApplication({
    ...{ services, authenticate, hosts: ['127.0.0.1'], random, clock, version: '1.2.3', log: () => {} },
    audit: { append: async () => {} },
  } as unknown as ApplicationOptions);
  const server = createServer(getRequestListener(application.fetch));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
