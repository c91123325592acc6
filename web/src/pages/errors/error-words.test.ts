import { expect, test } from 'vitest';
import { errorMessage, errorTitle, errorTone, fieldName } from './error-words.ts';

test('how a group stands', () => {
  const open = { state: 'open', isNew: false, inNextRelease: false } as const;
  expect(errorTone(open).word).toBe('open');
  expect(errorTone({ ...open, isNew: true })).toEqual({ tone: 'critical', word: 'new' });
  expect(errorTone({ ...open, isNew: true, regressedAt: '2026-03-02T08:00:00Z' }).word).toBe('came back');
  expect(errorTone({ ...open, state: 'resolved', inNextRelease: true }).word).toBe('resolved in the next release');
  expect(errorTone({ ...open, state: 'ignored', isNew: true }).tone).toBe('neutral');
});

test('a group is named by its type, one of messages by its message', () => {
  expect(errorTitle({ type: 'E', message: 'x', error: 'f' })).toBe('E');
  expect(errorMessage({ type: 'E', message: '\nx\ny' })).toBe('x');
  expect(errorTitle({ message: 'x\ny', error: 'f' })).toBe('x');
  expect(errorMessage({ message: 'x' })).toBe('');
  expect(errorTitle({ message: '', error: 'f' })).toBe('f');
});

test('fields are named for people', () => {
  expect(['tag.region', 'server_name', 'release'].map(fieldName)).toEqual(['region', 'server', 'release']);
});
