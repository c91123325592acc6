import type { DurationMs } from '#kernel/instant.ts';
import type { ByPhase, Predicate } from './model.ts';
import type { SecretOr } from './people.ts';
import type { RequestBody } from './request-body.ts';

/** A check that we make, at instants of a grid that does not drift. */
export interface Probe {
  readonly name: string;
  /** The check as written, for people; holds no secret. */
  readonly text: string;
  readonly check: ProbeCheck;
  /** How often, by phase; in a phase without a value it rests. */
  readonly everyMs: ByPhase<DurationMs>;
  /** How often from a failure until it passes again. */
  readonly whileFailingMs?: DurationMs;
  /** After so long without a result the check has failed; never longer than an interval. */
  readonly timeoutMs: DurationMs;
  /** What the result has to satisfy. A kind's own demands hold when there is none, e.g. a status of 200 to 299. */
  readonly expect: readonly Expectation[];
  readonly service?: string;
  /** So many locations have to find a failure before it counts as one; at least half of those that look without it. 1 to 20. */
  readonly agree?: number;
  /** Fields of a JSON answer that are results of parts of the target, by the part's service: `{ database: 'json.checks.database' }`. */
  readonly parts?: Readonly<Record<string, string>>;
  /** What has to be heard of the look after an answer that is as expected: that it was answered is not all. */
  readonly confirm?: Confirmation;
}

/**
 * An event that has to come after a look has sent something: one of `event` whose `field` holds the id that stood for `<run>`. Whoever sends it
 * got what was sent.
 */
export interface Confirmation {
  /** The source as the plan names it; absent where it names events. */
  readonly source?: string;
  /** The `name` field of the events. */
  readonly event: string;
  readonly where?: Predicate;
  /** As of a source. */
  readonly units?: Readonly<Record<string, string>>;
  readonly field: string;
  /** From the beginning of the look; the whole look takes no longer. */
  readonly withinMs: DurationMs;
}

/** A condition on the fields of one result, in the base units of `resultFields` (probe-fields.ts) of the probe's kind. `time` is the whole duration. */
export interface Expectation {
  /** As written, for people. */
  readonly text: string;
  readonly where: Predicate;
}

/** What is done; each kind has a folder of its own. */
export type ProbeCheck =
  | {
      readonly kind: 'http';
      readonly method: 'GET' | 'HEAD' | 'POST';
      /** Holds no credentials. */
      readonly url: string;
      readonly headers: Readonly<Record<string, SecretOr<string>>>;
      /** Of a `POST`. */
      readonly body?: RequestBody;
    }
  | { readonly kind: 'tcp' | 'tls'; readonly host: string; readonly port: number }
  | { readonly kind: 'dns'; readonly record: DnsRecord; readonly domain: string }
  /** `database` is a name of the section `databases`. */
  | { readonly kind: 'query'; readonly database: string; readonly sql: string };

export type DnsRecord = 'A' | 'AAAA' | 'CAA' | 'CNAME' | 'MX' | 'NS' | 'SOA' | 'SRV' | 'TXT';

/** A database that `query` probes read. */
export interface Database {
  readonly name: string;
  /** `postgres://…`, with credentials; always a secret. */
  readonly url: { readonly secret: string };
}

/** A check-in that we expect. */
export interface Heartbeat {
  readonly name: string;
  readonly schedule:
    | { readonly kind: 'interval'; readonly everyMs: DurationMs }
    /** Five fields, in the plan's time zone. */
    | { readonly kind: 'cron'; readonly expression: string };
  /** After its due instant it is late only when this has passed too. */
  readonly graceMs: DurationMs;
  /** A run that was begun and has not ended after so long has overrun. */
  readonly longestMs?: DurationMs;
  readonly service?: string;
}
