import { describe, expect, test } from 'vitest';
import { type Command, findCommands } from './command-search.ts';
import { nearestPhases, phaseLine } from './phase-line.ts';

describe('the palette', () => {
  const command = (kind: Command['kind'], title: string, detail?: string): Command => ({
    id: `${kind} ${title}`,
    kind,
    title,
    ...(detail === undefined ? {} : { detail }),
    icon: 'gauge',
    run: () => {},
  });
  const commands = [
    command('page', 'Mission control'),
    command('page', 'Alerts'),
    command('signal', 'payment_success', 'share(payments where outcome = "ok")'),
    command('rule', 'payments-failing', 'payment_failures > 3 in 10s'),
    command('person', 'Zoë'),
  ];
  const find = (query: string) => findCommands(commands, query).map(({ title }) => title);

  test.each([
    ['', ['Mission control', 'Alerts', 'payment_success', 'payments-failing', 'Zoë']],
    ['pay', ['payment_success', 'payments-failing']],
    ['PAYMENTS F', ['payments-failing']],
    ['control', ['Mission control']],
    ['zoe', ['Zoë']],
    ['rule', ['payments-failing']],
    ['success payment', ['payment_success']],
    ['nothing like this', []],
  ])('finds by "%s"', (query, titles) => {
    expect(find(query)).toEqual(titles);
  });
});

describe('the strip of phases', () => {
  const hour = 3_600_000;
  const at = (hours: number): string => new Date(hours * hour).toISOString();
  const phases = [
    { name: 'first', from: at(0), to: at(10) },
    { name: 'second', from: at(10), to: at(30) },
    { name: 'third', from: at(30), to: at(40) },
    { name: 'last', from: at(40) },
  ];
  const show = (hours: number) =>
    phaseLine(phases, hours * hour).map(({ name, place, done }) => `${name} ${place} ${done.toFixed(2)}`);

  test('shows what is over, where now is, and what comes', () => {
    expect(show(15)).toEqual(['first past 1.00', 'second now 0.25', 'third future 0.00', 'last future 0.00']);
    expect(show(-1)).toEqual(['first future 0.00', 'second future 0.00', 'third future 0.00', 'last future 0.00']);
    expect(show(99).at(-1)).toBe('last now 0.33');
  });

  test('a phase that has begun is no longer to come, one that ends is over', () => {
    expect(show(10).slice(0, 2)).toEqual(['first past 1.00', 'second now 0.00']);
  });

  test('without a launch there is none', () => {
    expect(phaseLine([{ name: 'first' }], 0)).toEqual([]);
  });

  test.each([
    [-1, ['first', 'second', 'third']],
    [15, ['first', 'second', 'third']],
    [35, ['second', 'third', 'last']],
    [99, ['second', 'third', 'last']],
  ])('at hour %d the nearest are shown', (hours, names) => {
    expect(nearestPhases(phaseLine(phases, hours * hour), 3).map(({ name }) => name)).toEqual(names);
  });
});
