import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { firstWayOf, keyKindOf, senderUrl, shellQuote, snippet } from './snippets.ts';

const options = {
  url: 'http://127.0.0.1:4318',
  key: 'wb_ingest_abc_def',
  job: "nightly's",
  event: { name: "it's new", fields: { amount: 7.5, code: '404', paid: true, note: 'a b' } },
};

/** What a real shell makes of a snippet whose first word is replaced by one that prints its arguments. */
function argumentsOf(text: string, variables: Readonly<Record<string, string>> = {}): readonly string[] {
  const printing = text.replace(/^\S+/, "printf '%s\\0'");
  return execFileSync('sh', ['-c', printing], { env: variables }).toString('utf8').split('\0').slice(0, -1);
}

test('a shell gives curl the address, the key and the event', () => {
  expect(argumentsOf(snippet('curl', options))).toEqual([
    'http://127.0.0.1:4318/v1/events',
    '-H',
    'Authorization: Bearer wb_ingest_abc_def',
    '-H',
    'Content-Type: application/json',
    '-d',
    JSON.stringify([{ name: "it's new", ...options.event.fields }]),
  ]);
});

test('a Sentry SDK takes the DSN of a key for it, else that of its environment', () => {
  const key = `wb_sentry_${'a'.repeat(16)}_${'b'.repeat(32)}`;
  expect(snippet('sentry', { ...options, key })).toContain(`dsn: 'http://${key}@127.0.0.1:4318/1'`);
  expect(snippet('sentry', { ...options, key: undefined })).toContain('dsn: process.env.SENTRY_DSN');
  expect([keyKindOf('sentry'), keyKindOf('curl')]).toEqual(['sentry', 'ingest']);
});

test('without a key it is read from the environment', () => {
  const without = { ...options, key: undefined };
  const environment = { WATCHBILL_INGEST_KEY: 'from here' };
  expect(argumentsOf(snippet('curl', without), environment)).toContain('Authorization: Bearer from here');
  expect(argumentsOf(snippet('send', without), environment).at(-1)).toBe('from here');
  expect(snippet('node', without)).toContain(`${'$'}{process.env.WATCHBILL_INGEST_KEY}`);
});

test('Prometheus is given its configuration', () => {
  const text = snippet('prometheus', options);
  expect(parse(text)).toEqual({
    remote_write: [
      {
        url: 'http://127.0.0.1:4318/api/v1/write',
        authorization: { credentials: options.key },
        queue_config: { retry_on_http_429: true },
      },
    ],
  });
  expect(parse(snippet('prometheus', { ...options, key: "a: b'#" }))).toMatchObject({
    remote_write: [{ authorization: { credentials: "a: b'#" } }],
  });
  expect(snippet('prometheus', { ...options, key: undefined })).toContain('credentials_file: watchbill-key');
  expect(keyKindOf('prometheus')).toBe('ingest');
});

test('a shell gives an OpenTelemetry SDK its three variables', () => {
  const read = (key: string | undefined, environment: Readonly<Record<string, string>> = {}): readonly string[] => {
    const set = snippet('opentelemetry', { ...options, key });
    const print =
      'printf "%s\\n" "$OTEL_EXPORTER_OTLP_ENDPOINT" "$OTEL_EXPORTER_OTLP_HEADERS" "$OTEL_EXPORTER_OTLP_PROTOCOL"';
    return execFileSync('sh', ['-c', `${set}\n${print}`], { env: environment })
      .toString('utf8')
      .trim()
      .split('\n');
  };
  const url = 'http://127.0.0.1:4318';
  expect(read('made-key')).toEqual([url, 'Authorization=Bearer%20made-key', 'http/protobuf']);
  // A comma would begin another header.
  expect(read("a,b='c")[1]).toBe("Authorization=Bearer%20a%2Cb%3D'c");
  expect(read(undefined, { WATCHBILL_INGEST_KEY: 'from-here' })[1]).toBe('Authorization=Bearer%20from-here');
});

test('a job is given its address, another machine its prober, and Prometheus what intake says of itself', () => {
  const key = `wb_heartbeat_${'a'.repeat(16)}_${'b'.repeat(32)}`;
  const address = `http://127.0.0.1:4318/v1/heartbeats/${key}/nightly's`;
  expect(argumentsOf(snippet('heartbeat', { ...options, key })).at(-1)).toBe(address);
  const environment = { WATCHBILL_HEARTBEAT_KEY: key };
  expect(argumentsOf(snippet('heartbeat', { ...options, key: undefined }), environment).at(-1)).toBe(address);
  const prober = [
    'watchbill',
    'probe',
    '--server',
    'http://127.0.0.1:4318',
    '--location',
    'elsewhere',
    '--key',
    'a key',
  ];
  expect(argumentsOf(snippet('prober', { ...options, key: 'a key' }))).toEqual(prober);
  expect(parse(snippet('metrics', { ...options, url: 'https://watch.example:4318' }))).toEqual({
    scrape_configs: [
      {
        ...{ job_name: 'watchbill-intake', scheme: 'https', authorization: { credentials: options.key } },
        static_configs: [{ targets: ['watch.example:4318'] }],
      },
    ],
  });
  for (const kind of ['sentry', 'heartbeat', 'prober', 'metrics'] as const) {
    expect(keyKindOf(kind)).toBe(kind);
    expect(firstWayOf(kind)).toBe(kind);
  }
});

test('a text that looks like a number stays text', () => {
  expect(argumentsOf(snippet('send', options))).toEqual([
    'send',
    "it's new",
    'amount=7.5',
    'code="404"',
    'paid=true',
    'note=a b',
    '--intake',
    'http://127.0.0.1:4318',
    '--key',
    'wb_ingest_abc_def',
  ]);
});

test('any text is one word of a shell', () => {
  const text = fc.string({ unit: 'binary' }).filter((one) => !one.includes('\0'));
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 50 }), (words) => {
      expect(argumentsOf(`x ${words.map(shellQuote).join(' ')}`)).toEqual(words);
    }),
    { numRuns: 5 },
  );
});

test('the code for Node is code, and sends the event', async () => {
  const sent: unknown[] = [];
  const run = new Function('fetch', 'console', `return (async () => {${snippet('node', options)}})()`) as (
    ...given: unknown[]
  ) => Promise<void>;
  await run(
    async (url: string, init: { headers: Record<string, string>; body: string }) => {
      sent.push(url, init.headers.authorization, JSON.parse(init.body));
      return { status: 200, text: async () => '' };
    },
    { log: () => {} },
  );
  expect(sent).toEqual([
    'http://127.0.0.1:4318/v1/events',
    'Bearer wb_ingest_abc_def',
    [{ name: "it's new", ...options.event.fields }],
  ]);
});

test.each([
  ['http://127.0.0.1:4318', 'localhost', 'http://127.0.0.1:4318'],
  ['http://127.0.0.1:4318', 'watch.example', 'http://watch.example:4318'],
  ['http://10.0.0.7:4318', 'watch.example', 'http://10.0.0.7:4318'],
  ['not an address', 'localhost', 'not an address'],
])('intake at %s, read at %s, is %s', (intakeUrl, host, expected) => {
  expect(senderUrl(intakeUrl, host)).toBe(expected);
});
