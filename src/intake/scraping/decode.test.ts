import fc from 'fast-check';
import { Counter, Gauge, Histogram, Registry, Summary } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { type ExposedSample, type ExpositionFormat, formatOf, kindOf, readExposition, readSeries } from './decode.ts';

function read(text: string, format: ExpositionFormat = 'text') {
  const samples: ExposedSample[] = [];
  const result = readExposition(text, format, (sample) => {
    samples.push(sample);
    return undefined;
  });
  return { result, samples };
}

/** Every series as `name{label=value}` with its value, kind and time. */
function shown(text: string, format: ExpositionFormat = 'text'): readonly string[] {
  const { result, samples } = read(text, format);
  expect(result).toEqual({ ok: true, value: undefined });
  return samples.map(({ series, value, time, family }) => {
    const parts = readSeries(series);
    if (typeof parts === 'string') throw new Error(parts);
    const labels = parts.labels.map(([name, label]) => `${name}=${label}`).join(',');
    return `${parts.name}{${labels}} ${value} ${kindOf(parts.name, family)}${time === undefined ? '' : ` @${time}`}`;
  });
}

function problem(text: string, format: ExpositionFormat = 'text'): string {
  const { result } = read(text, format);
  if (result.ok) return 'fine';
  return `${result.failure.line}: ${result.failure.message}`;
}

describe('the text format', () => {
  test('every kind of line of its specification', () => {
    expect(
      shown(`# HELP http_requests_total The total number of HTTP requests.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="post",code="400"}    3 1395066363000

# Escaping in label values:
msdos_file_access_time_seconds{path="C:\\\\DIR\\\\FILE.TXT",error="Cannot find file:\\n\\"FILE.TXT\\""} 1.458255915e9

# Minimalistic line:
metric_without_timestamp_and_labels 12.47

something_weird{problem="division by zero"} +Inf -3982045

# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{le="0.05"} 24054
http_request_duration_seconds_bucket{le="+Inf"} 144320
http_request_duration_seconds_sum 53423
http_request_duration_seconds_count 144320

# TYPE rpc_duration_seconds summary
rpc_duration_seconds{quantile="0.01"} 3102
rpc_duration_seconds_sum 1.7560473e+07
rpc_duration_seconds_count 2693
`),
    ).toEqual([
      'http_requests_total{method=post,code=200} 1027 counter @1395066363000',
      'http_requests_total{method=post,code=400} 3 counter @1395066363000',
      'msdos_file_access_time_seconds{path=C:\\DIR\\FILE.TXT,error=Cannot find file:\n"FILE.TXT"} 1458255915 gauge',
      'metric_without_timestamp_and_labels{} 12.47 gauge',
      'something_weird{problem=division by zero} Infinity gauge @-3982045',
      'http_request_duration_seconds_bucket{le=0.05} 24054 counter',
      'http_request_duration_seconds_bucket{le=+Inf} 144320 counter',
      'http_request_duration_seconds_sum{} 53423 counter',
      'http_request_duration_seconds_count{} 144320 counter',
      'rpc_duration_seconds{quantile=0.01} 3102 gauge',
      'rpc_duration_seconds_sum{} 17560473 counter',
      'rpc_duration_seconds_count{} 2693 counter',
    ]);
  });

  test('white space, Windows line ends, commas at the end and braces in quotes', () => {
    expect(shown('  a\t1\r\n\r\nb { x = "}{,=#" , } 2 \n{"quoted.name","dotted.label"="y"} 3\nc{} 4')).toEqual([
      'a{} 1 gauge',
      'b{x=}{,=#} 2 gauge',
      'quoted.name{dotted.label=y} 3 gauge',
      'c{} 4 gauge',
    ]);
  });

  test('a counter that is not described is known by its name', () => {
    expect(shown('a_total 1\nb_sum 2\n')).toEqual(['a_total{} 1 counter', 'b_sum{} 2 gauge']);
  });

  test('a described name wins over a longer family', () => {
    expect(shown('# TYPE a histogram\n# TYPE a_count gauge\na_sum 1\na_count 2\n')).toEqual([
      'a_sum{} 1 counter',
      'a_count{} 2 gauge',
    ]);
  });

  test.each([
    ['a', '1: `` is no value.'],
    ['a 1 2 3', '1: `2 3` is no time.'],
    ['a 1\nb x', '2: `x` is no value.'],
    ['a 0x10', '1: `0x10` is no value.'],
    ['a 1e999', '1: `1e999` is no value.'],
    ['a Infinity1', '1: `Infinity1` is no value.'],
    ['a{b="c} 1', '1: `a{b="c} 1` has labels that do not end.'],
    ['a{b="c"', '1: `a{b="c"` has labels that do not end.'],
    ['# TYPE a colour', '1: `colour` is no type of a metric.'],
  ])('%j is refused with its line', (text, wanted) => expect(problem(text)).toBe(wanted));

  test.each([
    ['1a', '`1a` is no name of a metric.'],
    ['a{1b="c"}', '`1b` is no name of a label.'],
    ['a{b=c}', '`a{b=c}` has labels that cannot be read.'],
    ['a{b="c" d="e"}', '`a{b="c" d="e"}` has labels that cannot be read.'],
    ['a{b="c",b="d"}', '`a{b="c",b="d"}` has a label twice.'],
    ['a{"b"}', '`a{"b"}` has labels that cannot be read.'],
    ['{}', '`{}` is no name of a metric.'],
  ])('%j is no series', (text, wanted) => expect(readSeries(text)).toBe(wanted));

  test('a label without a value is absent', () => {
    expect(readSeries('a{b="",c="d"}')).toEqual({ name: 'a', labels: [['c', 'd']] });
  });
});

describe('OpenMetrics', () => {
  test('its families, exemplars, times in seconds and the end', () => {
    expect(
      shown(
        `# TYPE acme_http_router_request_seconds summary
# UNIT acme_http_router_request_seconds seconds
# HELP acme_http_router_request_seconds Latency though all of ACME's HTTP request router.
acme_http_router_request_seconds_sum{path="/api/v1",method="GET"} 9036.32
acme_http_router_request_seconds_count{path="/api/v1",method="GET"} 807283.0
acme_http_router_request_seconds_created{path="/api/v1",method="GET"} 1605281325.0
# TYPE foo counter
foo_total 17.0 1520879607.789
foo_created 1520872607.123
# TYPE h histogram
h_bucket{le="0.1"} 8 # {} 0.054
h_bucket{le="1"} 11 # {trace_id="Ki # }L1"} 0.67 1520879607.7
h_bucket{le="+Inf"} 17 1520879608 # {trace_id="oHg5SJYRHA0"} 9.8 1520879607.789
h_count 17
h_sum 324789.3
# TYPE g gaugehistogram
g_bucket{le="+Inf"} 4
g_gcount 4
g_gsum -3
# TYPE build info
build_info{version="1"} 1
# TYPE state stateset
state{state="up"} 1
# EOF
`,
        'openmetrics',
      ),
    ).toEqual([
      'acme_http_router_request_seconds_sum{path=/api/v1,method=GET} 9036.32 counter',
      'acme_http_router_request_seconds_count{path=/api/v1,method=GET} 807283 counter',
      'acme_http_router_request_seconds_created{path=/api/v1,method=GET} 1605281325 gauge',
      'foo_total{} 17 counter @1520879607789',
      'foo_created{} 1520872607.123 gauge',
      'h_bucket{le=0.1} 8 counter',
      'h_bucket{le=1} 11 counter',
      'h_bucket{le=+Inf} 17 counter @1520879608000',
      'h_count{} 17 counter',
      'h_sum{} 324789.3 counter',
      'g_bucket{le=+Inf} 4 gauge',
      'g_gcount{} 4 gauge',
      'g_gsum{} -3 gauge',
      'build_info{version=1} 1 gauge',
      'state{state=up} 1 gauge',
    ]);
  });

  test('what is cut is refused whole, and so is what follows the end', () => {
    expect(problem('a 1\n', 'openmetrics')).toBe('1: The answer is cut: `# EOF` is missing.');
    expect(problem('# EOF\na 1\n', 'openmetrics')).toBe('2: There is more after `# EOF`.');
    expect(problem('# EOF\n', 'openmetrics')).toBe('fine');
  });

  test('is told by its content type', () => {
    expect(formatOf('application/openmetrics-text; version=1.0.0; charset=utf-8')).toBe('openmetrics');
    expect(formatOf('text/plain; version=0.0.4')).toBe('text');
    expect(formatOf(undefined)).toBe('text');
  });
});

describe('what real programs write', () => {
  test('prom-client, in both formats', async () => {
    const registry = new Registry();
    const requests = new Counter({ name: 'requests_total', help: 'All.', labelNames: ['path'], registers: [registry] });
    requests.inc({ path: 'a"b\\c\nd' }, 3);
    new Gauge({ name: 'level', help: 'Now.', registers: [registry] }).set(-1.5e-7);
    const seconds = new Histogram({ name: 'seconds', help: 'Time.', buckets: [0.1, 1], registers: [registry] });
    seconds.observe(0.5);
    new Summary({ name: 'sizes', help: 'Size.', percentiles: [0.5], registers: [registry] }).observe(7);
    const wanted = [
      'requests_total{path=a"b\\c\nd} 3 counter',
      'level{} -1.5e-7 gauge',
      'seconds_bucket{le=0.1} 0 counter',
      'seconds_bucket{le=1} 1 counter',
      'seconds_bucket{le=+Inf} 1 counter',
      'seconds_sum{} 0.5 counter',
      'seconds_count{} 1 counter',
      'sizes{quantile=0.5} 7 gauge',
      'sizes_sum{} 7 counter',
      'sizes_count{} 1 counter',
    ];
    expect(shown(await registry.metrics())).toEqual(wanted);
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
    expect(shown(await registry.metrics(), 'openmetrics')).toEqual(wanted);
  });

  test('a node exporter', () => {
    const text = `# HELP node_cpu_seconds_total Seconds the CPUs spent in each mode.
# TYPE node_cpu_seconds_total counter
node_cpu_seconds_total{cpu="0",mode="idle"} 1.14846271e+06
# HELP node_filesystem_avail_bytes Filesystem space available to non-root users in bytes.
# TYPE node_filesystem_avail_bytes gauge
node_filesystem_avail_bytes{device="/dev/sda1",fstype="ext4",mountpoint="/"} 2.0331802624e+10
# HELP node_uname_info Labeled system information as provided by the uname system call.
# TYPE node_uname_info gauge
node_uname_info{domainname="(none)",machine="x86_64",release="6.1.0-13-amd64",version="#1 SMP PREEMPT_DYNAMIC Debian 6.1.55-1"} 1
# TYPE node_vmstat_oom_kill untyped
node_vmstat_oom_kill 0
# TYPE go_gc_duration_seconds summary
go_gc_duration_seconds{quantile="0"} NaN
`;
    expect(shown(text)).toEqual([
      'node_cpu_seconds_total{cpu=0,mode=idle} 1148462.71 counter',
      'node_filesystem_avail_bytes{device=/dev/sda1,fstype=ext4,mountpoint=/} 20331802624 gauge',
      'node_uname_info{domainname=(none),machine=x86_64,release=6.1.0-13-amd64,version=#1 SMP PREEMPT_DYNAMIC Debian 6.1.55-1} 1 gauge',
      'node_vmstat_oom_kill{} 0 gauge',
      'go_gc_duration_seconds{quantile=0} NaN gauge',
    ]);
  });
});

describe('whatever comes', () => {
  const name = fc.stringMatching(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,12}$/);
  const label = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,8}$/);
  const sample = fc.record({
    name,
    labels: fc.dictionary(label, fc.string({ unit: 'binary', minLength: 1 }), { maxKeys: 4, noNullPrototype: false }),
    value: fc.double(),
    time: fc.option(fc.integer({ min: -1e13, max: 1e13 }), { nil: undefined }),
  });
  const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  const number = (value: number) =>
    Number.isFinite(value) ? String(value) : Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';

  test('a writer’s samples come back as they were', () => {
    fc.assert(
      fc.property(fc.array(sample), fc.boolean(), (samples, isOpen) => {
        const lines = samples.map(({ name: metric, labels, value, time }) => {
          const written = Object.entries(labels).map(([key, text]) => `${key}="${escaped(text)}"`);
          const at = time === undefined ? '' : ` ${isOpen ? time / 1_000 : time}`;
          return `${metric}${written.length === 0 ? '' : `{${written.join(',')}}`} ${number(value)}${at}\n`;
        });
        const { result, samples: found } = read(
          lines.join('') + (isOpen ? '# EOF\n' : ''),
          isOpen ? 'openmetrics' : 'text',
        );
        expect(result.ok).toBe(true);
        expect(
          found.map(({ series, value, time }) => ({ read: readSeries(series), value: number(value), time })),
        ).toEqual(
          samples.map(({ name: metric, labels, value, time }) => ({
            read: { name: metric, labels: Object.entries(labels) },
            value: number(value),
            time,
          })),
        );
      }),
    );
  });

  test('garbage is refused or read, never thrown at', () => {
    const piece = fc.constantFrom(
      'a',
      '{',
      '}',
      '"',
      '\\',
      '=',
      ',',
      ' ',
      '\n',
      '#',
      '1',
      '# TYPE a counter',
      '# EOF',
      '\r',
      'NaN',
    );
    const garbage = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 40 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(garbage, fc.constantFrom<ExpositionFormat>('text', 'openmetrics'), (text, format) => {
        for (const { series, family } of read(text, format).samples) {
          const parts = readSeries(series);
          if (typeof parts !== 'string') kindOf(parts.name, family);
        }
      }),
    );
  });

  test('one endless line costs no more than its length', () => {
    const endless = 2_000_000;
    for (const text of [
      `a ${'1'.repeat(endless)}x`,
      `a{${'b="",'.repeat(endless / 5)}} 1`,
      `a{b="${'\\'.repeat(endless)}`,
      `# TYPE ${'x '.repeat(endless / 2)}`,
      `a${' '.repeat(endless)}`,
    ]) {
      const { samples } = read(text);
      expect(samples.map(({ series }) => readSeries(series))).toEqual(
        samples.length === 0 ? [] : [expect.stringContaining('more than')],
      );
    }
  });
});
