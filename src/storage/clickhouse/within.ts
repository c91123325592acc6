import type { ClickHouseClient } from '@clickhouse/client';
import { WatchbillError } from '#kernel/error-codes.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';

/** Asks the telemetry store something for a page: an answer in time, or `telemetry-away`. */
export type AskTelemetry = <Value>(
  ask: (client: ClickHouseClient, signal: AbortSignal) => Promise<Value>,
) => Promise<Value>;

/** What is asked has a limit of its own in the store; this one is for a store that does not answer at all. */
export function askWithin(client: ClickHouseClient, clock: Clock): AskTelemetry {
  return async (ask) => {
    const controller = new AbortController();
    const cancel = clock.after(limits.telemetryQueryMs, () => controller.abort());
    try {
      return await ask(client, controller.signal);
    } catch (caught) {
      if (caught instanceof WatchbillError) throw caught;
      if (controller.signal.aborted) {
        throw new WatchbillError('telemetry-away', 'The telemetry store does not answer in time.');
      }
      throw new WatchbillError('telemetry-away', `The telemetry store cannot be used: ${reasonOf(caught)}.`);
    } finally {
      cancel();
    }
  };
}

/** What the store says of a question that takes it too long, or too much memory. */
const MUCH: ReadonlySet<unknown> = new Set(['159', '241']);

/** The same for a question that may be asked for less: `much` when it takes the store too long, or too much memory. */
export async function askUnlessMuch<Value>(
  within: AskTelemetry,
  mayBeMuch: boolean,
  ask: Parameters<typeof within<Value>>[0],
): Promise<Value | 'much'> {
  return within<Value | 'much'>(async (client, signal) => {
    try {
      return await ask(client, signal);
    } catch (caught) {
      const code = caught instanceof Error ? (caught as Error & { readonly code?: unknown }).code : undefined;
      // Its own limit of time and ours are the same: either may be first.
      if (mayBeMuch && (MUCH.has(code) || signal.aborted)) return 'much';
      throw caught;
    }
  });
}

/** In a few words of ours: what the store says may repeat what was asked. */
function reasonOf(caught: unknown): string {
  const code = caught instanceof Error ? String((caught as Error & { readonly code?: unknown }).code ?? '') : '';
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND') return 'nothing listens where it should be';
  if (code === 'ECONNRESET') return 'the connection broke';
  if (code === '159') return 'the question takes too long; ask for a shorter range';
  if (code === '241') return 'the question needs too much memory; ask for fewer signals or a shorter range';
  if (code === '202') return 'it has too many questions already';
  if (code === '60' || code === '81') return 'its tables are not there yet';
  return code === '' ? 'it does not answer' : `it answers with error ${code}`;
}
