import { expect, test } from 'vitest';
import { ownPerson } from './own-person.ts';

test('somebody is the person of their address, else of their name', () => {
  expect(ownPerson(['mia', 'Tom'], { name: 'Tom', email: 'mia@tea.example' })).toBe('mia');
  expect(ownPerson(['mia', 'Tom'], { name: 'tom', email: 'ops@tea.example' })).toBe('Tom');
  expect(ownPerson(['mia'], { name: 'admin token' })).toBeUndefined();
  expect(ownPerson(['mia'], undefined)).toBeUndefined();
  expect(ownPerson([''], { name: '', email: '@x' })).toBeUndefined();
});
