import { collect, conditionsOf } from '#core/rule-index.ts';
import { isArithmetic } from '#plan/arithmetic.ts';
import type { CompiledPlan, Formula, MeasureId, Rule, Test } from '#plan/model.ts';
import { fieldsOf } from '#plan/predicate-fields.ts';
import { nearestName } from '#plan/text/nearest-name.ts';

/** These are the record's own: every event has them or may have them, whatever was sent so far. */
const OWN_FIELDS: ReadonlySet<string> = new Set(['name', 'time', 'user', 'duration', 'value', 'event_id', 'id']);
const KNOWN_SHOWN = 8;

/** A field of an event that something of the plan reads. */
interface FieldUse {
  readonly event: string;
  readonly field: string;
  /** Names, in the order of the plan. */
  readonly rules: Set<string>;
  readonly signals: Set<string>;
  readonly sources: Set<string>;
}

/** Names of the events of which a plan reads fields that a sender makes up. */
export function eventsWithFields(plan: CompiledPlan): readonly string[] {
  return [...new Set(fieldUses(plan).map(({ event }) => event))];
}

/**
 * A sentence for each field that a plan reads and that no known event of that name has: a misspelt one would make a rule silent for ever.
 * `known` are the fields by event name; of a name that is not in it no event came yet, so nothing is said.
 */
export function fieldsNeverSent(plan: CompiledPlan, known: ReadonlyMap<string, readonly string[]>): readonly string[] {
  return fieldUses(plan).flatMap((use) => {
    const fields = known.get(use.event);
    if (fields === undefined || fields.includes(use.field)) return [];
    const found = `None of the latest "${use.event}" events has a field "${use.field}"`;
    return [`${found} (${knownFields(use.field, fields)}). ${readers(use)}`];
  });
}

/** Of the sources that a plan has for `checks.NAME.FIELD`; no name of a plan's own has a dot. */
const RESULTS_OF_A_PROBE = 'checks.';

/** One entry for each event and field. */
function fieldUses(plan: CompiledPlan): readonly FieldUse[] {
  const uses = new Map<string, FieldUse>();
  const signalsOf = new Map<MeasureId, string[]>();
  for (const { name, formula } of plan.signals) {
    for (const id of measuresOf(formula)) signalsOf.set(id, [...(signalsOf.get(id) ?? []), name]);
  }
  const rulesOf = rulesByTest(plan.rules);
  const rulesOfMeasure = new Map<MeasureId, string[]>();
  for (const test of Object.values(plan.tests)) {
    for (const id of testMeasures(test)) {
      rulesOfMeasure.set(id, [...(rulesOfMeasure.get(id) ?? []), ...(rulesOf.get(test.id) ?? [])]);
    }
  }

  function note(source: string, fields: Iterable<string>, rules: readonly string[], signals: readonly string[]): void {
    const { event, samples } = plan.sources[source] ?? {};
    // The labels of samples are no fields of events, and what the results of a probe hold is known when the plan is compiled.
    if (event === undefined || samples === true || source.startsWith(RESULTS_OF_A_PROBE)) return;
    for (const field of fields) {
      if (OWN_FIELDS.has(field)) continue;
      const key = JSON.stringify([event, field]);
      const use = uses.get(key) ?? { event, field, rules: new Set(), signals: new Set(), sources: new Set() };
      uses.set(key, use);
      use.sources.add(source);
      for (const rule of rules) use.rules.add(rule);
      for (const signal of signals) use.signals.add(signal);
    }
  }

  /** Whatever reads a source reads the fields that choose its events. */
  const fieldsOfSource = (name: string): readonly string[] => {
    const source = plan.sources[name];
    return [...fieldsOf(source?.where), ...(source?.oncePer === undefined ? [] : [source.oncePer])];
  };
  for (const name of Object.keys(plan.sources)) note(name, fieldsOfSource(name), [], []);
  for (const { id, source, where, field, by, partner } of Object.values(plan.measures)) {
    const own = [...fieldsOf(where), ...(field === undefined ? [] : [field]), ...by];
    note(source, [...fieldsOfSource(source), ...own], rulesOfMeasure.get(id) ?? [], signalsOf.get(id) ?? []);
    if (partner === undefined) continue;
    const needed = [...fieldsOfSource(partner.source), partner.field];
    note(partner.source, needed, rulesOfMeasure.get(id) ?? [], signalsOf.get(id) ?? []);
  }
  for (const test of Object.values(plan.tests)) {
    if (test.kind !== 'silence') continue;
    note(test.source, [...fieldsOfSource(test.source), ...fieldsOf(test.where)], rulesOf.get(test.id) ?? [], []);
  }
  return [...uses.values()];
}

function rulesByTest(rules: readonly Rule[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const rule of rules) {
    const tests = new Set<string>();
    for (const condition of conditionsOf(rule)) collect(condition, tests, new Set());
    for (const test of tests) found.set(test, [...(found.get(test) ?? []), rule.name]);
  }
  return found;
}

function testMeasures(test: Test): readonly MeasureId[] {
  if (test.kind !== 'comparison') return [];
  const { left, comparison } = test;
  const sides = comparison.operator === 'between' ? [left, comparison.low, comparison.high] : [left, comparison.right];
  return sides.flatMap(measuresOf);
}

function measuresOf(formula: Formula): readonly MeasureId[] {
  if (formula.kind === 'measure') return [formula.measure];
  return isArithmetic(formula) ? [...measuresOf(formula.left), ...measuresOf(formula.right)] : [];
}

function knownFields(field: string, known: readonly string[]): string {
  if (known.length === 0) return 'they have no fields';
  const alphabetical = [...known].sort();
  const nearest = nearestName(field, alphabetical);
  const ordered = nearest === undefined ? alphabetical : [nearest, ...alphabetical.filter((name) => name !== nearest)];
  const more = ordered.length - KNOWN_SHOWN;
  return `known: ${ordered.slice(0, KNOWN_SHOWN).join(', ')}${more > 0 ? `, ${more} more` : ''}`;
}

/** Rules are what people ask for; a signal or a source is named when no rule reads the field. */
function readers({ rules, signals, sources }: FieldUse): string {
  const [word, names] =
    rules.size > 0 ? ['Rule', [...rules]] : signals.size > 0 ? ['Signal', [...signals]] : ['Source', [...sources]];
  if (names.length === 1) return `${word} ${names[0]} reads it.`;
  return `${word}s ${names.slice(0, -1).join(', ')} and ${names.at(-1)} read it.`;
}
