import { afterEach, beforeEach, expect, test } from 'vitest';
import { forgetTab, keepTabFor } from './tab-owner.ts';

/** A browser's storage keeps its keys as own properties, and its methods on the prototype. */
class TabStorage {
  [key: string]: unknown;
  getItem(key: string): string | null {
    return (this[key] as string | undefined) ?? null;
  }
  setItem(key: string, value: string): void {
    this[key] = value;
  }
  removeItem(key: string): void {
    delete this[key];
  }
}

let storage: TabStorage;
beforeEach(() => {
  storage = new TabStorage();
  Object.defineProperty(globalThis, 'sessionStorage', { value: storage, configurable: true });
  keepTabFor('mia@tea.example');
  storage.setItem('watchbill-draft shop', 'her text');
  storage.setItem('somebody-elses', 'kept');
});
afterEach(() => Reflect.deleteProperty(globalThis, 'sessionStorage'));

test('whoever signs in again finds their draft', () => {
  keepTabFor('mia@tea.example');
  expect(storage.getItem('watchbill-draft shop')).toBe('her text');
});

test('somebody else does not', () => {
  keepTabFor('leo@tea.example');
  expect(storage.getItem('watchbill-draft shop')).toBeNull();
  expect(storage.getItem('somebody-elses')).toBe('kept');
});

test('signing out leaves nothing behind', () => {
  forgetTab();
  expect(storage.getItem('watchbill-draft shop')).toBeNull();
});
