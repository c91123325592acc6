import { ADDRESS_KINDS, channelSettings, PERSON_KINDS } from '../compile/channel-kinds.ts';
import { WEBHOOK_KINDS, webhookSettings } from '../compile/webhook-kinds.ts';
import { RUN_PLACE } from '../run-id.ts';
import { choicesAt, keysAt, kindsAt } from '../shape/schema-keys.ts';
import { EXECUTED_SECTIONS } from '../shape/sections.ts';
import { sentenceAt, sentenceInCell } from '../shape/sentence-places.ts';
import { completeSentence, nameItem } from './complete-sentence.ts';
import type { Completion, Completions } from './completion.ts';
import { keyNames, valueNames } from './highlight.ts';
import { collectNames, type PlanNames } from './names.ts';
import { keysBelow, type Place, placeAt } from './place.ts';
import { type Piece, type Scan, scanPlan } from './scan.ts';

/**
 * What may be written at an offset of a plan's file, from the schemas, the grammar and the names that the compiler itself uses. Works on
 * text that is being typed; never throws for what it holds. `others` are the plan's other files. Undefined where nothing is known.
 */
export function completeAt(text: string, offset: number, others: readonly string[] = []): Completions | undefined {
  const scan = scanPlan(text);
  const place = placeAt(scan, Math.max(0, Math.min(offset, text.length)));
  if (place === undefined) return undefined;
  const scans = [scan, ...others.map(scanPlan)];
  const names = collectNames(scans);
  const found =
    place.kind === 'key' ? completeKey(scan, place, names, scans) : completeValue(scan, place, offset, names, scans);
  if (found === undefined || found.items.length === 0) return undefined;
  return { ...found, items: found.items.toSorted((left, right) => right.rank - left.rank) };
}

function completeKey(
  scan: Scan,
  place: Extract<Place, { kind: 'key' }>,
  names: PlanNames,
  scans: readonly Scan[],
): Completions {
  const { parent, piece, start, end } = place;
  const items = keyItems(parent, names, scans);
  // A key that has its colon keeps it.
  const hasColon = piece !== undefined && piece.open !== true && piece.path.at(-1) !== '';
  const own = piece?.path.at(-1);
  const wanted = items.filter(({ label }) => label === own || !takenKeys(scans, scan, parent).has(label));
  return { start, end, items: hasColon ? wanted.map((item) => ({ ...item, insert: item.label })) : wanted };
}

function takenKeys(scans: readonly Scan[], scan: Scan, parent: readonly string[]): ReadonlySet<string> {
  // A section stands in one file only; the keys below it are then of that file.
  return parent.length === 0 ? new Set(scans.flatMap((each) => [...keysBelow(each, [])])) : keysBelow(scan, parent);
}

function keyItems(parent: readonly string[], names: PlanNames, scans: readonly Scan[]): readonly Completion[] {
  const items: Completion[] = keysAt(parent).map(({ key, description, required }) => {
    const path = [...parent, key];
    const waits = parent.length === 0 && !EXECUTED_SECTIONS.has(key);
    const isMap = parent.length === 0 && !kindsAt(path).has('text');
    return {
      label: key,
      kind: parent.length === 0 ? 'section' : 'key',
      detail: waits
        ? 'read, not executed yet'
        : required
          ? 'must be there'
          : parent.length === 0
            ? 'a section'
            : 'optional',
      documentation: description ?? '',
      insert: isMap ? `${key}:\n  ` : `${key}: `,
      rank: waits ? -1 : required ? 3 : 2,
    };
  });
  const kinds = keyNames([...parent, '']);
  if (kinds !== undefined) {
    items.push(...names.of(...kinds).map((name) => asKey(nameItem(name))));
    if (kinds.includes('phase')) {
      const documentation = 'In every phase that has no value of its own. Without it the line sleeps outside.';
      items.push({ label: 'otherwise', kind: 'key', detail: 'a phase', documentation, insert: 'otherwise: ', rank: 2 });
    }
  }
  const [section, name] = parent;
  if (section === 'channels' && parent.length === 1) {
    for (const kind of ADDRESS_KINDS)
      items.push(...channelKind(kind).map((item) => ({ ...item, insert: `${kind}: { ` })));
  }
  if (section === 'webhooks' && parent.length === 2 && name !== undefined) {
    const known = webhookSettings(kindOfLine(scans, 'webhooks', name));
    return items
      .filter(({ label }) => label === 'kind' || known.includes(label))
      .map((item) => (['secret', 'token'].includes(item.label) ? { ...item, insert: `${item.insert}secret ` } : item));
  }
  if (section === 'channels' && parent.length === 2 && name !== undefined) {
    items.push(...channelKeys(kindOfLine(scans, 'channels', name)));
  }
  return items;
}

function asKey(item: Completion): Completion {
  return { ...item, insert: `${item.insert}: ` };
}

function channelKeys(kind: string): readonly Completion[] {
  const documentation = 'Which channel it is; not needed where the name is the kind.';
  const settings = Object.entries(channelSettings(kind) ?? {}).map(
    ([key, { required, secret }]): Completion => ({
      label: key,
      kind: 'key',
      detail: required ? 'must be there' : 'optional',
      documentation: secret ? `A secret: \`${key}: secret NAME\`.` : '',
      insert: secret ? `${key}: secret ` : `${key}: `,
      rank: required ? 3 : 2,
    }),
  );
  return [...settings, { label: 'kind', kind: 'key', detail: 'optional', documentation, insert: 'kind: ', rank: 2 }];
}

/** The kind of a channel or webhook as written, or its name. */
function kindOfLine(scans: readonly Scan[], section: 'channels' | 'webhooks', name: string): string {
  for (const { pieces, text } of scans) {
    const piece = pieces.find(
      ({ kind, path }) => kind === 'value' && path[0] === section && path[1] === name && path[2] === 'kind',
    );
    if (piece !== undefined) return text.slice(piece.start, piece.end).trim();
  }
  return name;
}

function channelKind(kind: string): readonly Completion[] {
  const executed = channelSettings(kind) !== undefined;
  const detail = executed ? 'a channel' : 'read, not executed yet';
  return [{ label: kind, kind: 'value', detail, documentation: '', insert: kind, rank: executed ? 2 : -1 }];
}

function completeValue(
  scan: Scan,
  place: Extract<Place, { kind: 'value' }>,
  offset: number,
  names: PlanNames,
  scans: readonly Scan[],
): Completions | undefined {
  const { path, piece, either } = place;
  if (piece.style === 'block') return completeCell(scan, piece, offset, names, scans);
  const before = scan.text.slice(piece.start, offset);
  const end = Math.max(offset, wordEnd(scan.text, offset, piece.end));
  const keys =
    either || (piece.open === true && (path.length === 0 || kindsAt(path).has('map')))
      ? keyItems(path, names, scans)
      : [];
  const free = keys.filter(({ label }) => !takenKeys(scans, scan, path).has(label));
  // Below siblings that are keys a word is a key.
  if (piece.open === true && !either) return { start: piece.start, end: piece.end, items: free };
  const sentence = sentenceAt(path);
  if (sentence !== undefined && (kindsAt(path).has('text') || path.length > 2)) {
    const found = completeSentence(before, sentence, names, channelNames(names, scans));
    if (found !== undefined)
      return { start: piece.start + found.from, end, items: [...found.items, ...(found.from === 0 ? free : [])] };
    return free.length > 0 ? { start: piece.start, end: piece.end, items: free } : undefined;
  }
  const items = [...wholeValues(path, names, scans, before), ...free];
  return { start: piece.start, end: piece.end, items };
}

function wordEnd(text: string, offset: number, limit: number): number {
  const rest = /^[\p{L}\p{M}\p{N}_-]*/u.exec(text.slice(offset, limit))?.[0] ?? '';
  return offset + rest.length;
}

function channelNames(
  names: PlanNames,
  scans: readonly Scan[],
): { channels: readonly string[]; addresses: readonly string[] } {
  const bound = names.of('channel').map(({ name }) => ({ name, kind: kindOfLine(scans, 'channels', name) }));
  return {
    channels: [...PERSON_KINDS, ...bound.filter(({ kind }) => PERSON_KINDS.includes(kind)).map(({ name }) => name)],
    addresses: bound.filter(({ kind }) => ADDRESS_KINDS.includes(kind)).map(({ name, kind }) => `${kind}:${name}`),
  };
}

/** Values that are one word or one name. */
function wholeValues(
  path: readonly string[],
  names: PlanNames,
  scans: readonly Scan[],
  before: string,
): readonly Completion[] {
  const [section, , key] = path;
  const choices = choicesAt(path).map((text): Completion => value(text, ''));
  const kinds = valueNames(path);
  const named = kinds === undefined ? [] : names.of(...kinds).map(nameItem);
  if (section === 'people' && key === 'order')
    return [...new Set(channelNames(names, scans).channels)].flatMap(channelKindOrName);
  if (section === 'channels' && key === 'kind')
    return [...new Set([...ADDRESS_KINDS, ...PERSON_KINDS])].filter((kind) => kind !== 'app').flatMap(channelKind);
  if (section === 'channels' && key !== undefined)
    return [value('secret ', 'Read from the environment: `secret NAME`.')];
  if (section === 'limits') return [value('5000/s', 'Records a second.'), value('600/min', 'Records a minute.')];
  if (section === 'scrapes' && key === 'token') return [value('secret ', 'Read from the environment: `secret NAME`.')];
  if (section === 'assessments' && key === 'of') {
    const parts = names.of('probe').flatMap(({ name }) => names.parts(name).map((part) => `${name}.${part}`));
    return [...named, ...parts.map((part) => ({ ...value(part, ''), detail: 'a part of a probe' }))];
  }
  const ofChecks = checkValues(path);
  if (ofChecks.length > 0) return ofChecks;
  if (section === 'webhooks' && key === 'kind') return Object.keys(WEBHOOK_KINDS).map((kind) => value(kind, ''));
  if (section === 'webhooks' && (key === 'secret' || key === 'token'))
    return [value('secret ', 'Read from the environment: `secret NAME`.')];
  if (section === 'launch') return [value('on command', 'T+0 is when somebody says so.')];
  if (section === 'timezone') {
    const wanted = before.toLowerCase();
    return Intl.supportedValuesOf('timeZone')
      .filter((zone) => zone.toLowerCase().includes(wanted))
      .slice(0, 50)
      .map((zone) => value(zone, ''));
  }
  return [...named, ...choices];
}

/** What probes, heartbeats and databases are made of. */
function checkValues([section, , key]: readonly string[]): readonly Completion[] {
  const secret = value('secret ', 'Read from the environment: `secret NAME`.');
  if (section === 'databases' && key === 'url') return [secret];
  if (section === 'reviews' && key === 'first')
    return [value('20', 'Of the whole time.'), value('5 per day', 'Of each local day.')];
  if (section === 'probes' && (key === 'headers' || key === 'body'))
    return [secret, value(RUN_PLACE, 'A fresh id of each look.')];
  if (section === 'probes' && key === 'check') return CHECK_FORMS.map(([text, means]) => value(text, means));
  if (section === 'probes' && key === 'expect') return EXPECTATIONS.map(([text, means]) => value(text, means));
  if (section !== 'heartbeats' || key !== 'every') return [];
  return [value('1h', 'So long after the last check-in.'), value('cron "0 3 * * *"', "In the plan's time zone.")];
}

const CHECK_FORMS: readonly (readonly [text: string, means: string])[] = [
  ['GET https://', 'Asks for an address.'],
  ['HEAD https://', 'Asks for the head of an address.'],
  ['POST https://', 'Sends `body` to an address.'],
  ['tcp ', 'Connects: `tcp HOST:PORT`.'],
  ['tls ', 'Looks at a certificate: `tls HOST:443`.'],
  ['dns TXT ', 'Looks up a domain: `dns TXT DOMAIN`.'],
  ['query ', 'Asks a database: `query DATABASE "select 1"`.'],
];

const EXPECTATIONS: readonly (readonly [text: string, means: string])[] = [
  ['status = 200', 'Of `GET`, `HEAD` and `POST`.'],
  ['time < 2s', 'The whole duration.'],
  ['body contains "ok"', 'Of `GET` and `POST`.'],
  ['json.database = "up"', 'A path into a JSON answer.'],
  ['age(json.timestamp) < 5m', 'How old a time in the answer is.'],
  ['size < 1MB', 'Of `GET` and `POST`.'],
  ['days_left > 14', 'Of `tls`.'],
  ['records > 0', 'Of `dns`.'],
  ['rows = 0', 'Of `query`.'],
  ['value >= 10', 'Of `query`: the first of the first row. Of `dns`: its text.'],
];

function channelKindOrName(name: string): readonly Completion[] {
  return [{ ...value(name, ''), detail: 'a channel' }];
}

function value(text: string, documentation: string): Completion {
  return { label: text.trim(), kind: 'value', detail: '', documentation, insert: text, rank: 2 };
}

/** The cell of a table at an offset: a figure in the first column, a bound under a band. */
function completeCell(
  scan: Scan,
  piece: Piece,
  offset: number,
  names: PlanNames,
  scans: readonly Scan[],
): Completions | undefined {
  const [section = ''] = piece.path;
  const table = scan.text.slice(piece.start, piece.end);
  const header = table.split('\n').find((line) => line.trim() !== '') ?? '';
  const lineStart = scan.text.lastIndexOf('\n', offset - 1) + 1;
  const before = scan.text.slice(lineStart, offset);
  if (section !== 'objectives' || before.trim() === header.trim()) return undefined;
  const cells = before.split('|');
  const column = header.split('|')[cells.length - 1]?.trim() ?? '';
  const cell = (cells.at(-1) ?? '').trimStart();
  const start = offset - cell.length;
  if (cells.length === 1 && (column === 'figure' || column === 'signal')) {
    return { start, end: wordEnd(scan.text, offset, piece.end), items: names.of('signal').map(nameItem) };
  }
  if (column === 'owner')
    return {
      start,
      end: wordEnd(scan.text, offset, piece.end),
      items: names.of('person', 'role', 'duty').map(nameItem),
    };
  const kind = sentenceInCell(section, column);
  if (kind === undefined) return undefined;
  const found = completeSentence(cell, kind, names, channelNames(names, scans));
  return found && { start: start + found.from, end: wordEnd(scan.text, offset, piece.end), items: found.items };
}
