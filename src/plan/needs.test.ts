import { expect, test } from 'vitest';
import { neededServices } from './needs.ts';

test('what a service needs comes nearest first and once, and a circle ends', () => {
  const needs = new Map([
    ['web', ['api', 'cache']],
    ['api', ['database', 'cache']],
    ['database', ['disk', 'web']],
  ]);
  expect(neededServices('web', needs)).toEqual(['api', 'cache', 'database', 'disk']);
  expect(neededServices('database', needs)).toEqual(['disk', 'web', 'api', 'cache']);
  expect(neededServices('disk', needs)).toEqual([]);
});
