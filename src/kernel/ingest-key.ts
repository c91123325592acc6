/** `wb_<kind>_<id>_<secret>`, base 32: the shape of the keys that Watchbill makes. It fits into a DSN, where a key is letters, digits and `_`. */
const OWN_SHAPE = /^wb_(?:ingest|sentry|metrics|heartbeat|prober)_([a-z2-7]{16})_[a-z2-7]{32}$/;
/** Of what other programs make: visible ASCII characters without a space, so that it fits into a header. */
const ANY_SHAPE = /^[\x21-\x7e]{16,200}$/;

/** What a key has to be, for people. */
export const INGEST_KEY_FORM = '16 to 200 visible ASCII characters without spaces';

/** Whether a text can be an ingest key: one that Watchbill made, or a preset one. */
export function isIngestKey(text: string): boolean {
  return ANY_SHAPE.test(text);
}

/** The public part of a key, by which it is found; `hash` is the SHA-256 of the whole key, in hexadecimal digits. */
export function ingestKeyId(key: string, hash: string): string {
  return OWN_SHAPE.exec(key)?.[1] ?? `preset-${hash.slice(0, 16)}`;
}

/** What a key may do: each scope is one family of protocols. Keys are made for senders, who need all that a product sends. */
export const senderScopes = ['events:write', 'otlp:write', 'rw:write'] as const;

/**
 * What a key is for. One that stands in a DSN is in every page of a product for all to read, so it may do nothing but send what a Sentry SDK
 * sends. One for metrics reads what intake says of itself, and sends nothing. One for
 * heartbeats stands in addresses, crontabs and logs of jobs, and says nothing but that a job ran. One for a prober elsewhere
 * reads which probes there are and tells what they found.
 */
export const keyKinds = ['ingest', 'sentry', 'metrics', 'heartbeat', 'prober'] as const;
export type KeyKind = (typeof keyKinds)[number];

/** What a key of each kind may do. */
export const scopesOfKind: Readonly<Record<KeyKind, readonly string[]>> = {
  ingest: senderScopes,
  sentry: ['sentry:write'],
  metrics: ['metrics:read'],
  heartbeat: ['heartbeat:write'],
  prober: ['checks:write'],
};

/** SDKs need a number there; the key alone says which plan it is. */
const PROJECT = '1';

/** The DSN under which Sentry SDKs reach intake; `intakeUrl` is where senders do, with or without a path. */
export function sentryDsn(intakeUrl: string, key: string): string {
  const [, scheme = 'https', rest = ''] = /^(https?):\/\/(.*?)\/*$/.exec(intakeUrl) ?? [];
  return `${scheme}://${key}@${rest}/${PROJECT}`;
}
