import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '#kernel/limits.ts';
import { readEnvelope } from './envelope.ts';

const readText = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
};
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (text: string | Uint8Array) => readEnvelope(typeof text === 'string' ? bytes(text) : text, readText);
const itemsOf = (text: string) => {
  const envelope = read(text);
  if (!envelope.ok) throw new Error(envelope.failure.message);
  return envelope.value.items.map(({ type, payload }) => [type, readText(payload)]);
};

describe('envelopes', () => {
  test('payloads end where their length says, or with their line', () => {
    expect(itemsOf('{"event_id":"a"}\n{"type":"attachment","length":3}\na\nb\n{"type":"event"}\n{}\n')).toEqual([
      ['attachment', 'a\nb'],
      ['event', '{}'],
    ]);
    expect(itemsOf('{}\n{"type":"event"}\n{"x":1}')).toEqual([['event', '{"x":1}']]);
    expect(itemsOf('{}\n{"type":"event","length":0}\n\n{"type":"session","length":2}\n{}')).toEqual([
      ['event', ''],
      ['session', '{}'],
    ]);
    expect(itemsOf('{}')).toEqual([]);
    expect(itemsOf('{}\n\n')).toEqual([]);
  });

  test('what came out of items is what went in, whatever bytes they are', () => {
    const payloads = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 });
    fc.assert(
      fc.property(payloads, (sent) => {
        const parts = sent.flatMap((payload) => [bytes(`\n{"type":"x","length":${payload.length}}\n`), payload]);
        const envelope = read(Buffer.concat([bytes('{}'), ...parts]));
        expect(envelope.ok && envelope.value.items.map(({ payload }) => [...payload])).toEqual(
          sent.map((payload) => [...payload]),
        );
      }),
    );
  });

  test.each([
    ['nothing', '', 'The first line: This is not valid JSON.'],
    ['a first line that is no JSON', 'x\n', 'The first line: This is not valid JSON'],
    ['a first line that is no object', '[]\n', 'The first line is no JSON object.'],
    ['an item without a type', '{}\n{"length":1}\nx', 'Item 1: its header names no type.'],
    [
      'an item cut short',
      '{}\n{"type":"event","length":10}\nx',
      'Item 1: its payload does not end where its length says.',
    ],
    [
      'a length too short',
      '{}\n{"type":"event","length":1}\nxy',
      'Item 1: its payload does not end where its length says.',
    ],
    ['a length below nothing', '{}\n{"type":"event","length":-1}\nxy', 'Item 1: its payload does not end where'],
    ['a length that is no number', '{}\n{"type":"event","length":"9"}\nxy', 'Item 1: its payload does not end where'],
    [
      'a header nested too deep',
      `{"a":${'['.repeat(100)}${']'.repeat(100)}}\n`,
      'The first line: The JSON is nested deeper',
    ],
    ['too many items', `{}\n${'{"type":"x"}\n{}\n'.repeat(limits.envelopeItems + 1)}`, 'The envelope has more than'],
  ])('%s is malformed, and said to be', (_what, text, message) => {
    expect(read(text)).toMatchObject({
      ok: false,
      failure: { code: 'malformed-body', message: expect.stringContaining(message) },
    });
  });

  test('bytes that are no text are said to be none', () => {
    expect(read(Uint8Array.of(0xff, 0x0a))).toMatchObject({
      failure: { message: 'The first line is not valid UTF-8.' },
    });
  });

  test('any bytes are read to their end', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (body) => void read(body)));
    fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => void read(`{}\n{"type":"x"}\n${text}`)));
  });
});
