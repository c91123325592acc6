import { type KeyKind, sentryDsn } from '#kernel/ingest-key.ts';

/** An event as an example: what a plan waits for, or what it has seen. */
export interface ExampleEvent {
  readonly name: string;
  readonly fields: Readonly<Record<string, string | number | boolean>>;
}

export interface SnippetOptions {
  /** Where intake listens, without a slash at its end. */
  readonly url: string;
  /** The key itself, while it is known: it is shown once. */
  readonly key: string | undefined;
  readonly event: ExampleEvent;
  /** A heartbeat of the plan, for its address. */
  readonly job?: string | undefined;
}

export const snippetKinds = {
  curl: 'curl',
  node: 'Node.js',
  opentelemetry: 'OpenTelemetry',
  prometheus: 'Prometheus',
  sentry: 'Sentry',
  send: 'watchbill send',
  ship: 'watchbill ship',
  heartbeat: 'Heartbeat of a job',
  prober: 'Prober elsewhere',
  metrics: 'Metrics of intake',
} as const;
export type SnippetKind = keyof typeof snippetKinds;

/** The kind of key that each takes. */
export function keyKindOf(kind: SnippetKind): KeyKind {
  return kind === 'sentry' || kind === 'heartbeat' || kind === 'prober' || kind === 'metrics' ? kind : 'ingest';
}

/** The way that a key of a kind is shown with when it is new. */
export function firstWayOf(kind: KeyKind): SnippetKind {
  return kind === 'ingest' ? 'curl' : kind;
}

/** What each of them is for. */
export const snippetPurposes: Readonly<Record<SnippetKind, string>> = {
  curl: 'One request with one event. Any language can do the same.',
  node: 'From a product; Node 18 and later have fetch. Browsers should not: a key is for servers.',
  opentelemetry: 'For a program with an OpenTelemetry SDK, in any language: its traces, metrics and logs.',
  prometheus:
    'For prometheus.yml, or whatever else speaks remote write. Watchbill can also fetch metrics itself: the plan’s section scrapes.',
  sentry: 'Errors, requests, calls and queries of any Sentry SDK, also in browsers. It needs a key for Sentry SDKs.',
  send: 'From the command line of Watchbill, which tries again until intake has answered.',
  ship: 'A web server’s access log as requests, with its place kept over restarts.',
  heartbeat:
    'At the end of a job that the plan expects under heartbeats. Whoever has the address can check in, and do nothing else.',
  prober:
    'On another machine, which then makes the probes of the plan too. Secrets that probes name come from its environment.',
  metrics:
    'For prometheus.yml: what intake says of itself, such as events taken and refused. The key reads that alone.',
};

/** Where a snippet has the key from while that is not known here. */
export function keyPlaceOf(kind: SnippetKind): string {
  if (kind === 'sentry') return 'The DSN is read from SENTRY_DSN.';
  if (kind === 'prometheus' || kind === 'metrics')
    return `The key is read from the file ${KEY_FILE} beside prometheus.yml.`;
  if (kind === 'heartbeat') return 'The key is read from WATCHBILL_HEARTBEAT_KEY.';
  return 'The key is read from WATCHBILL_INGEST_KEY.';
}

/** Prometheus reads no environment. */
const KEY_FILE = 'watchbill-key';

/** A text to be pasted that works as it is; without a key it is read from where `keyPlaceOf` says. */
export function snippet(kind: SnippetKind, { url, key, event, job = 'backup' }: SnippetOptions): string {
  const shellKey = key === undefined ? '"$WATCHBILL_INGEST_KEY"' : shellQuote(key);
  const record = { name: event.name, ...event.fields };
  switch (kind) {
    case 'curl':
      return [
        `curl ${url}/v1/events \\`,
        `  -H ${key === undefined ? '"Authorization: Bearer $WATCHBILL_INGEST_KEY"' : shellQuote(`Authorization: Bearer ${key}`)} \\`,
        `  -H 'Content-Type: application/json' \\`,
        `  -d ${shellQuote(JSON.stringify([record]))}`,
      ].join('\n');
    case 'node':
      return [
        `const answer = await fetch(${JSON.stringify(`${url}/v1/events`)}, {`,
        `  method: 'POST',`,
        '  headers: {',
        `    authorization: \`Bearer ${key ?? '$'.concat('{process.env.WATCHBILL_INGEST_KEY}')}\`,`,
        `    'content-type': 'application/json',`,
        '  },',
        `  body: JSON.stringify([${JSON.stringify(record)}]),`,
        '});',
        'console.log(answer.status, await answer.text());',
      ].join('\n');
    case 'opentelemetry': {
      const headers =
        key === undefined
          ? '"Authorization=Bearer%20$WATCHBILL_INGEST_KEY"'
          : shellQuote(`Authorization=Bearer%20${encodeURIComponent(key)}`);
      return [
        `export OTEL_EXPORTER_OTLP_ENDPOINT=${url}`,
        `export OTEL_EXPORTER_OTLP_HEADERS=${headers}`,
        'export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf',
      ].join('\n');
    }
    case 'prometheus':
      return [
        'remote_write:',
        `  - url: ${url}/api/v1/write`,
        key === undefined
          ? `    authorization: { credentials_file: ${KEY_FILE} }`
          : `    authorization: { credentials: ${JSON.stringify(key)} }`,
        '    queue_config: { retry_on_http_429: true }',
      ].join('\n');
    case 'sentry':
      return sentrySnippet(url, key);
    case 'send': {
      const fields = Object.entries(event.fields).map(([name, value]) => shellQuote(`${name}=${fieldText(value)}`));
      return `watchbill send ${[shellQuote(event.name), ...fields].join(' ')} \\\n  --intake ${url} --key ${shellKey}`;
    }
    case 'ship':
      return `watchbill ship /var/log/nginx/access.log \\\n  --intake ${url} --key ${shellKey}`;
    case 'heartbeat': {
      const name = encodeURIComponent(job);
      const address =
        key === undefined
          ? `"${url}/v1/heartbeats/$WATCHBILL_HEARTBEAT_KEY/${name}"`
          : shellQuote(`${url}/v1/heartbeats/${key}/${name}`);
      return `curl -fsS -m 10 --retry 3 ${address}`;
    }
    case 'prober':
      return `npx watchbill probe --server ${url} --location elsewhere \\\n  --key ${shellKey}`;
    case 'metrics':
      return metricsSnippet(url, key);
  }
}

/** How Prometheus fetches what intake says of itself. */
function metricsSnippet(intakeUrl: string, key: string | undefined): string {
  const { protocol, host } = new URL(intakeUrl);
  return [
    'scrape_configs:',
    '  - job_name: watchbill-intake',
    `    scheme: ${protocol.replace(':', '')}`,
    key === undefined
      ? `    authorization: { credentials_file: ${KEY_FILE} }`
      : `    authorization: { credentials: ${JSON.stringify(key)} }`,
    `    static_configs: [{ targets: [${JSON.stringify(host)}] }]`,
  ].join('\n');
}

/** How a Sentry SDK is pointed here; without a key the DSN is read from SENTRY_DSN, as the SDKs do by themselves. */
export function sentrySnippet(url: string, key: string | undefined): string {
  return [
    `import * as Sentry from '@sentry/node'; // or any other Sentry SDK`,
    '',
    'Sentry.init({',
    key === undefined
      ? `  dsn: process.env.SENTRY_DSN, // ${sentryDsn(url, 'KEY')}`
      : `  dsn: '${sentryDsn(url, key)}',`,
    `  release: 'shop@1.0.0',`,
    `  environment: 'production',`,
    '  tracesSampleRate: 1,',
    '});',
  ].join('\n');
}

/** A text that would be read as a number, or as true, is given as JSON so that it stays text. */
function fieldText(value: string | number | boolean): string {
  if (typeof value !== 'string') return String(value);
  try {
    JSON.parse(value);
    return JSON.stringify(value);
  } catch {
    return value;
  }
}

/** A word of a shell, quoted only where it has to be. */
export function shellQuote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]', '0.0.0.0', '[::]']);

/**
 * Where senders reach intake, seen from here: a server that only knows itself by its loopback address is named as the page's own address
 * names it.
 */
export function senderUrl(intakeUrl: string, pageHost: string): string {
  try {
    const url = new URL(intakeUrl);
    if (LOOPBACK.has(url.hostname) && !LOOPBACK.has(pageHost)) url.hostname = pageHost;
    return url.toString().replace(/\/$/, '');
  } catch {
    return intakeUrl;
  }
}
