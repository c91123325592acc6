import { Worker } from 'node:worker_threads';
import type { SystemRow } from '#insight/vouching/compare-list.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { limits } from '#kernel/limits.ts';
import type { ComparedList, CompareQuestion, CompareTask, CompareWord } from './compare-thread.ts';

/**
 * Compares a list in a thread of its own, so that the core's goes on judging. `readSystem` is called once the list could be read, and hands on
 * what stands on the other side; what it throws is thrown. Throws `list-unreadable`, and `search-too-large` when all of it needs too much memory.
 */
export async function compareApart(
  task: CompareTask,
  readSystem: (take: (rows: readonly SystemRow[]) => void) => Promise<void>,
  megabytes: number = limits.comparisonMegabytes,
): Promise<ComparedList> {
  const worker = new Worker(new URL('./compare-thread.ts', import.meta.url), {
    workerData: task,
    // It needs none of the secrets that the core was started with.
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: megabytes },
  });
  const read = Promise.withResolvers<void>();
  const compared = Promise.withResolvers<ComparedList>();
  const fail = (reason: Error): void => {
    read.reject(reason);
    compared.reject(reason);
  };
  // Whoever waits for the first is told; nobody may be waiting for the second yet.
  compared.promise.catch(() => {});
  worker.on('message', (word: CompareWord) => {
    if (word.type === 'read') read.resolve();
    else if (word.type === 'compared') compared.resolve(word.compared);
    else fail(new WatchbillError(word.code, word.message, word.where));
  });
  worker.on('error', (error: Error & { readonly code?: string }) => {
    const message = `Comparing the list needed more than ${megabytes} MB. Compare a shorter time.`;
    fail(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? new WatchbillError('search-too-large', message, 'list') : error);
  });
  worker.on('exit', () => fail(new Error('The thread that compares a list ended before it was through.')));
  const ask = (question: CompareQuestion): void => worker.postMessage(question);
  try {
    await read.promise;
    await readSystem((rows) => ask({ type: 'rows', rows }));
    ask({ type: 'end' });
    return await compared.promise;
  } finally {
    await worker.terminate();
  }
}
