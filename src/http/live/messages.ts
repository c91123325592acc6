import type { FactAnswer } from '#contract/journal.ts';
import type { LiveChange, LiveMessage, LiveStatus } from '#contract/live.ts';
import { formatInstant, type Instant } from '#kernel/instant.ts';
import type { EndReason } from './follower.ts';
import type { LiveSnapshot } from './live-snapshot.ts';

const encoder = new TextEncoder();

/** Nothing for the reader, but a sign to whatever stands between that the connection lives. */
export const heartbeat: Uint8Array = encoder.encode(': alive\n\n');

/** JSON has no line breaks of its own, so one `data` line is enough. */
function write(event: LiveMessage['event'], json: string, id?: number): Uint8Array {
  return encoder.encode(`event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${json}\n\n`);
}

/** What of a status does not depend on who reads it: written once for all readers that come at the same time. */
export function statusTail(snapshot: LiveSnapshot): string {
  const { watermark, lagMs, plan, readings, alerts } = snapshot;
  const tail: Omit<LiveStatus, 'at' | 'lastFact'> = {
    ...(watermark === undefined ? {} : { watermark }),
    lagMs,
    plan,
    readings: [...readings.values()],
    alerts: [...alerts.values()],
  };
  return JSON.stringify(tail).slice(1);
}

/** The first message. Its id is the last fact that does not follow, so that a reader who lost the connection before any fact resumes there. */
export function statusMessage(tail: string, at: Instant, lastFact: number, retryMs: number): Uint8Array {
  const head = JSON.stringify({ at: formatInstant(at), lastFact } satisfies Pick<LiveStatus, 'at' | 'lastFact'>);
  return encoder.encode(`retry: ${retryMs}\nevent: status\nid: ${lastFact}\ndata: ${head.slice(0, -1)},${tail}\n\n`);
}

export function changeMessage(change: LiveChange): Uint8Array {
  return write('change', JSON.stringify(change));
}

export function factMessage(fact: FactAnswer): Uint8Array {
  return write('fact', JSON.stringify(fact), fact.sequence);
}

export function endMessage(reason: EndReason): Uint8Array {
  return write('end', JSON.stringify({ reason }));
}
