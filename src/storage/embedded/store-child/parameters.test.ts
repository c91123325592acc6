import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderParameter } from './parameters.ts';

describe('renderParameter', () => {
  it('never lets a character of a value into the query', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('String', 'Array(String)', 'DateTime'),
        (value, type) => {
          expect(renderParameter('p', type, value)).toMatch(
            /^(?:CAST\()?(?:unhex\('[0-9a-f]*'\)|NULL)(?:, '[A-Za-z()]+'\))?$/,
          );
        },
      ),
    );
  });

  it('takes numbers that are numbers', () => {
    for (const [type, value] of [
      ['UInt8', '7'],
      ['Int64', '-7'],
      ['Float64', '1e-3'],
      ['Float64', 'nan'],
      ['Decimal(10, 2)', '1.5'],
    ]) {
      expect(renderParameter('p', type ?? '', value)).toContain('CAST');
    }
    for (const [type, value] of [
      ['UInt8', '7 or 1'],
      ['UInt8', ''],
      ['Int64', '1.5'],
      ['Float64', '0x1'],
      ['Float64', 'now()'],
    ]) {
      expect(() => renderParameter('p', type ?? '', value)).toThrow('cannot be parsed');
    }
  });

  it('takes types that it knows to the last character', () => {
    for (const type of [
      'Nullable(String)',
      'LowCardinality(Nullable(String))',
      'Array(Array(UInt64))',
      'Tuple(String, Array(UInt8))',
      "DateTime64(3, 'UTC')",
      "DateTime('America/New_York')",
      'FixedString(16)',
      'UInt128',
    ]) {
      expect(renderParameter('p', type, '1')).toContain('CAST');
    }
    for (const type of [
      "String') or 1 --",
      "DateTime('UTC'') )')",
      'Array(String',
      'AggregateFunction(sum, UInt8)',
      '',
      'string',
      'Tuple(String, x y)',
    ]) {
      expect(() => renderParameter('p', type, '1')).toThrow('cannot be parsed');
    }
  });

  it('keeps a name a name', () => {
    expect(renderParameter('p', 'Identifier', 'a`; drop table t; --')).toBe('`a\\`; drop table t; --`');
  });

  it('says what is missing', () => {
    expect(() => renderParameter('p', 'String', undefined)).toThrow('Substitution `p` is not set');
    expect(renderParameter('p', 'Nullable(UInt8)', '\\N')).toBe("CAST(NULL, 'Nullable(UInt8)')");
  });
});
