import { describe, expect, it } from 'vitest';
import { durationOf, offsetOf, tokensOf } from './tokens.ts';

describe('tokens', () => {
  it('take an address whole, whatever its channel makes of it', () => {
    const addresses = ['slack:#shop', 'email:team@tea.example', 'telegram:-1001234'];
    expect(tokensOf(addresses.join(' ')).map(({ kind, text }) => [kind, text])).toEqual(
      addresses.map((address) => ['word', address]),
    );
  });

  it('measure numbers in base units', () => {
    const found = tokensOf('20/s 30/min 3% 0.5% 80ms 1h30m 5 -2 4KB $40').map(({ value, measured }) => [
      value,
      measured,
    ]);
    expect(found).toEqual([
      [20, 'rate'],
      [0.5, 'rate'],
      [0.03, 'share'],
      [0.005, 'share'],
      [80, 'time'],
      [5_400_000, 'time'],
      [5, ''],
      [-2, ''],
      [4_000, 'size'],
      [40, ''],
    ]);
  });

  it('tell words, texts and signs apart', () => {
    const found = tokensOf('load requests with route = "/a \\"b\\"", x >= 5 §').map(
      ({ kind, text }) => `${kind} ${text}`,
    );
    expect(found).toEqual([
      'word load',
      'word requests',
      'word with',
      'word route',
      'operator =',
      'text /a "b"',
      'comma ,',
      'word x',
      'operator >=',
      'number 5',
      'unknown §',
    ]);
  });

  it('read offsets and durations, and nothing else as such', () => {
    expect(offsetOf('T+1h30m')).toBe(5_400_000);
    expect(offsetOf('T-5m')).toBe(-300_000);
    expect(offsetOf('T+0')).toBe(0);
    expect([offsetOf('T+'), offsetOf('5m'), offsetOf('T+-5m'), durationOf('5'), durationOf('m')]).toEqual(
      Array.from({ length: 5 }),
    );
  });
});
