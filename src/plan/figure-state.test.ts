import { describe, expect, test } from 'vitest';
import { figureState } from './figure-state.ts';
import type { Bands } from './model.ts';
import type { Reading } from './reading.ts';

const value = (number: number): Reading => ({ state: 'value', value: number, sampleSize: 30, at: 0 });
const lower: Bands = {
  target: { operator: '<', value: 0.005 },
  warning: { operator: '>', value: 0.01 },
  critical: { operator: '>', value: 0.05 },
};
const higher: Bands = { target: { operator: '>', value: 0.98 }, critical: { operator: '<', value: 0.9 } };

describe('a figure’s state', () => {
  test.each([
    [lower, 0.004, 'on target'],
    [lower, 0.005, 'off target'],
    [lower, 0.01, 'off target'],
    [lower, 0.011, 'warning'],
    [lower, 0.05, 'warning'],
    [lower, 0.051, 'critical'],
    [higher, 0.99, 'on target'],
    [higher, 0.95, 'off target'],
    [higher, 0.89, 'critical'],
    [{ target: { operator: 'between', low: 1, high: 2 } } as Bands, 2, 'on target'],
    [{ target: { operator: 'between', low: 1, high: 2 } } as Bands, 2.1, 'off target'],
    [{ target: 'unset', critical: { operator: '>', value: 5 } } as Bands, 6, 'critical'],
    [{ target: 'unset', critical: { operator: '>', value: 5 } } as Bands, 4, 'target unset'],
    [{ critical: { operator: '>', value: 5 } } as Bands, 4, 'on target'],
  ] as const)('%j at %d is %s', (bands, number, state) => {
    expect(figureState(value(number), { otherwise: bands }, undefined)).toBe(state);
  });

  test('missing data is neither zero nor a pass', () => {
    const nothing: Reading = { state: 'no data', reason: 'nothing-received', sampleSize: 0, at: 0 };
    const few: Reading = { state: 'too few', value: 0, sampleSize: 3, needed: 20, at: 0 };
    expect(figureState(nothing, { otherwise: lower }, undefined)).toBe('no data');
    expect(figureState(few, { otherwise: lower }, undefined)).toBe('too few');
  });

  test('what came so far is not judged', () => {
    const soFar: Reading = { state: 'value', value: 0.5, sampleSize: 3, at: 0, fullAt: 60_000 };
    expect(figureState(soFar, { otherwise: lower }, undefined)).toBe('open');
    const rate = { target: { operator: '>', value: 120 }, critical: { operator: '<', value: 60 } } as Bands;
    const grown = (amount: number): Reading => ({ ...soFar, value: amount, grows: true });
    expect([10, 80, 130].map((amount) => figureState(grown(amount), { otherwise: rate }, undefined))).toEqual([
      'open',
      'open',
      'on target',
    ]);
    const errors = { target: { operator: '<', value: 5 }, critical: { operator: '>', value: 50 } } as Bands;
    expect([1, 10, 51].map((amount) => figureState(grown(amount), { otherwise: errors }, undefined))).toEqual([
      'open',
      'open',
      'critical',
    ]);
    const both = { target: { operator: 'between', low: 5, high: 9 } } as Bands;
    expect(figureState(grown(1), { otherwise: both }, undefined)).toBe('open');
  });

  test('the phase in force has its own bands', () => {
    const bands = { phases: { first: lower } };
    expect(figureState(value(0.06), bands, 'first')).toBe('critical');
    expect(figureState(value(0.06), bands, 'later')).toBe('target unset');
  });
});
