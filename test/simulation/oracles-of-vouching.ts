import { foldVouching } from '#core/fold-vouching.ts';
import type { Fact } from '#core/model.ts';
import type { Instant } from '#kernel/instant.ts';
import type { MemoryStore } from './memory-store.ts';
import type { Remains, Violation } from './oracles.ts';
import { MIDDLE, PLAN, SAID_LASTING_MS } from './watched-plan.ts';

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
    if (isSaid(kind)) {
      compare(`Before fact ${sequence}`);
      noteSaid(against, { kind, subject, reason, body });
    } else if (body['rule'] === 'judged' && kind === 'alert-fired') isOpen = true;
    else if (body['rule'] === 'judged' && kind === 'alert-resolved') isOpen = false;
  }
  compare('At the end');
  return violations;
}

interface Stretch {
  readonly from: Instant;
  readonly to: Instant;
}

/**
 * Rules in which people have a say: those of nothing else fire from the very instant at which what was said has lasted long enough or its phase
 * has begun, whatever intake and the core did meanwhile; those with a test never while nothing was said. No alert ends or is told before
 * it opened.
 */
export function saidHolds({ store, clockSetBack }: Pick<Remains, 'store' | 'clockSetBack'>): readonly Violation[] {
  const facts = store.of(PLAN).facts.map(({ fact }) => fact);
  const problems = [...beforeTheyOpened(facts), ...(clockSetBack ? [] : notAsSaid(facts))];
  return problems.map((message) => ({ invariant: 'T2', message }));
}

function beforeTheyOpened(facts: readonly Fact[]): readonly string[] {
  const opened = new Map<string, Instant>();
  return facts.flatMap(({ at, kind, subject }) => {
    if (kind === 'alert-fired') opened.set(subject, at);
    const isOfAlert = kind === 'alert-resolved' || kind === 'notified' || kind === 'alert-unsilenced';
    const openedAt = opened.get(subject) ?? Number.POSITIVE_INFINITY;
    return isOfAlert && at < openedAt ? [`${subject}: ${kind} at ${at}, opened at ${openedAt}.`] : [];
  });
}

function notAsSaid(facts: readonly Fact[]): readonly string[] {
  const said = stretchesOf(facts);
  const lasting = said
    .filter(({ from, to }) => to - from >= SAID_LASTING_MS)
    .map(({ from, to }) => ({ from: from + SAID_LASTING_MS, to }));
  const middle = said.map(({ from, to }) => ({ from: Math.max(from, MIDDLE.from), to: Math.min(to, MIDDLE.to) }));
  const expected = { 'judged-lasting': lasting, 'judged-reader': lasting, 'judged-middle': middle };
  const problems = Object.entries(expected).flatMap(([rule, stretches]) => {
    const [wanted, found] = [stretches, firedStretches(facts, rule)].map((list) =>
      JSON.stringify(list.filter(hasLength)),
    );
    return wanted === found ? [] : [`${rule} fired in ${found}, not in ${wanted}.`];
  });
  for (const rule of ['mixed', 'mixed-lasting', 'read', 'reads-both']) {
    for (const { from } of firedStretches(facts, rule)) {
      if (said.some((stretch) => stretch.from <= from && from < stretch.to)) continue;
      problems.push(`${rule} fired at ${from}, when nothing was said against the data.`);
    }
  }
  return problems;
}

function hasLength({ from, to }: Stretch): boolean {
  return from < to;
}

/** When something was said against the data and not dealt with; the last one may have no end. */
function stretchesOf(facts: readonly Fact[]): readonly Stretch[] {
  const against = new Set<string>();
  const stretches: Stretch[] = [];
  let from: Instant | undefined;
  for (const fact of facts) {
    if (!isSaid(fact.kind)) continue;
    noteSaid(against, fact);
    if (against.size > 0) from ??= fact.at;
    else if (from !== undefined) {
      stretches.push({ from, to: fact.at });
      from = undefined;
    }
  }
  return from === undefined ? stretches : [...stretches, { from, to: Number.MAX_SAFE_INTEGER }];
}

function firedStretches(facts: readonly Fact[], rule: string): readonly Stretch[] {
  const own = facts.filter(({ body }) => body['rule'] === rule);
  return own
    .filter(({ kind }) => kind === 'alert-fired')
    .map(({ at, subject }) => {
      const end = own.find((fact) => fact.kind === 'alert-resolved' && fact.subject === subject);
      return { from: at, to: end?.at ?? Number.MAX_SAFE_INTEGER };
    });
}

function isSaid(kind: Fact['kind']): boolean {
  return kind === 'sample-judged' || kind.startsWith('comparison-');
}

function noteSaid(
  against: Set<string>,
  { kind, subject, reason, body }: Pick<Fact, 'kind' | 'subject' | 'reason' | 'body'>,
): void {
  const what = kind === 'sample-judged' ? `${subject}/${String(body['sample'])}` : subject;
  if (reason === 'judged-wrong' || reason === 'lists-differ') against.add(what);
  else against.delete(what);
}
