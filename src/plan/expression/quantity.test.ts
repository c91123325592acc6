import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDuration, parseQuantity, parseUnit } from './parse.ts';

describe('quantities', () => {
  it.each([
    ['5', 5, 'count', ''],
    ['0.5', 0.5, 'count', ''],
    ['-5', -5, 'count', ''],
    ['5%', 0.05, 'fraction', '%'],
    ['99.9 %', 0.999, 'fraction', '%'],
    ['100%', 1, 'fraction', '%'],
    ['5 points', 0.05, 'points', 'points'],
    ['1 point', 0.01, 'points', 'points'],
    ['500ms', 500, 'ms', 'ms'],
    ['1.1s', 1_100, 'ms', 's'],
    ['2 minutes', 120_000, 'ms', 'm'],
    ['14 days', 1_209_600_000, 'ms', 'd'],
    ['3w', 1_814_400_000, 'ms', 'w'],
    ['12B', 12, 'bytes', 'B'],
    ['1.5 KB', 1_500, 'bytes', 'KB'],
    ['2MB', 2_000_000, 'bytes', 'MB'],
    ['2GB', 2e9, 'bytes', 'GB'],
    ['2TB', 2e12, 'bytes', 'TB'],
    ['64kbps', 64_000, 'bits-per-second', 'kbps'],
    ['1.5Mbps', 1_500_000, 'bits-per-second', 'Mbps'],
    ['2x', 2, 'times', 'x'],
    ['$200', 200, 'money', '$'],
    ['€0.99', 0.99, 'money', '€'],
    ['5 stars', 5, 'word', 'stars'],
  ])('%s', (text, value, base, shown) => {
    expect(parseQuantity(text)).toMatchObject({ ok: true, value: { value, unit: { base, text: shown } } });
  });

  it.each([
    ['120/min', 2, 'count', 'min'],
    ['7200/h', 2, 'count', 'h'],
    ['36%/h', 0.36 / 3600, 'fraction', 'h'],
    ['36 points/h', 0.36 / 3600, 'points', 'h'],
    ['60MB/s', 60e6, 'bytes', 's'],
    ['$86400/d', 1, 'money', 'd'],
  ])('%s is per second in its base', (text, value, base, per) => {
    expect(parseQuantity(text)).toMatchObject({ ok: true, value: { value, unit: { base, per } } });
  });

  it('a value is the decimal number nearest to what is written', () => {
    fc.assert(
      fc.property(fc.nat(99_999), fc.nat(4), (digits, scale) => {
        const text = (digits / 10 ** scale).toFixed(scale);
        const percent = parseQuantity(`${text}%`);
        const seconds = parseQuantity(`${text}s`);
        expect(percent.ok && percent.value.value).toBe(Number(`${digits}e-${scale + 2}`));
        expect(seconds.ok && seconds.value.value).toBe((digits * 1000) / 10 ** scale);
      }),
    );
  });

  it.each(['5stars', '5 for', '1.2.3', '.5', '5.', '1e3', '5 %%', '12345678901234567', '5 by', '%', '5 GB/week'])(
    '%s is none',
    (text) => {
      expect(parseQuantity(text).ok).toBe(false);
    },
  );

  it.each(['ms', '%', '$', '/min', 'stars', 'points/h', 'GB'])('%s is a unit', (text) => {
    expect(parseUnit(text).ok).toBe(true);
  });
});

describe('durations', () => {
  it.each([
    ['250ms', 250],
    ['1 second', 1_000],
    ['30s', 30_000],
    ['1 minute', 60_000],
    ['5 minutes', 300_000],
    ['5m', 300_000],
    ['1.5h', 5_400_000],
    ['1 day', 86_400_000],
    ['2 weeks', 1_209_600_000],
  ])('%s', (text, ms) => expect(parseDuration(text)).toMatchObject({ ok: true, value: { ms } }));

  it.each(['5', '5%', '5 m h', '1 month', '-5m', '5m/h'])('%s is none', (text) => {
    expect(parseDuration(text).ok).toBe(false);
  });
});
