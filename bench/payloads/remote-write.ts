import { compress } from 'snappyjs';

/**
 * What Prometheus sends to a remote-write receiver: scrapes of the same series every 15 seconds, in the order of the scrape, 2,000 samples a
 * request, each in a `TimeSeries` of its own with all of its labels (about eight). A third of the series are gauges that wander, a third are
 * counters, a third do not move. Everything follows from the options: two runs send the same.
 */
export interface RemoteWriteLoad {
  readonly series: number;
  readonly samplesPerRequest: number;
  readonly requests: number;
  /** Time of the last scrape, milliseconds since 1970; those before it lie 15 s apart. */
  readonly until: number;
}

export const SCRAPE_EVERY_MS = 15_000;

/** Bodies of remote write 1.0 in the order in which they are to be sent, packed with snappy. */
export function* remoteWriteBodies(load: RemoteWriteLoad): Generator<Uint8Array> {
  const { series, samplesPerRequest, requests, until } = load;
  const labels = Array.from({ length: series }, (_, index) => encodeLabels(labelsOf(index)));
  const values = new Float64Array(series);
  const scrapes = remoteWriteScrapes(series, samplesPerRequest * requests);
  const random = generator(1);
  for (let index = 0; index < series; index += 1)
    values[index] = index % 3 === 0 ? Math.floor(random() * 1_000) / 10 : index % 7;
  const buffer = new Uint8Array(samplesPerRequest * 512);
  let sample = 0;
  for (let request = 0; request < requests; request += 1) {
    let length = 0;
    for (let count = 0; count < samplesPerRequest; count += 1, sample += 1) {
      const index = sample % series;
      const scrape = Math.floor(sample / series);
      const time = until - (scrapes - 1 - scrape) * SCRAPE_EVERY_MS - (index % 50) * 7;
      values[index] = nextValue(index, values[index] ?? 0, random);
      length = writeSeries(buffer, length, labels[index] as Uint8Array, values[index] as number, time);
    }
    yield new Uint8Array(compress(buffer.slice(0, length)));
  }
}

/** How many points each series has when so many samples are sent. */
export function remoteWriteScrapes(series: number, samples: number): number {
  return Math.ceil(samples / series);
}

/** The labels of a series, sorted by name as Prometheus sends them. */
export function labelsOf(index: number): readonly (readonly [name: string, value: string])[] {
  const pod = Math.floor(index / 60);
  const metric = index % 60;
  const kind = ['gauge', 'counter', 'flat'][index % 3] as string;
  const name = `${['http', 'process', 'go', 'db', 'queue'][metric % 5]}_${['requests', 'memory', 'connections', 'latency'][metric % 4]}_${metric}_${kind === 'counter' ? 'total' : 'level'}`;
  return [
    ['__name__', name],
    ['cluster', 'eu-central-1'],
    ['container', `shop-${pod % 12}`],
    ['instance', `10.0.${pod >> 8}.${pod & 255}:9100`],
    ['job', 'kubernetes-pods'],
    ['namespace', `team-${pod % 7}`],
    ['pod', `shop-${pod % 12}-${(pod * 2_654_435_761).toString(36).slice(0, 8)}`],
    ['route', `/api/v1/orders/${metric % 9}`],
  ];
}

function nextValue(index: number, value: number, random: () => number): number {
  switch (index % 3) {
    case 0:
      return Math.max(0, Math.round((value + (random() - 0.5) * 4) * 10) / 10);
    case 1:
      return value + Math.floor(random() * 20);
    default:
      return value;
  }
}

function writeSeries(out: Uint8Array, at: number, labels: Uint8Array, value: number, time: number): number {
  const view = new DataView(out.buffer);
  const sampleBytes = 1 + 8 + 1 + varintBytes(time);
  let end = at;
  out[end++] = 0x0a;
  end = writeVarint(out, end, labels.length + 2 + sampleBytes);
  out.set(labels, end);
  end += labels.length;
  out[end++] = 0x12;
  out[end++] = sampleBytes;
  out[end++] = 0x09;
  view.setFloat64(end, value, true);
  end += 8;
  out[end++] = 0x10;
  return writeVarint(out, end, time);
}

function encodeLabels(labels: ReturnType<typeof labelsOf>): Uint8Array {
  return Buffer.concat(
    labels.map(([name, value]) => {
      const inner = Buffer.concat([field(0x0a, name), field(0x12, value)]);
      return Buffer.concat([Uint8Array.of(0x0a, inner.length), inner]);
    }),
  );
}

function field(tag: number, text: string): Uint8Array {
  const bytes = Buffer.from(text);
  return Buffer.concat([Uint8Array.of(tag, bytes.length), bytes]);
}

function varintBytes(value: number): number {
  let count = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) count += 1;
  return count;
}

function writeVarint(out: Uint8Array, at: number, value: number): number {
  let end = at;
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) out[end++] = (rest % 0x80) | 0x80;
  out[end++] = rest;
  return end;
}

function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
