import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compilePlan } from './compile.ts';
import { formatDiagnostic } from './diagnostic.ts';

const folder = new URL('../../docs/plan/', import.meta.url);
const blocks = readdirSync(folder).flatMap((name) => {
  const text = readFileSync(new URL(name, folder), 'utf8');
  return [...text.matchAll(/```yaml\n(.*?)```/gs)].map(
    (match, index) => [`${name} ${index + 1}`, match[1] ?? ''] as const,
  );
});

test('the reference has examples', () => expect(blocks.length).toBeGreaterThan(5));

// A fragment may use names that it does not define; everything else about it is right.
test.each(blocks)('%s is right but for names defined elsewhere', (_, block) => {
  const text = block.startsWith('plan:') ? block : `plan: documented\n${block}`;
  const { diagnostics } = compilePlan([{ path: 'plan.yaml', text }]);
  const wrong = diagnostics.filter(({ code, severity }) => severity === 'error' && !/^E13\d$/.test(code));
  expect(wrong.map(formatDiagnostic)).toEqual([]);
});
