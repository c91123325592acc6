import type { SentenceKind } from '../shape/sentence-places.ts';
import { sentenceAt, sentenceInCell } from '../shape/sentence-places.ts';
import { collectNames, type NameKind, type PlanNames } from './names.ts';
import { type Piece, type Scan, scanPlan } from './scan.ts';
import { type SentenceToken, sentenceTokens } from './sentence-tokens.ts';
import { findWord, RESERVED_WORDS } from './words.ts';

/** What a piece of a plan's text is, for its colour. */
export type HighlightClass =
  | 'section'
  | 'key'
  | 'name'
  | 'unknown'
  | 'field'
  | 'function'
  | 'keyword'
  | 'quantity'
  | 'duration'
  | 'operator'
  | 'text'
  | 'comment';

export interface Highlight {
  readonly start: number;
  readonly end: number;
  readonly class: HighlightClass;
  /** Of names: what they are. */
  readonly kind?: NameKind;
}

type Classify = (text: string, kind: SentenceKind) => readonly ClassifiedToken[];

/** Colours one file of a plan; `others` are the plan's other files, whose names are known too. In the order of the text, without overlaps. */
export function highlight(text: string, others: readonly string[] = []): readonly Highlight[] {
  return createHighlighter()(text, others);
}

/** The same for an editor: a sentence that was seen with the same names before is not read again, so that a key costs little. */
export function createHighlighter(): typeof highlight {
  let seen = new Map<string, readonly ClassifiedToken[]>();
  let seenNames = '';
  return (text, others = []) => {
    const scan = scanPlan(text);
    const names = collectNames([scan, ...others.map(scanPlan)]);
    const known = names.all.map(({ kind, name }) => `${kind} ${name}`).join('\n');
    const before = known === seenNames ? seen : new Map<string, readonly ClassifiedToken[]>();
    seenNames = known;
    // Only what the text still has is kept.
    seen = new Map();
    const classify: Classify = (sentence, kind) => {
      const key = `${kind} ${sentence}`;
      const found = before.get(key) ?? classifyWords(sentence, kind, names);
      seen.set(key, found);
      return found;
    };
    return highlightScan(scan, names, classify);
  };
}

function highlightScan(scan: Scan, names: PlanNames, classify: Classify): readonly Highlight[] {
  const found: Highlight[] = [];
  for (const piece of scan.pieces) {
    if (piece.kind === 'comment') found.push({ start: piece.start, end: piece.end, class: 'comment' });
    else if (piece.kind === 'key') addKey(piece, names, found);
    else addValue(scan, piece, names, classify, found);
  }
  return found.filter(({ start, end }) => end > start);
}

function addKey(piece: Piece, names: PlanNames, found: Highlight[]): void {
  const { path, start, end } = piece;
  if (path.length === 1) found.push({ start, end, class: 'section' });
  else {
    const kinds = keyNames(path);
    const name = path.at(-1) ?? '';
    const known = kinds === undefined || name === 'otherwise' ? undefined : names.find(name, ...kinds);
    if (known !== undefined) found.push({ start, end, class: 'name', kind: known.kind });
    else found.push({ start, end, class: 'key' });
  }
}

/** The kinds of names that stand as keys at a path: definitions, figures of objectives, phases of a value that varies. */
export function keyNames(path: readonly string[]): readonly NameKind[] | undefined {
  const [section = '', , key] = path;
  const depth = path.length;
  if (section === 'objectives' && depth === 2) return ['signal'];
  if (section === 'objectives' && depth === 3 && !['bands', 'owner', 'advice', 'per'].includes(key ?? ''))
    return ['phase'];
  if (section === 'objectives' && depth === 4 && key === 'bands') return ['phase'];
  if (section === 'rules' && depth === 4 && ['when', 'severity', 'until'].includes(key ?? '')) return ['phase'];
  if ((section === 'scrapes' || section === 'probes') && depth === 4 && key === 'every') return ['phase'];
  if (section === 'probes' && depth === 4 && key === 'parts') return ['service'];
  return undefined;
}

const VOUCHING_NAMES: Readonly<Record<string, readonly NameKind[]>> = {
  of: ['source'],
  during: ['phase'],
  by: ['person', 'role'],
  service: ['service'],
};

/** The kinds of names of which a value is one, by its path. */
export function valueNames(path: readonly string[]): readonly NameKind[] | undefined {
  const [section = '', , key] = path;
  if (section === 'rules') {
    if (key === 'severity') return ['severity'];
    if (key === 'unless') return ['rule'];
    if (key === 'service') return ['service'];
    if (key === 'runbook') return ['runbook'];
  }
  if (section === 'services' && key === 'needs') return ['service'];
  if (section === 'services' && key === 'down') return ['rule'];
  if (section === 'reviews' || section === 'comparisons') return VOUCHING_NAMES[key ?? ''];
  if (section === 'probes' && key === 'confirm') return path[3] === 'source' ? ['source'] : undefined;
  if (['webhooks', 'probes', 'heartbeats'].includes(section) && key === 'service') return ['service'];
  if (section === 'assessments' && key === 'of') return ['probe', 'heartbeat', 'rule', 'review', 'comparison'];
  if (section === 'assessments' && key === 'during') return ['phase'];
  if (section === 'objectives' && key === 'owner') return ['person', 'role', 'duty'];
  if (section === 'people' && key === 'order') return ['channel'];
  if (section === 'roles' && path.length === 2) return ['person'];
  return undefined;
}

/** An assessment may say of what kind a check is, and names parts of probes: `rule backup`, `health.database`. */
function namedIn(text: string, [section]: readonly string[]): string {
  return section === 'assessments'
    ? text.replace(/^(?:probe|heartbeat|rule|review|comparison)\s+/, '').replace(/\..*$/, '')
    : text;
}

function addValue(scan: Scan, piece: Piece, names: PlanNames, classify: Classify, found: Highlight[]): void {
  const text = scan.text.slice(piece.start, piece.end);
  const kind = sentenceAt(piece.path);
  if (piece.style === 'block' && text.includes('|')) {
    addTable(text, piece, names, classify, found);
    return;
  }
  if (kind !== undefined) {
    addSentence(text, piece.start, kind, classify, found);
    return;
  }
  const kinds = valueNames(piece.path);
  const whole = { start: piece.start, end: piece.end };
  if (kinds !== undefined) {
    const name = names.find(namedIn(text.trim(), piece.path), ...kinds);
    if (name !== undefined) found.push({ ...whole, class: 'name', kind: name.kind });
    else if (piece.path.at(-1) === 'runbook' || text.trim() === '' || piece.path[1] === undefined) return;
    else found.push({ ...whole, class: piece.path[0] === 'people' ? 'text' : 'unknown' });
    return;
  }
  const secret = /^secret\s+\S+$/.exec(text);
  if (secret !== null) {
    found.push({ start: piece.start, end: piece.start + 6, class: 'keyword' });
    return;
  }
  if (piece.path[0] === 'launch' || piece.path[0] === 'timezone') found.push({ ...whole, class: 'quantity' });
  else if (piece.style === 'quoted') found.push({ ...whole, class: 'text' });
}

/** Cells of a table are sentences where their column says so; the first row is the header. */
function addTable(text: string, piece: Piece, names: PlanNames, classify: Classify, found: Highlight[]): void {
  const section = piece.path[0] ?? '';
  let columns: readonly string[] | undefined;
  let at = 0;
  for (const line of text.split('\n')) {
    const cells = line.split('|');
    let cellAt = at;
    for (const [index, cell] of cells.entries()) {
      const start = piece.start + cellAt + (cell.length - cell.trimStart().length);
      const trimmed = cell.trim();
      const kind = columns === undefined ? undefined : sentenceInCell(section, columns[index] ?? '');
      if (trimmed !== '' && columns === undefined) found.push({ start, end: start + trimmed.length, class: 'key' });
      else if (trimmed !== '' && kind !== undefined) addSentence(trimmed, start, kind, classify, found);
      else if (trimmed !== '' && section === 'objectives' && index === 0) {
        const known = names.find(trimmed, 'signal');
        if (known !== undefined) found.push({ start, end: start + trimmed.length, class: 'name', kind: 'signal' });
      }
      cellAt += cell.length + 1;
    }
    if (columns === undefined && line.trim() !== '') columns = cells.map((cell) => cell.trim());
    at += line.length + 1;
  }
}

function addSentence(text: string, offset: number, kind: SentenceKind, classify: Classify, found: Highlight[]): void {
  for (const classified of classify(text, kind)) {
    const { token, name } = classified;
    found.push({
      start: offset + token.start,
      end: offset + token.end,
      class: classified.class,
      ...(name === undefined ? {} : { kind: name }),
    });
  }
}

export interface ClassifiedToken {
  readonly token: SentenceToken;
  readonly class: HighlightClass;
  readonly name?: NameKind;
}

/** What a name at a place of a sentence may be; `field` is any field of an event, `unit` a word behind a number. */
export type Role =
  | 'figure'
  | 'source'
  | 'watched'
  | 'signal'
  | 'field'
  | 'baseline'
  | 'who'
  | 'channel'
  | 'hours'
  | 'unit'
  | 'none';

const ROLE_KINDS: Readonly<Record<Role, readonly NameKind[]>> = {
  figure: ['signal', 'rule', 'probe', 'heartbeat', 'review', 'comparison', 'source', 'funnel'],
  source: ['source', 'funnel', 'probe', 'signal'],
  watched: ['probe', 'service'],
  signal: ['signal'],
  field: [],
  baseline: ['baseline'],
  who: ['person', 'role', 'duty', 'channel'],
  channel: ['channel'],
  hours: ['hours'],
  unit: [],
  none: [],
};

/** The kinds of names of a role. */
export function kindsOfRole(role: Role): readonly NameKind[] {
  return ROLE_KINDS[role];
}

/** What a name behind an unfinished sentence would be. */
export function roleAtEnd(base: string, kind: SentenceKind): Role {
  const tokens = sentenceTokens(base);
  const roles = new RoleReader(kind);
  for (const [index, token] of tokens.entries()) roles.roleOf(token, tokens[index - 1], tokens[index + 1]);
  const end: SentenceToken = { kind: 'word', text: 'x', start: base.length, end: base.length + 1 };
  return roles.roleOf(end, tokens.at(-1), undefined);
}

/** The tokens of a sentence with what each is. A sentence may be unfinished. */
export function classifyWords(text: string, kind: SentenceKind, names: PlanNames): readonly ClassifiedToken[] {
  const tokens = sentenceTokens(text);
  const classified: ClassifiedToken[] = [];
  const roles = new RoleReader(kind);
  for (const [index, token] of tokens.entries()) {
    const role = roles.roleOf(token, tokens[index - 1], tokens[index + 1]);
    classified.push(classifyToken(token, kind, role, names, tokens[index + 1]));
  }
  return classified.filter(({ class: found }) => found !== 'key');
}

function classifyToken(
  token: SentenceToken,
  kind: SentenceKind,
  role: Role,
  names: PlanNames,
  next: SentenceToken | undefined,
): ClassifiedToken {
  switch (token.kind) {
    case 'text':
      return { token, class: 'text' };
    case 'number':
      return { token, class: 'quantity' };
    case 'duration':
    case 'offset':
    case 'time':
      return { token, class: 'duration' };
    case 'operator':
      return { token, class: 'operator' };
    case 'address':
      return { token, class: 'name', name: 'channel' };
    case 'bracket':
    case 'sign':
      return { token, class: 'key' };
    case 'word':
      break;
  }
  const { text } = token;
  const isCall = next?.text === '(' && next.start === token.end;
  if (isCall && findWord(kind, text, 'function') !== undefined) return { token, class: 'function' };
  if (role === 'unit') return { token, class: 'quantity' };
  const isWord = findWord(kind, text, 'keyword') !== undefined;
  const known = names.find(text, ...ROLE_KINDS[role]);
  // In a condition a signal may be called `target`; in bands the word is the language's.
  const nameFirst = (kind === 'condition' || kind === 'signal' || kind === 'source') && !RESERVED_WORDS.has(text);
  if (known !== undefined && ROLE_KINDS[role].length > 0 && (nameFirst || !isWord)) {
    return { token, class: 'name', name: known.kind };
  }
  if (isWord) return { token, class: 'keyword' };
  if (role === 'field') return { token, class: 'field' };
  if (role === 'channel') return { token, class: 'name', name: 'channel' };
  return ROLE_KINDS[role].length > 0 ? { token, class: 'unknown' } : { token, class: 'key' };
}

type Mode = 'formula' | 'aggregate' | 'fields' | 'paths' | 'watched' | 'signal';

/** Follows a figure's sentence from left to right and says what a name may be at each place. */
class RoleReader {
  readonly #kind: SentenceKind;
  readonly #modes: { mode: Mode; first: boolean }[];
  #inFields = false;

  constructor(kind: SentenceKind) {
    this.#kind = kind;
    this.#modes = [{ mode: kind === 'source' ? 'aggregate' : 'formula', first: true }];
  }

  roleOf(token: SentenceToken, before: SentenceToken | undefined, after: SentenceToken | undefined): Role {
    if (this.#kind === 'recipient') return recipientRole(before);
    if (this.#kind !== 'signal' && this.#kind !== 'condition' && this.#kind !== 'source') {
      return before?.kind === 'number' ? 'unit' : 'none';
    }
    const top = this.#modes.at(-1) ?? { mode: 'formula', first: true };
    if (token.text === '(') {
      this.#modes.push({ mode: this.#openedBy(before), first: true });
      return 'none';
    }
    if (token.text === ')') {
      if (this.#modes.length > 1) this.#modes.pop();
      return 'none';
    }
    if (token.kind !== 'word') return 'none';
    return this.#wordRole(token, before, after, top);
  }

  #openedBy(before: SentenceToken | undefined): Mode {
    if (before?.text === 'missing') return 'paths';
    if (before?.text === 'ratio') return 'formula';
    if (before?.text === 'availability') return 'watched';
    if (before?.text === 'burn') return 'signal';
    if (before?.kind === 'word' && !RESERVED_WORDS.has(before.text)) return 'aggregate';
    return this.#inFields || this.#modes.at(-1)?.mode === 'fields' ? 'fields' : 'formula';
  }

  #wordRole(
    token: SentenceToken,
    before: SentenceToken | undefined,
    after: SentenceToken | undefined,
    top: { mode: Mode; first: boolean },
  ): Role {
    if (before?.text === '.' && before.end === token.start) return 'field';
    if (before?.text === '/' && before.end === token.start) return 'unit';
    if (before?.text === 'baseline') return 'baseline';
    const word = token.text;
    const isNumberWord = before?.kind === 'number' && !RESERVED_WORDS.has(word);
    if (isNumberWord && findWord(this.#kind, word, 'keyword') === undefined) return 'unit';
    if (
      word === 'where' ||
      word === 'by' ||
      (word === 'per' && this.#kind === 'source') ||
      (word === 'with' && this.#kind === 'source')
    ) {
      this.#setFields(top, true);
      return 'none';
    }
    if (word === 'for' || word === 'over' || word === 'having' || (word === 'in' && after?.text !== '(')) {
      this.#setFields(top, false);
      return this.#kind === 'source' ? 'field' : 'none';
    }
    if (before?.text === 'in' && after?.text !== '(' && this.#modes.length === 1 && this.#kind !== 'condition')
      return 'unit';
    if (/^(?:no|any|new|from)$/.test(before?.text ?? '') && this.#modes.length === 1 && this.#kind === 'condition')
      return 'source';
    if (top.mode === 'fields' || (this.#inFields && this.#modes.length === 1)) return 'field';
    if (top.mode === 'watched' || top.mode === 'signal') return top.mode;
    if (top.mode === 'aggregate' || top.mode === 'paths') {
      if (!top.first && top.mode === 'aggregate') return 'field';
      if (RESERVED_WORDS.has(word) || (top.mode === 'paths' && word === 'within')) return 'none';
      top.first = top.mode === 'paths';
      return 'source';
    }
    return 'figure';
  }

  #setFields(top: { mode: Mode; first: boolean }, on: boolean): void {
    if (this.#modes.length === 1) this.#inFields = on;
    else if (on) top.mode = 'fields';
  }
}

function recipientRole(before: SentenceToken | undefined): Role {
  if (before === undefined) return 'who';
  if (before.text === 'by' || before.text === 'and') return 'channel';
  return before.text === 'in' ? 'hours' : 'none';
}
