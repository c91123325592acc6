import { suggest } from '../text/nearest-name.ts';
import { placeOf } from '../text/sentence.ts';
import type { TreeNode } from '../text/tree.ts';
import { type Context, sentencesOf } from './context.ts';

/** The phases that a value names, in the order of the plan; one that is unknown is reported. */
export function namedPhases(node: TreeNode, context: Context): readonly string[] {
  const all = [...context.phases];
  const named = sentencesOf(node);
  for (const sentence of named) {
    if (context.phases.has(sentence.text)) continue;
    const hint = suggest(sentence.text, all);
    context.report.add('E134', placeOf(sentence), `There is no phase \`${sentence.text}\`.`, hint);
  }
  const wanted = new Set(named.map(({ text }) => text));
  return all.filter((phase) => wanted.has(phase));
}
