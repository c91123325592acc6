import { ApiFailure } from '#contract/client.ts';
import type { RehearsalMessage, RehearsalResult } from '#contract/rehearsals.ts';
import { readLines } from '../../api/json-lines.ts';
import type { TextFile } from '../../plan-language/protocol.ts';

export interface Progress {
  readonly reachedMs: number;
  readonly fromMs: number;
  readonly untilMs: number;
}

interface RunOptions {
  readonly plan: string;
  readonly scenario: TextFile;
  readonly signal: AbortSignal;
  /** Others are played before it. */
  readonly onWaiting: (ahead: number) => void;
  readonly onProgress: (progress: Progress) => void;
}

/** Plays a scenario on the server. Aborting the signal ends it there as well. Throws `ApiFailure` for what the server refuses. */
export async function runRehearsal(options: RunOptions): Promise<RehearsalResult> {
  const { plan, scenario, signal } = options;
  const response = await fetch(`/api/plans/${encodeURIComponent(plan)}/rehearsals`, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'content-type': 'application/json', accept: 'application/x-ndjson' },
    body: JSON.stringify({ scenario: { path: scenario.path, text: scenario.text } }),
    signal,
  });
  if (!response.ok || response.body === null) {
    const failure = (await response.json().catch(() => undefined)) as { error?: object } | undefined;
    throw new ApiFailure(response.status, failure?.error ?? {});
  }
  for await (const message of readLines<RehearsalMessage>(response.body)) {
    if (message.type === 'result') return message.result;
    if (message.type === 'failed') throw new ApiFailure(response.status, message.error);
    if (message.type === 'waiting') options.onWaiting(message.ahead);
    else options.onProgress(message);
  }
  throw new TypeError('The answer ended before the rehearsal was through.');
}
