import type { ByPhase } from '../model.ts';
import { suggest } from '../text/nearest-name.ts';
import { type Sentence, sentenceOf } from '../text/sentence.ts';
import type { TreeNode } from '../text/tree.ts';
import type { Context } from './context.ts';

/**
 * Reads a value that may vary by phase. `read` gives undefined for a sentence that is wrong or not executed; that part is
 * then left out.
 */
export function readByPhase<Value>(
  node: TreeNode | undefined,
  context: Context,
  where: string,
  read: (sentence: Sentence, phase: string | undefined) => Value | undefined,
): ByPhase<Value> | undefined {
  if (node?.kind === 'text') {
    const value = read(sentenceOf(node), undefined);
    return value === undefined ? undefined : { otherwise: value };
  }
  if (node?.kind !== 'map') return undefined;
  let otherwise: Value | undefined;
  const phases: Record<string, Value> = {};
  for (const entry of node.entries) {
    const phase = entry.key.text;
    const known = phase === 'otherwise' || context.phases.has(phase);
    if (!known && context.defines('layers', phase)) {
      context.skip(where, 'values by layer', entry.key.span);
    } else if (!known) {
      const hint = suggest(phase, [...context.phases, 'otherwise']);
      context.report.add('E134', entry.key.span, `There is no phase \`${phase}\`.`, hint);
    }
    if (entry.value.kind !== 'text') continue;
    const value = read(sentenceOf(entry.value), phase === 'otherwise' ? undefined : phase);
    if (value === undefined) continue;
    if (phase === 'otherwise') otherwise = value;
    else if (known) phases[phase] = value;
  }
  if (otherwise === undefined && Object.keys(phases).length === 0) return undefined;
  return {
    ...(otherwise === undefined ? {} : { otherwise }),
    ...(Object.keys(phases).length === 0 ? {} : { phases }),
  };
}

/** All values of a by-phase value. */
export function valuesOf<Value>(byPhase: ByPhase<Value>): readonly Value[] {
  const own = Object.values(byPhase.phases ?? {});
  return byPhase.otherwise === undefined ? own : [byPhase.otherwise, ...own];
}
