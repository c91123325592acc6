import { BUILT_IN_SOURCES } from '../shape/built-in-sources.ts';
import type { Scan } from './scan.ts';

/** What a name of a plan is. */
export type NameKind =
  | 'signal'
  | 'source'
  | 'rule'
  | 'person'
  | 'role'
  | 'duty'
  | 'channel'
  | 'severity'
  | 'service'
  | 'phase'
  | 'runbook'
  | 'probe'
  | 'heartbeat'
  | 'review'
  | 'comparison'
  | 'hours'
  | 'baseline'
  | 'funnel'
  | 'webhook';

const SECTIONS: Readonly<Record<string, NameKind>> = {
  signals: 'signal',
  sources: 'source',
  rules: 'rule',
  people: 'person',
  roles: 'role',
  channels: 'channel',
  severities: 'severity',
  services: 'service',
  phases: 'phase',
  runbooks: 'runbook',
  probes: 'probe',
  heartbeats: 'heartbeat',
  reviews: 'review',
  comparisons: 'comparison',
  hours: 'hours',
  baselines: 'baseline',
  funnels: 'funnel',
  webhooks: 'webhook',
};

export interface DefinedName {
  readonly kind: NameKind;
  readonly name: string;
  /** What it is, of a name without a line of its own. */
  readonly note?: string;
  /** Which of the scanned texts, and which of its pieces is the name's key; absent for what every plan has. */
  readonly place?: { readonly scan: Scan; readonly index: number };
}

/** The names of a plan, found without compiling it. */
export interface PlanNames {
  readonly all: readonly DefinedName[];
  /** The names of some kinds, in the order of the text. */
  readonly of: (...kinds: readonly NameKind[]) => readonly DefinedName[];
  readonly find: (name: string, ...kinds: readonly NameKind[]) => DefinedName | undefined;
  /** Fields that the plan's sentences read, and those that every event has. */
  readonly fields: () => ReadonlySet<string>;
  /** The parts that answers of a probe name. */
  readonly parts: (probe: string) => readonly string[];
  /** What a probe looks at, as written. */
  readonly check: (probe: string) => string | undefined;
  /** What stands behind a signal's name under `objectives`. */
  readonly objective: (signal: string) => string | undefined;
}

/** The fields that every event has. */
const OWN_FIELDS = ['duration', 'user', 'value', 'time', 'event_id'];

const FIELD =
  /(?:\bwhere|\bby|\bper|\band|\bor|\bnot|\()\s+([\p{L}_][\p{L}\p{N}_.]*)\s*(?:[<>=!]|\bin\s*\(|\bis\b|\bcontains\b|\bstarts\b|\bends\b|\bmatches\b)|\b(?:once\s+per|by)\s+([\p{L}_][\p{L}\p{N}_.]*)|[\p{L}_][\p{L}\p{N}_-]*\.([\p{L}_][\p{L}\p{N}_]*)/gu;

/** Collects the names that the texts of a plan define. */
export function collectNames(scans: readonly Scan[]): PlanNames {
  const all: DefinedName[] = [];
  for (const scan of scans) {
    const { pieces, text } = scan;
    for (const [index, piece] of pieces.entries()) {
      const [section, name, below] = piece.path;
      if (piece.kind !== 'key' || section === undefined || name === undefined) continue;
      if (section === 'severities' && below === 'also' && piece.path.length === 3) {
        const value = pieces[index + 1];
        const also = value === undefined ? '' : text.slice(value.start, value.end).trim();
        if (also !== '') all.push({ kind: 'severity', name: also, note: `the same as ${name}` });
      }
      if (section === 'oncall' && below === 'table') {
        const value = pieces[index + 1];
        for (const duty of dutiesOf(value === undefined ? '' : text.slice(value.start, value.end))) {
          all.push({ kind: 'duty', name: duty, note: `a duty of the schedule ${name}` });
        }
      }
      const kind = SECTIONS[section];
      if (kind === undefined || piece.path.length !== 2 || name === '' || piece.open === true) continue;
      all.push({ kind, name, place: { scan, index } });
    }
  }
  for (const [name, event] of Object.entries(BUILT_IN_SOURCES)) {
    all.push({ kind: 'source', name, note: `built in: events "${event}"` });
  }
  all.push({ kind: 'severity', name: 'none', note: 'tells nobody' });
  all.push({ kind: 'channel', name: 'app', note: 'the inbox, which every plan has' });
  const index = new Map<string, DefinedName[]>();
  for (const each of all) index.set(each.name, [...(index.get(each.name) ?? []), each]);
  return {
    all,
    fields: () => fieldsOf(scans),
    parts: (probe) => partsOf(scans, probe),
    check: (probe) => checkOf(scans, probe),
    objective: (signal) => objectiveOf(scans, signal),
    of: (...kinds) => all.filter(({ kind }) => kinds.includes(kind)),
    find: (name, ...kinds) => index.get(name)?.find(({ kind }) => kinds.length === 0 || kinds.includes(kind)),
  };
}

/** The columns of a schedule's table but the first. */
function dutiesOf(table: string): readonly string[] {
  const header = table.trimStart().split('\n', 1)[0] ?? '';
  const cells = header
    .split('|')
    .slice(1)
    .flatMap((cell) => cell.split(','));
  return cells.map((cell) => cell.trim()).filter((cell) => cell !== '');
}

function fieldsOf(scans: readonly Scan[]): ReadonlySet<string> {
  const fields = new Set(OWN_FIELDS);
  for (const { pieces, text } of scans) {
    for (const { kind, path, start, end } of pieces) {
      if (kind !== 'value' || !['signals', 'rules', 'sources'].includes(path[0] ?? '')) continue;
      for (const match of text.slice(start, end).matchAll(FIELD)) fields.add(match[1] ?? match[2] ?? match[3] ?? '');
    }
  }
  fields.delete('');
  return fields;
}

function partsOf(scans: readonly Scan[], probe: string): readonly string[] {
  return scans.flatMap(({ pieces }) =>
    pieces.flatMap(({ kind, path: [section, name, key, part], open }) =>
      kind === 'key' && section === 'probes' && name === probe && key === 'parts' && part !== undefined && open !== true
        ? [part]
        : [],
    ),
  );
}

function checkOf(scans: readonly Scan[], probe: string): string | undefined {
  for (const { pieces, text } of scans) {
    const value = pieces.find(
      ({ kind, path: [section, name, key] }) =>
        kind === 'value' && section === 'probes' && name === probe && key === 'check',
    );
    if (value !== undefined) return text.slice(value.start, value.end).replace(/^\s*["']/, '');
  }
  return undefined;
}

function objectiveOf(scans: readonly Scan[], signal: string): string | undefined {
  for (const scan of scans) {
    const index = scan.pieces.findIndex(
      ({ kind, path }) => kind === 'key' && path.length === 2 && path[0] === 'objectives' && path[1] === signal,
    );
    if (index >= 0) return definitionOf({ kind: 'signal', name: signal, place: { scan, index } });
  }
  return undefined;
}

/** What stands behind a name, in one line; for one that every plan has, what it is. */
export function definitionOf({ note, place }: DefinedName): string {
  const key = place?.scan.pieces[place.index];
  if (place === undefined || key === undefined) return note ?? '';
  const { pieces, text } = place.scan;
  let end = key.end;
  for (let next = place.index + 1; next < pieces.length; next += 1) {
    const piece = pieces[next];
    if (piece === undefined || piece.path[1] !== key.path[1] || piece.path[0] !== key.path[0]) break;
    end = Math.max(end, piece.end);
  }
  const closing = /^\s*["'\]} ]*/.exec(text.slice(end, end + 20))?.[0].split('\n', 1)[0] ?? '';
  const body = text.slice(key.end, end + closing.length).replace(/^["']?\s*:\s*/, '');
  const line = body
    .replace(/\s+#.*$/gm, '')
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}
