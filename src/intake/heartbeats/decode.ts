import type { Instant } from '#kernel/instant.ts';
import type { DecodeContext, Decoded } from '../decoding.ts';
import { buildOwn, ownId } from '../own-events.ts';
import type { AttributeValue } from '../record-builder.ts';

/** What a job says of itself. */
export type HeartbeatState = 'started' | 'succeeded' | 'failed';

/** What the last segment of a check-in's address says. */
export interface Signal {
  readonly state: HeartbeatState;
  readonly exitCode?: number;
}

/** One check-in as its request says it. */
export interface CheckIn extends Signal {
  readonly heartbeat: string;
  /** The service that the plan names for it. */
  readonly service?: string | undefined;
  /** Tells runs apart that overlap, as the job chose it; empty otherwise. */
  readonly run: string;
  /** What the job wrote, e.g. the end of its output. */
  readonly message: string;
  /** When the run began, where that was said. */
  readonly startedAt?: Instant | undefined;
}

/** The state that an address ends with: nothing, `start`, `fail` or an exit code from 0 to 255. Undefined for anything else. */
export function readSignal(segment: string | undefined): Signal | undefined {
  if (segment === undefined) return { state: 'succeeded' };
  if (segment === 'start') return { state: 'started' };
  if (segment === 'fail') return { state: 'failed' };
  if (!/^\d{1,3}$/.test(segment) || Number(segment) > 255) return undefined;
  const exitCode = Number(segment);
  return { state: exitCode === 0 ? 'succeeded' : 'failed', exitCode };
}

const SECOND_MS = 1_000;

/**
 * The event of a check-in. The same one again within a second of the clock has the same id, so that a client that repeats what it got no
 * answer to counts once; later it is another check-in, though its bytes are the same.
 */
export function decodeCheckIn(checkIn: CheckIn, context: DecodeContext): Decoded {
  const { heartbeat, service, run, state, exitCode, message, startedAt } = checkIn;
  const { receivedAt } = context;
  const attributes: Readonly<Record<string, AttributeValue | undefined>> = {
    heartbeat,
    state,
    exit_code: exitCode,
    run,
    service,
    message,
  };
  const durationMs = state === 'started' || startedAt === undefined ? undefined : receivedAt - startedAt;
  const second = Math.floor(receivedAt / SECOND_MS);
  const id = ownId('heartbeat', [
    ...[heartbeat, state, exitCode ?? '', run].map(String).map(encodeURIComponent),
    second,
  ]);
  const decoded = buildOwn(context, (builder) => {
    for (const [key, value] of Object.entries(attributes)) builder.set(key, value);
    builder.end({ name: 'heartbeat', time: receivedAt, id, durationMs });
  });
  return { ...decoded, recognisable: false };
}
