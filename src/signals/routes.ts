import type { FieldValue, Measure, Predicate, Source } from '#plan/model.ts';
import { type FieldColumn, RouteColumns } from './batch/field-column.ts';
import { type Measured, MeasuredRows } from './batch/measured-rows.ts';
import type { RecordBatch } from './batch/record-batch.ts';
import { Selection } from './batch/selection.ts';
import { compileSelector, type Selector } from './batch/selector.ts';
import type { FigureWindow, RowsTaker } from './figure-window.ts';
import { KeyWindow, type OnceReader } from './keys/key-window.ts';
import type { MeasureWindow } from './measure-window.ts';
import { OncePer, onceHash } from './once-per.ts';
import { recordNameOf } from './record.ts';
import type { SilenceWatch } from './silence-watch.ts';

/** A window, and what it takes of the rows that come to it. */
export interface Target {
  readonly window: FigureWindow;
  /** Where in it the rows go. */
  readonly into: RowsTaker;
  readonly measured: MeasuredRows;
}

/** The windows of an executor: what they take in is theirs to know. */
export type LiveWindow = MeasureWindow | KeyWindow;

/** Who wants an event. */
export interface Targets {
  readonly windows: readonly Target[];
  readonly silences: readonly SilenceWatch[];
}

/** Targets behind a predicate that several of them may share. */
export interface Branch extends Targets {
  readonly select: Selector | undefined;
}

/** What wants the events with one value of a field, and the rows of a batch that have it. */
export interface IndexEntry {
  readonly branches: Branch[];
  readonly rows: Selection;
}

/** Branches that demand that one field equals a value, by that value: one look-up for thousands of them. */
export interface FieldIndex {
  readonly column: FieldColumn;
  readonly entries: Map<FieldValue | undefined, IndexEntry>;
}

/** Where the events of one source go. */
export interface Route {
  readonly source: Source;
  /** The rows of a batch that have the source's event name, and later those of them that the source takes. */
  readonly arrived: Selection;
  readonly select: Selector | undefined;
  readonly oncePer: OncePer | undefined;
  readonly branches: readonly Branch[];
  readonly indexes: readonly FieldIndex[];
}

/** Of routes and of values of an index, of which there may be thousands that a batch brings little for. */
const FIRST_ROWS = 8;

/** With fewer branches on a field, asking each is quicker than the look-up. */
const INDEX_FROM = 4;

/** The routes of a plan by event name, so that an event that nobody wants costs one look-up. */
export function buildRoutes(
  sources: Readonly<Record<string, Source>>,
  windows: Iterable<LiveWindow>,
  silences: Iterable<SilenceWatch>,
  batch: RecordBatch,
): { readonly byEvent: ReadonlyMap<string, readonly Route[]>; readonly all: readonly Route[] } {
  const wanted = new Map<string, Map<string, Wanted>>();
  for (const window of windows) {
    const measure = window.measure;
    if (window instanceof KeyWindow) {
      const { source, where, field = '', partner } = measure;
      window.onceOfKeys = onceReader(sources[source]);
      window.onceOfPartners = onceReader(sources[partner?.source ?? '']);
      targetsFor(wanted, source, where).windows.push({ window, into: window.ofKeys, field });
      if (partner === undefined) continue;
      targetsFor(wanted, partner.source, undefined).windows.push({
        window,
        into: window.ofPartners,
        field: partner.field,
      });
      continue;
    }
    // The predicate of a share divides its events and does not choose them.
    const where = measure.function === 'share' ? undefined : measure.where;
    targetsFor(wanted, measure.source, where).windows.push({ window, into: window, field: measure.field });
  }
  for (const silence of silences) {
    targetsFor(wanted, silence.test.source, silence.test.where).silences.push(silence);
  }
  const byEvent = new Map<string, Route[]>();
  const all: Route[] = [];
  for (const source of Object.values(sources)) {
    const route = buildRoute(source, [...(wanted.get(source.name)?.values() ?? [])], batch);
    if (route.branches.length === 0 && route.indexes.length === 0) continue;
    all.push(route);
    const name = recordNameOf(source);
    const routes = byEvent.get(name);
    if (routes === undefined) byEvent.set(name, [route]);
    else routes.push(route);
  }
  return { byEvent, all };
}

function onceReader(source: Source | undefined): OnceReader | undefined {
  if (source?.oncePer === undefined) return undefined;
  const hashOf = onceHash(source.oncePer);
  return ({ columns }, row) => hashOf(columns.batch.record(row));
}

/** A window that wants events, where in it they go, and the field that is read of them. */
interface WantedRows {
  readonly window: FigureWindow;
  readonly into: RowsTaker;
  readonly field: string | undefined;
}

interface Wanted {
  readonly where: Predicate | undefined;
  readonly windows: WantedRows[];
  readonly silences: SilenceWatch[];
}

/** The targets of one source behind one predicate; equal predicates are evaluated once. */
function targetsFor(wanted: Map<string, Map<string, Wanted>>, source: string, where: Predicate | undefined): Wanted {
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

function buildRoute(source: Source, wanted: readonly Wanted[], batch: RecordBatch): Route {
  const arrived = new Selection(FIRST_ROWS);
  const columns = new RouteColumns(batch, arrived, source.units);
  const branchOf = (where: Predicate | undefined, { windows, silences }: Wanted): Branch => ({
    select: where && compileSelector(where, columns),
    windows: windows.map(({ window, into, field }) => ({
      window,
      into,
      measured: new MeasuredRows(columns, measuredOf(window.measure, field, columns)),
    })),
    silences,
  });
  const perField = new Map<string, number>();
  for (const { where } of wanted) {
    const equality = where === undefined ? undefined : splitEquality(where);
    if (equality !== undefined) perField.set(equality.field, (perField.get(equality.field) ?? 0) + 1);
  }
  const branches: Branch[] = [];
  const indexes = new Map<string, FieldIndex>();
  for (const one of wanted) {
    const equality = one.where === undefined ? undefined : splitEquality(one.where);
    if (equality === undefined || (perField.get(equality.field) ?? 0) < INDEX_FROM) {
      branches.push(branchOf(one.where, one));
      continue;
    }
    let index = indexes.get(equality.field);
    if (index === undefined) {
      index = { column: columns.of(equality.field), entries: new Map() };
      indexes.set(equality.field, index);
    }
    let entry = index.entries.get(equality.value);
    if (entry === undefined) {
      entry = { branches: [], rows: new Selection(FIRST_ROWS) };
      index.entries.set(equality.value, entry);
    }
    entry.branches.push(branchOf(equality.rest, one));
  }
  return {
    source,
    arrived,
    select: source.where && compileSelector(source.where, columns),
    oncePer: source.oncePer === undefined ? undefined : new OncePer(source.oncePer),
    branches,
    indexes: [...indexes.values()],
  };
}

/**
 * What an event adds to a measure: 1, the number in its field, 1 or 0 for a share, the hash for `unique` and keys. An event that has no such field, or
 * no number in it, is no event of the measure.
 */
function measuredOf(measure: Measure, field: string | undefined, columns: RouteColumns): Measured {
  switch (measure.function) {
    case 'count':
      return { kind: 'event' };
    case 'rate':
      return field === undefined ? { kind: 'event' } : { kind: 'number', column: columns.of(field) };
    case 'share':
      return { kind: 'share', hits: measure.where && compileSelector(measure.where, columns) };
    case 'unique':
    case 'duplicates':
    case 'missing':
      return { kind: 'hash', column: columns.of(field ?? '') };
    default:
      return { kind: 'number', column: columns.of(field ?? '') };
  }
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
