import { describe, expect, test } from 'vitest';
import { isEnd } from '../../samples/batch.ts';
import { attributes, decodeBoth, type Message, metrics, NOW, nanos } from '../test-support.ts';

/** Every value as `name{labels} kind = value`. */
function values(metric: Message, resource?: Readonly<Record<string, unknown>>): readonly string[] {
  const { samples } = decodeBoth('metrics', metrics(metric, resource));
  if (samples === undefined) return [];
  return [...samples.values].map((value, index) => {
    const series = samples.series[samples.seriesOf[index] ?? 0];
    const labels = series?.labels.map(([name, text]) => `${name}=${text}`).join(',');
    return `${series?.name}{${labels}} ${series?.kind} = ${isEnd(samples.values, index) ? 'end' : value}`;
  });
}

const point = { timeUnixNano: nanos(NOW), attributes: attributes({ 'http.route': '/tea', status: 200 }) };
const LABELS = '{http.route=/tea,service=api,status=200}';

describe('numbers', () => {
  test.each([
    ['gauge', { gauge: { dataPoints: [{ ...point, asDouble: 0.5 }] } }, 0.5],
    ['delta', { sum: { aggregationTemporality: 1, isMonotonic: true, dataPoints: [{ ...point, asInt: '7' }] } }, 7],
    ['counter', { sum: { aggregationTemporality: 2, isMonotonic: true, dataPoints: [{ ...point, asInt: '7' }] } }, 7],
    ['gauge', { sum: { aggregationTemporality: 2, dataPoints: [{ ...point, asInt: '-7' }] } }, -7],
    ['delta', { sum: { aggregationTemporality: 1, dataPoints: [{ ...point, asInt: '-7' }] } }, -7],
  ])('become a %s: %j', (kind, data, value) => {
    expect(values({ name: 'tea.cups', unit: '{cup}', ...data })).toEqual([`tea.cups${LABELS} ${kind} = ${value}`]);
  });

  test('points of the same labels are one series', () => {
    const dataPoints = [
      { ...point, asDouble: 1 },
      { ...point, timeUnixNano: nanos(NOW - 1_000), asDouble: 2 },
    ];
    const { samples } = decodeBoth('metrics', metrics({ name: 'm', gauge: { dataPoints } }));
    expect(samples?.series).toHaveLength(1);
    expect([...(samples?.times ?? [])]).toEqual([NOW, NOW - 1_000]);
  });

  test('a counter says when it began, and again when it has begun anew', () => {
    const dataPoints = [
      { ...point, startTimeUnixNano: nanos(NOW - 60_000), asInt: '7' },
      { ...point, startTimeUnixNano: nanos(NOW - 500), asInt: '9' },
    ];
    const sum = { aggregationTemporality: 2, isMonotonic: true, dataPoints };
    const { samples } = decodeBoth('metrics', metrics({ name: 'm', sum }));
    expect(samples?.series.map(({ startedAt }) => startedAt)).toEqual([NOW - 60_000, NOW - 500]);
    const delta = decodeBoth('metrics', metrics({ name: 'm', sum: { ...sum, aggregationTemporality: 1 } }));
    expect(delta.samples?.series.map(({ startedAt }) => startedAt)).toEqual([undefined]);
  });

  test('one without a value says that its series has ended', () => {
    const data = { gauge: { dataPoints: [{ ...point, flags: 1 }] } };
    expect(values({ name: 'm', ...data })).toEqual([`m${LABELS} gauge = end`]);
  });

  test('neither cumulative nor delta, or at an impossible time, they are refused each', () => {
    const unknown = decodeBoth('metrics', metrics({ name: 'm', sum: { dataPoints: [{ ...point, asInt: '1' }] } }));
    expect(unknown.rejected).toMatchObject([{ code: 'field-invalid', index: 0 }]);
    const dataPoints = [
      { ...point, timeUnixNano: nanos(NOW * 2), asDouble: 1 },
      { ...point, asDouble: 1 },
    ];
    const late = decodeBoth('metrics', metrics({ name: 'm', gauge: { dataPoints } }));
    expect([late.rejected.map(({ code }) => code), late.samples?.values.length]).toEqual([['time-in-future'], 1]);
  });

  test('two processes are two series, and names of the speaker go before attributes', () => {
    const resource = {
      'service.name': 'api',
      'service.version': '2',
      'deployment.environment.name': 'production',
      'host.name': 'web-1',
      'service.instance.id': 'a1',
      'k8s.pod.name': 'left-out',
    };
    const gauge = { dataPoints: [{ ...point, attributes: attributes({ service: 'other', zone: 'b' }), asInt: '1' }] };
    expect(values({ name: 'm', gauge }, resource)).toEqual([
      'm{environment=production,host=web-1,instance=a1,service=api,version=2,zone=b} gauge = 1',
    ]);
  });
});

describe('histograms', () => {
  const histogram = {
    ...point,
    attributes: [],
    count: '10',
    sum: 12.5,
    min: 0.1,
    max: 9,
    bucketCounts: ['2', '3', '0', '5'],
    explicitBounds: [0.5, 1, 2.5],
  };

  test.each([
    [1, 'delta'],
    [2, 'counter'],
  ])('with temporality %i have buckets that add up, as %s', (aggregationTemporality, kind) => {
    expect(values({ name: 'd', histogram: { aggregationTemporality, dataPoints: [histogram] } })).toEqual([
      `d_bucket{le=0.5,service=api} ${kind} = 2`,
      `d_bucket{le=1,service=api} ${kind} = 5`,
      `d_bucket{le=2.5,service=api} ${kind} = 5`,
      `d_bucket{le=+Inf,service=api} ${kind} = 10`,
      `d_count{service=api} ${kind} = 10`,
      `d_sum{service=api} ${kind} = 12.5`,
      'd_min{service=api} gauge = 0.1',
      'd_max{service=api} gauge = 9',
    ]);
  });

  test('that only count have one bucket', () => {
    const { bucketCounts: _, explicitBounds: __, sum: ___, min: ____, max: _____, ...counted } = histogram;
    expect(values({ name: 'd', histogram: { aggregationTemporality: 2, dataPoints: [counted] } })).toEqual([
      'd_bucket{le=+Inf,service=api} counter = 10',
      'd_count{service=api} counter = 10',
    ]);
  });

  test('of exponential buckets are told by their bounds, negative ones first', () => {
    const exponential = {
      timeUnixNano: nanos(NOW),
      count: '11',
      sum: 20,
      scale: 0,
      zeroCount: '1',
      zeroThreshold: 0.001,
      positive: { offset: 1, bucketCounts: ['4', '3'] },
      negative: { offset: 0, bucketCounts: ['2', '1'] },
    };
    const data = { exponentialHistogram: { aggregationTemporality: 2, dataPoints: [exponential] } };
    expect(values({ name: 'e', ...data })).toEqual([
      // (-4, -2], (-2, -1], around zero, (2, 4], (4, 8]
      'e_bucket{le=-2,service=api} counter = 1',
      'e_bucket{le=-1,service=api} counter = 3',
      'e_bucket{le=0.001,service=api} counter = 4',
      'e_bucket{le=4,service=api} counter = 8',
      'e_bucket{le=8,service=api} counter = 11',
      'e_bucket{le=+Inf,service=api} counter = 11',
      'e_count{service=api} counter = 11',
      'e_sum{service=api} counter = 20',
    ]);
  });

  test('of a fine scale are merged, so that a change of scale changes no series', () => {
    const buckets = (scale: number, offset: number, bucketCounts: readonly string[]): readonly string[] =>
      values({
        name: 'e',
        exponentialHistogram: {
          aggregationTemporality: 2,
          dataPoints: [{ timeUnixNano: nanos(NOW), count: '4', scale, positive: { offset, bucketCounts } }],
        },
      }).filter((value) => value.startsWith('e_bucket'));
    expect(buckets(5, 30, ['1', '1', '1', '1'])).toEqual(buckets(3, 7, ['2', '2']));
    expect(buckets(3, -8, ['4'])[0]).toBe(`e_bucket{le=${2 ** (-7 / 8)},service=api} counter = 4`);
    // At the ends of what a number can be nothing but the count is left.
    expect(buckets(-2_147_483_648, 2_000_000_000, ['4'])).toEqual(['e_bucket{le=+Inf,service=api} counter = 4']);
  });

  test('a summary has its quantiles', () => {
    const quantileValues = [
      { quantile: 0.5, value: 3 },
      { quantile: 0.99, value: 8 },
    ];
    const summary = { dataPoints: [{ timeUnixNano: nanos(NOW), count: '4', sum: 14, quantileValues }] };
    expect(values({ name: 's', summary })).toEqual([
      's{quantile=0.5,service=api} gauge = 3',
      's{quantile=0.99,service=api} gauge = 8',
      's_count{service=api} counter = 4',
      's_sum{service=api} counter = 14',
    ]);
  });
});

test('who spoke is known from metrics alone', () => {
  const metric = { name: 'm', gauge: { dataPoints: [{ ...point, asInt: '1' }] } };
  const decoded = decodeBoth('metrics', metrics(metric, { 'service.name': 'api', 'service.version': '3' }));
  expect(decoded.versions).toMatchObject([{ service: 'api', version: '3', at: NOW }]);
});
