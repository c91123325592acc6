import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encode, encodeRequestV2, encodeWriteRequest, type SentSeries } from '../../../test/kit/remote-write.ts';
import { isEnd } from '../samples/batch.ts';
import { SeriesRegister } from '../samples/series-register.ts';
import { decodeRemoteWrite, type RemoteWrite, type RemoteWriteVersion } from './decode.ts';

const NOW = 1_790_000_000_000;
const versions: readonly RemoteWriteVersion[] = ['1.0', '2.0'];

function read(body: Uint8Array, version: RemoteWriteVersion, register = new SeriesRegister()) {
  return decodeRemoteWrite(body, version, {
    series: register,
    now: NOW,
    text: (bytes, start, end) => {
      try {
        return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(start, end));
      } catch {
        return undefined;
      }
    },
  });
}

function good(body: Uint8Array, version: RemoteWriteVersion, register?: SeriesRegister): RemoteWrite {
  const result = read(body, version, register);
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}

/** Points with all that names them, in the order of the batch. */
function pointsOf({ samples }: RemoteWrite): readonly object[] {
  return [...samples.times].map((time, index) => {
    const { name, kind, labels } = samples.series[samples.seriesOf[index] ?? -1] ?? {};
    return { name, kind, labels, time, value: samples.values[index] };
  });
}

const word = fc.oneof(
  fc.constantFrom('job', 'instance', 'le', 'zone', '日本', 'a"b'),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);
const series: fc.Arbitrary<SentSeries> = fc
  .record({
    name: fc.constantFrom('up', 'requests_total', 'latency_bucket', 'latency_sum', 'température'),
    labels: fc.uniqueArray(fc.tuple(word, fc.string({ unit: 'grapheme', maxLength: 200 })), {
      selector: ([name]) => name,
      maxLength: 6,
    }),
    samples: fc.array(
      fc.record({
        value: fc.oneof(fc.double({ noNaN: true }), fc.constant(0)),
        timestamp: fc.oneof(
          fc.integer({ min: NOW - 1e9, max: NOW }),
          fc.integer({ min: -(2 ** 53) + 1, max: 2 ** 53 - 1 }),
        ),
      }),
      { maxLength: 3 },
    ),
  })
  .map(({ name, labels, samples }) => ({
    labels: [...labels.filter(([label]) => label !== '' && label !== '__name__'), ['__name__', name] as const],
    samples,
  }));

test.each(versions)('what another encoder writes as %s is read, whether or not the series are known', (version) => {
  fc.assert(
    fc.property(fc.array(series, { maxLength: 6 }), (sent) => {
      const body = version === '1.0' ? encodeWriteRequest(sent) : encodeRequestV2(sent);
      const register = new SeriesRegister();
      const expected = sent.flatMap(({ labels, samples = [] }) => {
        const name = labels.find(([label]) => label === '__name__')?.[1] ?? '';
        const others = labels
          .filter(([label, value]) => label !== '__name__' && value !== '')
          .toSorted(([left], [right]) => (left < right ? -1 : 1));
        const kind = /_(total|bucket|sum)$/.test(name) ? 'counter' : 'gauge';
        return samples.map(({ value, timestamp }) => ({ name, kind, labels: others, time: timestamp, value }));
      });
      for (const _ of ['unknown', 'known']) {
        const result = good(body, version, register);
        expect(pointsOf(result)).toEqual(expected);
        expect(result.sent).toEqual({ samples: expected.length, histograms: 0, exemplars: 0 });
      }
    }),
  );
});

test('both versions name the same series', () => {
  const register = new SeriesRegister();
  const sent: SentSeries = {
    labels: [
      ['__name__', 'up'],
      ['job', 'shop'],
    ],
    samples: [{ value: 1, timestamp: NOW }],
  };
  const [first] = good(encodeWriteRequest([sent]), '1.0', register).samples.series;
  const [second] = good(encodeRequestV2([sent]), '2.0', register).samples.series;
  expect(second).toBe(first);
  expect(register.size).toBe(1);
});

test.each(versions)('bytes of %s that are cut or changed anywhere are read or refused, and nothing else', (version) => {
  const sent: readonly SentSeries[] = [
    {
      labels: [
        ['__name__', 'requests_total'],
        ['job', 'shop'],
      ],
      samples: [{ value: 3.5, timestamp: NOW }],
      histograms: [{ count: 7, sum: 2.5, timestamp: NOW, buckets: true }],
      exemplars: 1,
      type: 1,
      created: NOW - 5_000,
    },
  ];
  const body = version === '1.0' ? encodeWriteRequest(sent, { requests: 1 }) : encodeRequestV2(sent);
  for (let length = 0; length < body.length; length += 1) read(body.subarray(0, length), version);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(body.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }), (changes) => {
      const changed = new Uint8Array(body);
      for (const [at, byte] of changes) changed[at] = byte;
      const result = read(changed, version);
      if (!result.ok) expect(result.failure.code).toBe('malformed-body');
    }),
    { numRuns: 2_000 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const result = read(bytes, version);
      if (!result.ok) expect(result.failure.code).toBe('malformed-body');
    }),
    { numRuns: 2_000 },
  );
});

test.each(versions)('the marker that ends a series comes through %s as it was sent', (version) => {
  const sent: SentSeries = {
    labels: [['__name__', 'up']],
    samples: [
      { value: 1, timestamp: NOW },
      { value: 7, timestamp: NOW + 1 },
    ],
  };
  const body = version === '1.0' ? encodeWriteRequest([sent]) : encodeRequestV2([sent]);
  const seven = new Uint8Array(new Float64Array([7]).buffer);
  const at = Buffer.from(body).indexOf(seven);
  new DataView(body.buffer).setBigUint64(at, 0x7ff0_0000_0000_0002n, true);
  const { samples } = good(body, version);
  expect([isEnd(samples.values, 0), isEnd(samples.values, 1)]).toEqual([false, true]);
});

test('the type of a family decides what its points mean, from when it is told', () => {
  const register = new SeriesRegister();
  const point = (name: string): SentSeries => ({
    labels: [['__name__', name]],
    samples: [{ value: 1, timestamp: NOW }],
  });
  const names = ['jobs', 'jobs_total', 'size_sum', 'size', 'load_count'];
  const kinds = (body: Uint8Array) => good(body, '1.0', register).samples.series.map(({ kind }) => kind);
  const all = names.map(point);
  expect(kinds(encodeWriteRequest(all))).toEqual(['gauge', 'counter', 'counter', 'gauge', 'counter']);
  const told = encodeWriteRequest(all, { jobs: 1, size: 5, load_count: 2 });
  expect(kinds(told)).toEqual(['counter', 'counter', 'counter', 'gauge', 'gauge']);
  expect(kinds(encodeWriteRequest(all))).toEqual(['counter', 'counter', 'counter', 'gauge', 'gauge']);
  expect(register.size).toBe(names.length);
});

test('2.0 says type and beginning beside each series', () => {
  const register = new SeriesRegister();
  const sent = (created: number): SentSeries => ({
    labels: [['__name__', 'jobs']],
    samples: [{ value: 1, timestamp: NOW }],
    type: 1,
    created,
  });
  const first = good(encodeRequestV2([sent(NOW - 9_000)]), '2.0', register).samples.series[0];
  expect(first).toMatchObject({ kind: 'counter', startedAt: NOW - 9_000 });
  good(encodeRequestV2([sent(NOW - 1_000)]), '2.0', register);
  expect(first).toMatchObject({ kind: 'counter', startedAt: NOW - 1_000, announcedAt: Number.NEGATIVE_INFINITY });
});

test.each(versions)('native histograms of %s stand as count and sum; what is left out is counted', (version) => {
  const sent: readonly SentSeries[] = [
    {
      labels: [
        ['__name__', 'latency'],
        ['job', 'shop'],
      ],
      histograms: [
        { count: 7, sum: 2.5, timestamp: NOW, buckets: true },
        { count: 8.5, sum: 0, timestamp: NOW + 1 },
      ],
      exemplars: 2,
    },
    { labels: [['__name__', 'depth']], histograms: [{ count: 1, sum: 4, timestamp: NOW, gauge: true }] },
  ];
  const body = version === '1.0' ? encodeWriteRequest(sent) : encodeRequestV2(sent);
  const result = good(body, version);
  const labels = [['job', 'shop']];
  expect(pointsOf(result)).toEqual([
    { name: 'latency_count', kind: 'counter', labels, time: NOW, value: 7 },
    { name: 'latency_sum', kind: 'counter', labels, time: NOW, value: 2.5 },
    { name: 'latency_count', kind: 'counter', labels, time: NOW + 1, value: 8.5 },
    { name: 'latency_sum', kind: 'counter', labels, time: NOW + 1, value: 0 },
    { name: 'depth_count', kind: 'gauge', labels: [], time: NOW, value: 1 },
    { name: 'depth_sum', kind: 'gauge', labels: [], time: NOW, value: 4 },
  ]);
  expect(result.sent).toEqual({ samples: 0, histograms: 3, exemplars: 2 });
  const left = Object.fromEntries(result.trimmed.map(({ code, count }) => [code, count]));
  expect(left).toEqual({ 'exemplars-left-out': 2, 'buckets-left-out': 1 });
});

test('series that are no good are refused with all their points, and the others are taken', () => {
  const samples = [
    { value: 1, timestamp: NOW },
    { value: 2, timestamp: NOW + 1 },
  ];
  const sent: readonly SentSeries[] = [
    { labels: [['job', 'nameless']], samples },
    {
      labels: [
        ['__name__', 'twice'],
        ['a', '1'],
        ['a', '2'],
      ],
      samples,
    },
    { labels: [['__name__', 'good']], samples },
  ];
  for (const version of versions) {
    const result = good(version === '1.0' ? encodeWriteRequest(sent) : encodeRequestV2(sent), version);
    expect(pointsOf(result)).toHaveLength(2);
    expect(result.samples.refused).toMatchObject([
      { code: 'name-invalid', count: 2 },
      { code: 'label-invalid', count: 2 },
    ]);
  }
  const body = encodeWriteRequest([
    {
      labels: [
        ['__name__', 'good'],
        ['zone', 'xxxx'],
      ],
      samples,
    },
  ]);
  body.set([0xff], Buffer.from(body).indexOf('xxxx'));
  expect(good(body, '1.0').samples.refused).toMatchObject([{ code: 'label-invalid', count: 2 }]);
  for (const labels_refs of [
    [0, 1, 2],
    [0, 99],
  ]) {
    const wrong = encode('Request', { symbols: ['', '__name__', 'up'], timeseries: [{ labels_refs, samples }] });
    expect(good(wrong, '2.0').samples.refused).toMatchObject([{ code: 'label-invalid', count: 2 }]);
  }
});

test('a register that is full refuses what is new and takes what is known', () => {
  const register = new SeriesRegister(1);
  const send = (name: string) =>
    good(
      encodeWriteRequest([{ labels: [['__name__', name]], samples: [{ value: 1, timestamp: NOW }] }]),
      '1.0',
      register,
    );
  expect(send('a').samples.times).toHaveLength(1);
  expect(send('b').samples.refused).toMatchObject([{ code: 'too-many-series', count: 1 }]);
  expect(send('a').samples.times).toHaveLength(1);
});
