import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '#kernel/assert.ts';
import { type ClickHouseAddress, openClickHouse } from '#storage/clickhouse/client.ts';
import { insertEventColumns } from '#storage/clickhouse/events.ts';
import { insertSamples, insertSeries } from '#storage/clickhouse/samples.ts';
import { eventColumnsOf, type LoadedBlock, samplesOf } from './loader.ts';

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

/** The loader steps back for those who acknowledge and judge, as the store does; Linux knows a priority of each thread. */
const NICENESS = 5;
if (process.platform === 'linux') setPriority(NICENESS);

/** The thread that turns segments into columns of the store, which must not keep a verdict waiting. */
const port = parentPort;
assert(port !== null, 'This file is a thread of intake.');
const client = openClickHouse(workerData as ClickHouseAddress);

port.on('message', ({ request, segmentId, blocks }: LoadRequest) => {
  load(segmentId, blocks).then(
    () => port.postMessage({ request } satisfies LoadAnswer),
    (error: unknown) => {
      const problem = error instanceof Error ? error.message : String(error);
      port.postMessage({ request, problem } satisfies LoadAnswer);
    },
  );
});

/** What describes series comes before their points, so that no point is there whose series nobody knows. */
async function load(segmentId: string, blocks: readonly LoadedBlock[]): Promise<void> {
  await insertEventColumns(client, segmentId, eventColumnsOf(blocks));
  const { samples, series } = samplesOf(blocks);
  await insertSeries(client, segmentId, series);
  await insertSamples(client, segmentId, samples);
}
