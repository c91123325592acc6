import { expect, it } from 'vitest';
import type { CompiledPlan } from '#plan/model.ts';
import { evidenceText } from './explain-text.ts';
import type { CoreInput } from './model.ts';
import { Play, plan } from './testing.ts';
import { vouchingFindings } from './vouching-findings.ts';

const asked = { text: 'mia', people: ['mia'] };
const shop: CompiledPlan = plan([], {
  reviews: [{ name: 'first', source: 'sales', first: 20, during: [], show: ['invoice'], by: asked }],
  comparisons: [{ name: 'books', source: 'sales', key: 'invoice', fields: [], during: [], by: asked }],
});
const said = { by: 'mia', via: 'web' } as const;

function judge(verdict: 'wrong' | 'settled', note: string): CoreInput {
  return { kind: 'judge-sample', review: 'first', sample: '1', verdict, note, label: 'INV-1', ...said };
}

function list(upload: string, keys: readonly string[]): CoreInput {
  const examples = keys.map((key) => ({ key, what: 'only in the list' }));
  return { kind: 'compare', comparison: 'books', upload, rows: 12, differences: keys.length, examples, ...said };
}

it('still tells what was wrong once that is settled', () => {
  const play = new Play(shop);
  play.input(judge('wrong', 'no such branch'), 1_000);
  play.input(judge('settled', 'booked again'), 2_000);
  const findings = vouchingFindings(play.world, { kind: 'review-wrong', review: 'first' });
  expect(findings && evidenceText(findings)).toMatch(
    /^first wrong: true, 1 wrong of 1 judged: INV-1: settled: booked again/,
  );
});

it('still tells what differed in the last list that did, after one that is equal', () => {
  const play = new Play(shop);
  const unit = { kind: 'comparison-differs', comparison: 'books' } as const;
  expect(vouchingFindings(play.world, unit, play.facts)).toBeUndefined();
  play.input(list('a', ['INV-1']), 1_000);
  play.input(list('b', ['INV-2', 'INV-3']), 2_000);
  play.input(list('c', []), 3_000);
  const findings = vouchingFindings(play.world, unit, play.facts);
  expect(findings?.reading).toMatchObject({ value: 2, sampleSize: 12, at: 2_000 });
  expect(findings && evidenceText(findings)).toContain('INV-3: only in the list');
  // Without facts about it, how it stands.
  expect(vouchingFindings(play.world, unit)?.truth).toBe('false');
});
