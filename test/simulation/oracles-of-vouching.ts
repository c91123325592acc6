import { foldVouching } from '#core/fold-vouching.ts';
import type { MemoryStore } from './memory-store.ts';
import type { Violation } from './oracles.ts';
import { PLAN } from './watched-plan.ts';

/**
 * What people said of samples and lists stands in the rows as the facts tell it, and the rule that asks for it fires exactly while something
 * is wrong or differs, whatever intake did meanwhile.
 */
export function vouchingHolds(store: MemoryStore): readonly Violation[] {
  const { facts, aggregates } = store.of(PLAN);
  const { samples, comparisons } = foldVouching(facts.map(({ fact }) => fact));
  const violations: Violation[] = [];
  const folded = [...samples.values(), ...comparisons.values()].map(
    (row) => `${row.kind} ${row.key} ${row.version} ${row.state}`,
  );
  const stored = [...aggregates.values()].flatMap((row) =>
    row.kind === 'sample' || row.kind === 'comparison' ? [`${row.kind} ${row.key} ${row.version} ${row.state}`] : [],
  );
  if (folded.toSorted().join() !== stored.toSorted().join()) {
    violations.push({ invariant: 'fold', message: `The facts say ${folded.join()}, the rows ${stored.join()}.` });
  }
  const against = new Set<string>();
  let isOpen = false;
  const compare = (place: string): void => {
    if (isOpen === against.size > 0) return;
    const message = `${place}: the rule ${isOpen ? 'fires' : 'does not fire'} with ${[...against].join() || 'nothing'} wrong.`;
    violations.push({ invariant: 'T2', message });
  };
  for (const { sequence, fact } of facts) {
    const { kind, subject, reason, body } = fact;
    if (kind === 'sample-judged' || kind.startsWith('comparison-')) {
      compare(`Before fact ${sequence}`);
      const what = kind === 'sample-judged' ? `${subject}/${String(body['sample'])}` : subject;
      if (reason === 'judged-wrong' || reason === 'lists-differ') against.add(what);
      else against.delete(what);
    } else if (body['rule'] === 'judged' && kind === 'alert-fired') isOpen = true;
    else if (body['rule'] === 'judged' && kind === 'alert-resolved') isOpen = false;
  }
  compare('At the end');
  return violations;
}
