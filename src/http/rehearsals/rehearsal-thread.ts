import { parentPort, workerData } from 'node:worker_threads';
import type { RehearsalResult } from '#contract/rehearsals.ts';
import { assert } from '#kernel/assert.ts';
import { withoutScenarios } from '#plan/scenario-file.ts';
import { runScenario } from '#rehearsal/run-scenario.ts';

interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** What the thread is given. */
export interface RehearsalTask {
  readonly files: readonly TextFile[];
  readonly scenario: TextFile;
}

/** What it says: how far it is, and at last the result as JSON, written here so that the core's own thread need not. */
export type RehearsalWord =
  | { readonly type: 'progress'; readonly reachedMs: number; readonly fromMs: number; readonly untilMs: number }
  | { readonly type: 'result'; readonly json: Uint8Array };

/** The thread in which one rehearsal is played: a day of traffic takes a second or more, and no alert may wait for it. */
const port = parentPort;
assert(port !== null, 'This file is a thread of the core.');
const { files, scenario } = workerData as RehearsalTask;
const { timeline, state, diagnostics, events, recording, notExecuted } = runScenario({
  planFiles: withoutScenarios(files),
  scenario,
  // All files that there are belong to the one plan; another version to apply on the way is not among them.
  readFile: () => undefined,
  record: (progress) => port.postMessage({ type: 'progress', ...progress } satisfies RehearsalWord),
});
const result = {
  state,
  diagnostics,
  events,
  timeline,
  notExecuted: notExecuted.map(({ what, path, line }) => ({ what, path, line })),
  ...(recording === undefined ? {} : { recording }),
};
const json = new TextEncoder().encode(JSON.stringify(result satisfies Writable<RehearsalResult>));
port.postMessage({ type: 'result', json } satisfies RehearsalWord, [json.buffer]);

/** The same shape, whose arrays need not be ours to change. */
type Writable<Value> = Value extends readonly (infer Item)[]
  ? readonly Writable<Item>[]
  : Value extends object
    ? { readonly [Key in keyof Value]: Writable<Value[Key]> }
    : Value;
