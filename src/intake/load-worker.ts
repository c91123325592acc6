import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '#kernel/assert.ts';
import { type ClickHouseAddress, openClickHouse } from '#storage/clickhouse/client.ts';
import { insertEvents } from '#storage/clickhouse/events.ts';
import { eventsOf, type LoadedBlock } from './loader.ts';

/** What the thread is asked, and what it says. */
export interface LoadRequest {
  readonly request: number;
  readonly segmentId: string;
  readonly blocks: readonly LoadedBlock[];
}

export interface LoadAnswer {
  readonly request: number;
  readonly problem?: string;
}

/**
 * The thread that turns segments into rows: that takes several times as long as taking the events in, and must not keep a
 * verdict waiting.
 */
const port = parentPort;
assert(port !== null, 'This file is a thread of intake.');
const client = openClickHouse(workerData as ClickHouseAddress);

port.on('message', ({ request, segmentId, blocks }: LoadRequest) => {
  insertEvents(client, segmentId, eventsOf(blocks)).then(
    () => port.postMessage({ request } satisfies LoadAnswer),
    (error: unknown) => {
      const problem = error instanceof Error ? error.message : String(error);
      port.postMessage({ request, problem } satisfies LoadAnswer);
    },
  );
});
