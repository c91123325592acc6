import { Worker } from 'node:worker_threads';
import type { ClickHouseAddress } from '#storage/clickhouse/client.ts';
import type { LoadAnswer, LoadRequest } from './load-worker.ts';
import type { EventSink } from './loader.ts';

/** Inserts segments from a thread of its own. A thread that ends fails what it was asked, and the next call starts another. */
export function createThreadedSink(address: ClickHouseAddress): EventSink & { close(): Promise<void> } {
  let worker: Worker | undefined;
  let last = 0;
  const waiting = new Map<number, { readonly resolve: () => void; readonly reject: (error: Error) => void }>();

  const failAll = (ended: Worker, error: Error): void => {
    // A thread that fails also exits; by then another may be at work.
    if (worker !== ended) return;
    worker = undefined;
    const failed = [...waiting.values()];
    waiting.clear();
    for (const { reject } of failed) reject(error);
  };
  const start = (): Worker => {
    const started = new Worker(new URL('./load-worker.ts', import.meta.url), { workerData: address });
    started.on('message', ({ request, problem }: LoadAnswer) => {
      const entry = waiting.get(request);
      waiting.delete(request);
      if (problem === undefined) entry?.resolve();
      else entry?.reject(new Error(problem));
    });
    started.on('error', (error: unknown) =>
      failAll(started, error instanceof Error ? error : new Error(String(error))),
    );
    started.on('exit', () => failAll(started, new Error('The loading thread has ended.')));
    return started;
  };

  return {
    insert(segmentId, blocks) {
      worker ??= start();
      const thread = worker;
      const request = ++last;
      return new Promise((resolve, reject) => {
        waiting.set(request, { resolve, reject });
        // The blocks are views of one file; what is sent is a copy of each alone. (`slice` of a Buffer would be a view again.)
        const copies = blocks.map((block) => ({ ...block, payload: new Uint8Array(block.payload) }));
        const message: LoadRequest = { request, segmentId, blocks: copies };
        thread.postMessage(
          message,
          copies.map((block) => block.payload.buffer as ArrayBuffer),
        );
      });
    },
    async close() {
      await worker?.terminate();
    },
  };
}
