import { createHash } from 'node:crypto';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { compress } from 'snappyjs';
import { framed } from './grpc-sender.ts';
import type { Ingredients, Protocol } from './protocols.ts';

/** One request that nobody should send. */
export interface HostileCase {
  readonly name: string;
  /** In every text of the request where it has any; looked for in the store afterwards. */
  readonly marker: string;
  /** What is signed: the body as its receiver reads it. */
  readonly body: Uint8Array;
  /** As it goes over the network. */
  readonly sent: Uint8Array;
  readonly encoding?: string;
  /** What is sent in place of `sent` in a frame, over gRPC. */
  readonly frames?: Uint8Array;
}

/** A case that costs nothing until it is wanted. */
export interface PossibleCase {
  readonly name: string;
  make(): HostileCase;
}

const MIB = 1_048_576;
const HOUR_MS = 3_600_000;

const packers: Readonly<Record<string, (body: Uint8Array) => Uint8Array>> = {
  gzip: (body) => gzipSync(body),
  deflate: (body) => deflateSync(body),
  zstd: (body) => zstdCompressSync(body),
  snappy: (body) => compress(body),
};

const payloads = [
  "'",
  '"',
  '`',
  ';',
  '--',
  '/*',
  '*/',
  "' or '1'='1",
  "'; drop table events; --",
  '"; drop table events; --',
  "') or 1=1 --",
  '\n\ndrop table events',
  'x\n\nDROP TABLE events\n\n',
  'x\n\n;truncate events',
  '\\',
  "\\'; drop table events; --",
  "\u0000'; drop table fact; --",
  '{plan:String}',
  '$1',
  '?',
  '%s',
  '\u0024{7*7}',
  '{{7*7}}',
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  'javascript:alert(1)',
  '../../../../etc/passwd',
  '..\\..\\windows\\win.ini',
  'file:///etc/passwd',
  'http://169.254.169.254/latest/meta-data/',
  "url('http://127.0.0.1/','CSV')",
  "' union select * from system.tables --",
  "' into outfile '/tmp/x' --",
  '1; select pg_sleep(10)',
  "'; copy fact to '/tmp/x'; --",
  "';system('id')",
  '$(id)',
  '`id`',
  '|id',
  '& id &',
  '\r\nset-cookie: a=b',
  '\r\n\r\nHTTP/1.1 200 OK',
  '\u202e',
  '\ufeff',
  '\u2028',
  '\ud83d\ude00',
  '\ud800',
  '\udfff\ud800',
  '\u0000',
  '\u0001\u001f\u007f',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '{"__proto__":{"polluted":true}}',
  '[object Object]',
  'undefined',
  'null',
  'NaN',
  'Infinity',
  'true',
  '0x10',
  '1e999',
  '-0',
  'WBLK',
  'S\u0000\u0000\u0000',
  'TWBLK',
  '\\N',
  '\\x00',
  'Enum8',
  "tuple('a')",
  "map('a','b')",
  'Ω≈ç√∫˜µ≤≥÷',
  'مرحبا',
  '田中さんにあげて下さい',
  '\t\v\f',
  ' ',
  '\u00a0',
  'İ',
  'ﬀ',
  'A\u030a',
  '%00',
  '%0a%0d',
  '&lt;',
  '&#39;',
] as const;
const wrappers: readonly ((payload: string) => string)[] = [
  (payload) => payload,
  (payload) => `a${payload}b`,
  (payload) => `${payload}${payload}`,
];

const RESERVED = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  '__defineGetter__',
  'then',
  'length',
];
const times = (now: number): readonly number[] => [
  0,
  -1,
  1,
  -1e15,
  1e15,
  9_007_199_254_740,
  now + HOUR_MS,
  now - 30 * 24 * HOUR_MS,
  now + 59_000,
  now - 6.9 * 24 * HOUR_MS,
  253_402_300_800_000,
];
const values = [Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, -0, 2 ** 53 + 2, -1, 1e-320];
const leaves = [
  'null',
  'true',
  '[]',
  '{}',
  '[[[]]]',
  '""',
  '1',
  '-1',
  '1.5',
  '1e999',
  '-1e999',
  '9007199254740993',
  '"NaN"',
  '"Infinity"',
  '[1,"a",null]',
  '{"a":{"b":1}}',
  '"\\ud800"',
  '{"__proto__":{"polluted":true}}',
];

/** A body as its protocol sends it. */
export function packedFor({ packing }: Protocol, body: Uint8Array): Pick<HostileCase, 'sent' | 'encoding'> {
  return packing === 'identity' ? { sent: body } : { sent: compress(body), encoding: packing };
}

/** All cases of a protocol; a sample is taken by who runs them. `next` gives numbers of [0, 1) by a seed. */
export function* casesOf(protocol: Protocol, label: string, now: number, next: () => number): Generator<PossibleCase> {
  let number = 0;
  const of = (changes: Partial<Ingredients> = {}): Ingredients & { marker: string } => {
    number += 1;
    const marker = markerOf(`${label}-${number}`);
    const { text = '', ...rest } = changes;
    return { field: 'field', time: now, value: 1, ...rest, text: `${marker}${text}`, marker };
  };
  const make = (name: string, marker: string, body: Uint8Array): HostileCase => ({
    name,
    marker,
    body,
    ...packedFor(protocol, body),
  });
  const plain = (name: string, changes: Partial<Ingredients> = {}): PossibleCase => ({
    name,
    make() {
      const { marker, ...ingredients } = of(changes);
      return make(name, marker, protocol.body(ingredients));
    },
  });

  for (const payload of payloads) {
    for (const wrap of wrappers) yield plain(`text ${JSON.stringify(payload)}`, { text: wrap(payload) });
    if (payload.trim() !== '') yield plain(`field ${JSON.stringify(payload)}`, { field: payload });
  }
  for (const field of RESERVED) yield plain(`field ${field}`, { field });
  for (const time of times(now)) yield plain(`time ${time}`, { time });
  for (const value of values) yield plain(`value ${value}`, { value });
  for (const size of [257, 8_193, 65_537, MIB]) {
    yield plain(`text of ${size}`, { text: 'x'.repeat(size) });
    yield plain(`field of ${size}`, { field: 'f'.repeat(size) });
  }
  yield plain('text of many lines', { text: '\n'.repeat(5_000) });

  // Truncated, and changed in places.
  const each = (name: string, change: (body: Uint8Array, marker: string) => Uint8Array): PossibleCase => ({
    name,
    make() {
      const { marker, ...ingredients } = of();
      return make(name, marker, change(protocol.body(ingredients), marker));
    },
  });
  for (let cut = 0; cut < 24; cut += 1) {
    yield each(`cut ${cut} of 24`, (body) => body.subarray(0, Math.floor((body.length * cut) / 24)));
  }
  for (let change = 0; change < 40; change += 1) {
    yield each(`changed ${change}`, (body) => {
      const changed = Uint8Array.from(body);
      for (let times = 0; times <= change % 4; times += 1) {
        changed[Math.floor(next() * changed.length)] = Math.floor(next() * 256);
      }
      return changed;
    });
  }
  yield each('nothing', () => new Uint8Array());
  yield each('zeros', () => new Uint8Array(4_096));
  yield each('noise', () => Uint8Array.from({ length: 4_096 }, () => Math.floor(next() * 256)));
  yield each('twice', (body) => Buffer.concat([body, body]));
  yield each('invalid UTF-8', (body, marker) => replaced(body, marker, [0xff, 0xfe, 0xc0, 0x80]));
  yield each('NUL bytes', (body, marker) => replaced(body, marker, [0, 0, 0, 0]));

  // Every encoding, whether it is taken or not: right, cut, with something behind it, and as a bomb.
  for (const [encoding, pack] of Object.entries(packers)) {
    const cases: readonly (readonly [string, (good: Uint8Array) => Uint8Array])[] = [
      ['packed', pack],
      ['cut', (good) => pack(good).subarray(0, Math.floor(pack(good).length / 2))],
      ['with more behind', (good) => Buffer.concat([pack(good), Buffer.from('more')])],
      ['twice', (good) => Buffer.concat([pack(good), pack(good)])],
      ['not packed', (good) => good],
      ['bomb', () => bombOf(encoding, pack)],
      ['bomb in a bomb', () => pack(pack(new Uint8Array(8 * MIB)))],
      ['empty', () => pack(new Uint8Array())],
    ];
    for (const [name, send] of cases) {
      yield {
        name: `${encoding}: ${name}`,
        make() {
          const { marker, ...ingredients } = of();
          const body = protocol.body(ingredients);
          return { name: `${encoding}: ${name}`, marker, body, sent: send(body), encoding };
        },
      };
    }
  }
  for (const encoding of ['br', 'gzip, gzip', 'identity, gzip', 'GZIP', 'compress', '*', 'x'.repeat(1_000)]) {
    const one = plain(`encoding ${encoding.slice(0, 20)}`);
    yield { name: one.name, make: () => ({ ...one.make(), encoding }) };
  }
  if (protocol.transport === 'grpc') {
    const framing: Readonly<Record<string, (message: Uint8Array) => Uint8Array>> = {
      'no frame': (message) => message,
      'nothing in the call': () => new Uint8Array(),
      'half a head': () => new Uint8Array(3),
      'a head alone': () => Uint8Array.of(0, 0, 0, 0, 0),
      'a head of 4 GiB': () => Uint8Array.of(0, 0xff, 0xff, 0xff, 0xff),
      'a head of more than is taken': (message) => Buffer.concat([Uint8Array.of(0, 0, 0x40, 0, 1), message]),
      'longer than it says': (message) => Buffer.concat([framed(message, false), Buffer.alloc(100)]),
      'shorter than it says': (message) => framed(message, false).subarray(0, -1),
      'packed as nothing says': (message) => framed(gzipSync(message), true),
      'a flag that is none': (message) =>
        Uint8Array.from(framed(message, false), (byte, index) => (index === 0 ? 0x82 : byte)),
      'two messages': (message) => Buffer.concat([framed(message, false), framed(message, false)]),
      'a thousand empty messages': () => Buffer.alloc(5_000),
    };
    for (const [name, frames] of Object.entries(framing)) {
      yield {
        name: `frame: ${name}`,
        make() {
          const { marker, ...ingredients } = of();
          const body = protocol.body(ingredients);
          return { name: `frame: ${name}`, marker, body, sent: body, frames: frames(body) };
        },
      };
    }
    const many = Buffer.concat(Array.from({ length: 8 }, () => framed(gzipSync(new Uint8Array(4 * MIB)), true)));
    const bombs = plain('frame: eight bombs');
    yield { name: bombs.name, make: () => ({ ...bombs.make(), encoding: 'gzip', frames: many }) };
  }
  const { tree, bodyOf } = protocol;
  if (tree === undefined || bodyOf === undefined) return;
  const json = (name: string, change: (text: string) => string): PossibleCase => ({
    name,
    make() {
      const { marker, ...ingredients } = of();
      return make(name, marker, bodyOf(change(JSON.stringify(tree(ingredients)))));
    },
  });

  // Every place of the tree with values of other types.
  const places = [...JSON.stringify(tree(of())).matchAll(/"[^"\\]*":/g)].length;
  for (let place = 0; place < places; place += 1) {
    for (const leaf of leaves) yield json(`place ${place} is ${leaf}`, (text) => withPlace(text, place, leaf));
  }
  for (const depth of [60, 65, 1_000, 50_000]) {
    yield json(`lists ${depth} deep`, () => `${'['.repeat(depth)}${']'.repeat(depth)}`);
    yield json(`objects ${depth} deep`, (text) => `{"a":${'{"a":'.repeat(depth)}${text}${'}'.repeat(depth)}}`);
  }
  yield json(
    'keys without end',
    (text) => `{${Array.from({ length: 20_000 }, (_, index) => `"k${index}":1`).join()},${text.slice(1)}`,
  );
  yield json('keys twice', (text) => `{${text.slice(1, -1)},${text.slice(1)}`);
  yield json('a list of it', (text) => `[${Array.from({ length: 200 }, () => text).join()}]`);
  yield json('a list of nothing', () => `[${'null,'.repeat(99_000)}null]`);
  yield json('more records than taken', () => `[${'{},'.repeat(100_001)}{}]`);
  yield json('a comment', (text) => `/* */${text}`);
  yield json('a byte order mark', (text) => `\ufeff${text}`);
  yield json('NaN', (text) => text.replace(/:(-?\d+)/, ':NaN'));
  yield json('a long number', (text) => text.replace(/:(-?\d+)/, `:${'9'.repeat(50_000)}`));
  yield json('an escape that ends', (text) => `${text.slice(0, -3)}\\`);
  for (const polluting of ['{"__proto__":{"polluted":true}}', '{"constructor":{"prototype":{"polluted":true}}}']) {
    yield json('pollution', (text) => `{${polluting.slice(1, -1)},${text.slice(1)}`);
    yield json('only pollution', () => polluting);
  }
}

/** Events that Watchbill alone writes, or with ids that only its own have, as somebody else would send them. */
export function forgedEvents(label: string): readonly {
  readonly marker: string;
  readonly event: Readonly<Record<string, unknown>>;
}[] {
  const result = { probe: 'front', location: 'here', passed: true, status: 200 };
  const events: readonly Readonly<Record<string, unknown>>[] = [
    { name: 'check', ...result },
    { name: 'check', event_id: 'watchbill:check:front:here:1', ...result },
    { name: 'heartbeat', heartbeat: 'nightly', state: 'success' },
    { name: 'order', event_id: 'watchbill:check:front:here:2', ...result },
    { name: 'order', event_id: 'watchbill:heartbeat:nightly:3' },
  ];
  return events.map((event, index) => {
    const marker = markerOf(`${label}-${index}`);
    return { marker, event: { ...event, message: marker } };
  });
}

/** With digits that check the others: a byte of a body that is changed makes no marker of another case. */
function markerOf(name: string): string {
  return `hostile-${name}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}

/** Finds markers, for ClickHouse too. */
export const MARKER_PATTERN = 'hostile-[0-9]+-[0-9]+-[0-9a-f]{8}';

const bombs = new Map<string, Uint8Array>();

/** Spaces, which are JSON of nothing: six times what any receiver takes. */
function bombOf(encoding: string, pack: (body: Uint8Array) => Uint8Array): Uint8Array {
  const bomb = bombs.get(encoding) ?? pack(new Uint8Array((encoding === 'snappy' ? 24 : 128) * MIB).fill(0x20));
  bombs.set(encoding, bomb);
  return bomb;
}

/** The value behind the key number `place` replaced, as far as it goes. */
function withPlace(text: string, place: number, leaf: string): string {
  const match = [...text.matchAll(/"[^"\\]*":/g)][place];
  if (match === undefined) return text;
  const start = match.index + match[0].length;
  return `${text.slice(0, start)}${leaf}${text.slice(endOfValue(text, start))}`;
}

function endOfValue(text: string, start: number): number {
  let depth = 0;
  let inText = false;
  for (let index = start; index < text.length; index += 1) {
    const character = text[index];
    if (inText) {
      if (character === '\\') index += 1;
      else if (character === '"') inText = false;
    } else if (character === '"') inText = true;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') {
      if (depth === 0) return index;
      depth -= 1;
    } else if (character === ',' && depth === 0) return index;
  }
  return text.length;
}

/** The bytes of a text replaced by others, wherever they stand. */
function replaced(body: Uint8Array, text: string, by: readonly number[]): Uint8Array {
  const buffer = Buffer.from(body);
  for (let at = buffer.indexOf(text); at >= 0; at = buffer.indexOf(text, at + text.length)) {
    Buffer.from(by).copy(buffer, at);
  }
  return buffer;
}
