import { expect, test } from 'vitest';
import type { AuditEntryAnswer } from '#contract/audit.ts';
import { routes } from '#contract/routes.ts';
import { actionText, actionWords, auditChanges, foldBegun } from './audit-words.ts';

test('every command of the API has words, and no words are for what is not there', () => {
  const commands = Object.values(routes)
    .filter(({ method }) => method !== 'get')
    .map(({ method, path }) => `${method.toUpperCase()} ${path}`);
  expect(Object.keys(actionWords).sort()).toEqual(commands.sort());
  expect(actionText({ action: 'GET /members' })).toBe('GET /members');
});

test('a command is one line once it has ended', () => {
  const entry = (sequence: number, requestId: string, outcome: AuditEntryAnswer['outcome']) =>
    ({ sequence, requestId, outcome }) as AuditEntryAnswer;
  const entries = [
    entry(5, 'c', 'begun'),
    entry(4, 'b', 'done'),
    entry(3, 'a', 'refused'),
    entry(2, 'a', 'begun'),
    entry(1, 'b', 'begun'),
  ];
  expect(foldBegun(entries).map(({ sequence }) => sequence)).toEqual([5, 4, 3]);
});

test('what was changed is said field by field', () => {
  const before = { id: 'm1', serverLevel: 'viewer', planLevels: {}, disabled: false };
  const after = { id: 'm1', serverLevel: 'editor', planLevels: { shop: 'admin' }, disabled: false };
  expect(auditChanges({ before, after })).toEqual([
    { name: 'server level', before: 'viewer', after: 'editor' },
    { name: 'plan levels', before: undefined, after: 'shop: admin' },
  ]);
  expect(auditChanges({ before })).toEqual([
    { name: 'id', before: 'm1', after: undefined },
    { name: 'server level', before: 'viewer', after: undefined },
    { name: 'disabled', before: 'no', after: undefined },
  ]);
  expect(auditChanges({ after: { expiresInMs: 7_776_000_000, plan: 'shop' } })).toEqual([
    { name: 'expires in', before: undefined, after: '90 d' },
    { name: 'plan', before: undefined, after: 'shop' },
  ]);
  expect(auditChanges({})).toEqual([]);
  expect(auditChanges({ after: [1, 2] })).toEqual([{ name: 'value', before: undefined, after: '1, 2' }]);
});
