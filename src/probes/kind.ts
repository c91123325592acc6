import type { Dialler } from '#egress/dialler.ts';
import type { DurationMs, Instant } from '#kernel/instant.ts';
import type { Clock, TransportFailure } from '#kernel/ports.ts';
import type { FieldValue } from '#plan/model.ts';
import type { Database, ProbeCheck } from '#plan/probe.ts';

/** What a kind says of itself; docs and tests derive from it. */
export interface KindSpec {
  readonly kind: ProbeCheck['kind'];
  /** How it is written in a plan. */
  readonly form: string;
  readonly summary: string;
  /** What its results hold beside outcome and duration, by the name that events have for it. */
  readonly fields: Readonly<
    Record<string, { readonly unit: 'ms' | 'bytes' | 'days' | 'count' | 'text'; readonly means: string }>
  >;
  /** Why a result of this kind did not pass, beside `commonReasons`. */
  readonly reasons: Readonly<Record<string, { readonly outcome: 'failed' | 'unmeasured'; readonly means: string }>>;
  /** What has to hold when the plan says nothing, for people. */
  readonly demands: string;
}

/** What is known of a secret; see `Secrets` of intake. */
export type SecretLook =
  | { readonly state: 'known'; readonly value: string }
  | { readonly state: 'unset' }
  | { readonly state: 'awaited' };

export interface ProbeContext {
  readonly dialler: Dialler;
  readonly now: () => Instant;
  /** For kinds that wait for more than the dialler does. */
  readonly clock: Clock;
  /** What is left for all of it. A kind that keeps to it need not watch the time beside. */
  readonly timeoutMs: DurationMs;
  /** Aborted when nobody waits for the result any more. */
  readonly signal: AbortSignal;
  readonly secret: (name: string) => SecretLook;
  readonly database: (name: string) => Database | undefined;
  /** The id of this look, which stands for `<run>` in what it sends; the same each time. */
  readonly run: () => string;
}

/**
 * What one look at the target found. `problem` says that there is nothing to judge, or that what there is cannot be good; without one the
 * expectations are judged by `read`.
 */
export interface Sighting {
  /** Told with the result, by the names of the spec. */
  readonly fields: Readonly<Record<string, FieldValue>>;
  readonly problem?: Problem;
  /** What an expectation names, in base units; undefined when the answer has no such field. `time` is the runner's. */
  read?(field: string): FieldValue | undefined;
  /** What the kind demands when the plan expects nothing. */
  demand?(): Problem | undefined;
  /** What shows a failure; cut by whoever keeps it. */
  readonly evidence?: string;
  /** Whether a part of the target is well, by the field that names it; undefined when the answer does not say. */
  part?(field: string): boolean | undefined;
  /** A field that was read is larger than what was looked at, so no judgement by it is one. */
  isCut?(): boolean;
}

export interface Problem {
  readonly outcome: 'failed' | 'unmeasured';
  readonly reason: string;
  /** For people; holds no secret. */
  readonly message: string;
}

/** A kind of check. `run` never throws for what the target or the network does, and ends when its time is over. */
export interface ProbeKind<Kind extends ProbeCheck['kind'] = ProbeCheck['kind']> {
  readonly spec: KindSpec;
  run(check: CheckOf<Kind>, context: ProbeContext): Promise<Sighting>;
}

export type CheckOf<Kind extends ProbeCheck['kind']> = Extract<ProbeCheck, { readonly kind: Kind }>;

/** Why a result of any kind did not pass. */
export const commonReasons = {
  'timed-out': { outcome: 'failed', means: 'There was no whole answer within the timeout.' },
  'connection-failed': { outcome: 'failed', means: 'No connection could be made.' },
  'connection-lost': { outcome: 'failed', means: 'The connection broke before there was a whole answer.' },
  'name-not-found': { outcome: 'failed', means: 'The name has no address.' },
  'expectation-failed': { outcome: 'failed', means: 'The answer is not what `expect` says.' },
  'address-refused': {
    outcome: 'unmeasured',
    means: 'The operator does not permit this address; the message says what does.',
  },
  'url-refused': { outcome: 'unmeasured', means: 'The address cannot be dialled as it is written.' },
  'scheme-refused': { outcome: 'unmeasured', means: 'Only http and https are dialled.' },
  'resolver-away': { outcome: 'unmeasured', means: 'Our own resolver does not answer.' },
  'network-away': { outcome: 'unmeasured', means: 'Our own machine has no way out.' },
  'secret-missing': { outcome: 'unmeasured', means: 'A secret that the check names is not set where it runs.' },
  'started-late': { outcome: 'unmeasured', means: 'We were too late to give the target its time.' },
  stopped: { outcome: 'unmeasured', means: 'The prober was stopped meanwhile.' },
  'kind-unknown': { outcome: 'unmeasured', means: 'This prober is older than the plan and does not know the check.' },
  'internal-error': { outcome: 'unmeasured', means: 'Something of ours broke.' },
} as const satisfies KindSpec['reasons'];

/** What a failure of the way out says of the target. */
export function problemOf({ reason, message, isOurs }: TransportFailure): Problem {
  if (isOurs === true) {
    const ours = reason === 'connection-failed' ? 'network-away' : 'resolver-away';
    return { outcome: 'unmeasured', reason: ours, message };
  }
  return { outcome: commonReasons[reason].outcome, reason, message };
}

/** Parts of the duration as fields, in ms to the hundredth. */
export function timeFields(timings: {
  readonly dnsMs?: number;
  readonly connectMs?: number;
  readonly tlsMs?: number;
  readonly firstByteMs?: number;
  readonly confirmedMs?: number;
}): Readonly<Record<string, number>> {
  const named = [
    ['time.dns', timings.dnsMs],
    ['time.connect', timings.connectMs],
    ['time.tls', timings.tlsMs],
    ['time.first_byte', timings.firstByteMs],
    ['time.confirmed', timings.confirmedMs],
  ] as const;
  return Object.fromEntries(
    named.flatMap(([name, ms]) => (ms === undefined ? [] : [[name, Math.round(ms * 100) / 100]])),
  );
}
