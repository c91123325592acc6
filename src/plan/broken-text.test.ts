import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compilePlan } from './compile.ts';
import { formatPlan } from './format.ts';

const fixtures = new URL('./fixtures/', import.meta.url);
const texts = readdirSync(fixtures)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => readFileSync(new URL(name, fixtures), 'utf8').slice(0, 4_000));

const slips = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    removed: fc.integer({ min: 0, max: 6 }),
    inserted: fc.constantFrom(
      '',
      '|',
      '"',
      "'",
      '{',
      '}',
      '[',
      ': ',
      '\n',
      '  ',
      ' #',
      '- ',
      '? ',
      'unset',
      '&a ',
      '!x ',
      '~',
    ),
  }),
  { minLength: 1, maxLength: 4 },
);

/** A plan as somebody leaves it in the middle of an edit. */
const broken = fc.tuple(fc.constantFrom(...texts), slips).map(([text, edits]) =>
  edits.reduce((current, { at, removed, inserted }) => {
    const offset = Math.floor(at * current.length);
    return current.slice(0, offset) + inserted + current.slice(offset + removed);
  }, text),
);

test('whatever a text holds, findings lie within it and the layout settles and keeps the meaning', () => {
  fc.assert(
    fc.property(broken, (text) => {
      const compilation = compilePlan([{ path: 'plan.yaml', text }]);
      const lines = text.split('\n');
      for (const { line, column, endLine, endColumn } of compilation.diagnostics) {
        expect(line).toBeLessThanOrEqual(lines.length);
        expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1);
        expect(endLine > line || (endLine === line && endColumn >= column)).toBe(true);
      }
      const once = formatPlan(text);
      if (!once.ok) return;
      const again = formatPlan(once.value);
      expect(again.ok && again.value).toBe(once.value);
      const tests = Object.keys(compilation.plan?.tests ?? {});
      if (compilation.plan === undefined) return;
      const { plan } = compilePlan([{ path: 'plan.yaml', text: once.value }]);
      expect(Object.keys(plan?.tests ?? {})).toEqual(tests);
    }),
    { numRuns: 200 },
  );
});
