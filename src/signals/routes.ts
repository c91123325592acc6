import type { FieldValue, Predicate, Source } from '#plan/model.ts';
import type { MeasureWindow } from './measure-window.ts';
import { OncePer } from './once-per.ts';
import { compileField, compilePredicate, type FieldReader, type Matcher } from './predicate.ts';
import type { SilenceWatch } from './silence-watch.ts';

/** Who wants an event. */
export interface Targets {
  readonly windows: MeasureWindow[];
  readonly silences: SilenceWatch[];
}

/** Targets behind a predicate that several of them may share. */
export interface Branch extends Targets {
  readonly matches: Matcher | undefined;
}

/** Branches that demand that one field equals a value, by that value: one look-up for thousands of them. */
export interface FieldIndex {
  readonly read: FieldReader;
  readonly branches: Map<FieldValue | undefined, Branch[]>;
}

/** Where the events of one source go. */
export interface Route {
  readonly source: Source;
  readonly matches: Matcher | undefined;
  readonly oncePer: OncePer | undefined;
  readonly branches: readonly Branch[];
  readonly indexes: readonly FieldIndex[];
}

/** With fewer branches on a field, asking each is quicker than the look-up. */
const INDEX_FROM = 4;

/** The routes of a plan by event name, so that an event that nobody wants costs one look-up. */
export function buildRoutes(
  sources: Readonly<Record<string, Source>>,
  windows: Iterable<MeasureWindow>,
  silences: Iterable<SilenceWatch>,
): { readonly byEvent: ReadonlyMap<string, readonly Route[]>; readonly all: readonly Route[] } {
  const wanted = new Map<string, Map<string, Wanted>>();
  for (const window of windows) {
    const measure = window.measure;
    // The predicate of a share divides its events and does not choose them.
    const where = measure.function === 'share' ? undefined : measure.where;
    targetsFor(wanted, measure.source, where).windows.push(window);
  }
  for (const silence of silences) {
    targetsFor(wanted, silence.test.source, silence.test.where).silences.push(silence);
  }
  const byEvent = new Map<string, Route[]>();
  const all: Route[] = [];
  for (const source of Object.values(sources)) {
    const route = buildRoute(source, [...(wanted.get(source.name)?.values() ?? [])]);
    if (route.branches.length === 0 && route.indexes.length === 0) continue;
    all.push(route);
    const routes = byEvent.get(source.event);
    if (routes === undefined) byEvent.set(source.event, [route]);
    else routes.push(route);
  }
  return { byEvent, all };
}

interface Wanted extends Targets {
  readonly where: Predicate | undefined;
}

/** The targets of one source behind one predicate; equal predicates are evaluated once. */
function targetsFor(wanted: Map<string, Map<string, Wanted>>, source: string, where: Predicate | undefined): Targets {
  let ofSource = wanted.get(source);
  if (ofSource === undefined) {
    ofSource = new Map();
    wanted.set(source, ofSource);
  }
  const text = JSON.stringify(where) ?? '';
  let targets = ofSource.get(text);
  if (targets === undefined) {
    targets = { where, windows: [], silences: [] };
    ofSource.set(text, targets);
  }
  return targets;
}

function buildRoute(source: Source, wanted: readonly Wanted[]): Route {
  const perField = new Map<string, number>();
  for (const { where } of wanted) {
    const equality = where === undefined ? undefined : splitEquality(where);
    if (equality !== undefined) perField.set(equality.field, (perField.get(equality.field) ?? 0) + 1);
  }
  const branches: Branch[] = [];
  const indexes = new Map<string, FieldIndex>();
  for (const { where, windows, silences } of wanted) {
    const equality = where === undefined ? undefined : splitEquality(where);
    if (equality === undefined || (perField.get(equality.field) ?? 0) < INDEX_FROM) {
      branches.push({ matches: where && compilePredicate(where, source.units), windows, silences });
      continue;
    }
    let index = indexes.get(equality.field);
    if (index === undefined) {
      index = { read: compileField(equality.field, source.units), branches: new Map() };
      indexes.set(equality.field, index);
    }
    const branch: Branch = {
      matches: equality.rest && compilePredicate(equality.rest, source.units),
      windows,
      silences,
    };
    const same = index.branches.get(equality.value);
    if (same === undefined) index.branches.set(equality.value, [branch]);
    else same.push(branch);
  }
  return {
    source,
    matches: source.where && compilePredicate(source.where, source.units),
    oncePer: source.oncePer === undefined ? undefined : new OncePer(source.oncePer),
    branches,
    indexes: [...indexes.values()],
  };
}

/** Takes the first `field = value` out of a conjunction. */
function splitEquality(
  where: Predicate,
): { readonly field: string; readonly value: FieldValue; readonly rest: Predicate | undefined } | undefined {
  if (where.kind === 'compare' && where.operator === '=') {
    return { field: where.field, value: where.value, rest: undefined };
  }
  if (where.kind !== 'and') return undefined;
  const index = where.of.findIndex((part) => part.kind === 'compare' && part.operator === '=');
  const found = where.of[index];
  if (found?.kind !== 'compare') return undefined;
  return {
    field: found.field,
    value: found.value,
    rest: { kind: 'and', of: where.of.filter((_, place) => place !== index) },
  };
}
