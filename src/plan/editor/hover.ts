import { describeKey } from '../shape/schema-keys.ts';
import { EXECUTED_SECTIONS } from '../shape/sections.ts';
import { sentenceAt, sentenceInCell } from '../shape/sentence-places.ts';
import { KIND_WORDS } from './completion.ts';
import { classifyWords, keyNames, valueNames } from './highlight.ts';
import { collectNames, type DefinedName, definitionOf, type NameKind, type PlanNames } from './names.ts';
import { type Piece, scanPlan } from './scan.ts';
import { findWord } from './words.ts';

/** What is said about the word under the pointer. */
export interface Hover {
  readonly start: number;
  readonly end: number;
  /** `error_rate, a signal`. */
  readonly title: string;
  /** Sentences, with code between backticks. */
  readonly lines: readonly string[];
}

/** Explains what stands at an offset of a plan's file: a key, a name with its definition, a word of the language. */
export function hoverAt(text: string, offset: number, others: readonly string[] = []): Hover | undefined {
  const scan = scanPlan(text);
  const piece = scan.pieces.find(({ start, end }) => start <= offset && offset < end);
  if (piece === undefined || piece.kind === 'comment') return undefined;
  const names = collectNames([scan, ...others.map(scanPlan)]);
  if (piece.kind === 'key') return hoverKey(piece, names);
  const kinds = valueNames(piece.path);
  if (kinds !== undefined) {
    const name = names.find(text.slice(piece.start, piece.end).trim(), ...kinds);
    return name && hoverName(name, names, piece);
  }
  const sentence = piece.style === 'block' ? cellAt(text, piece, offset) : wholeSentence(text, piece);
  if (sentence === undefined) return undefined;
  const found = classifyWords(sentence.text, sentence.kind, names).find(
    ({ token }) => sentence.start + token.start <= offset && offset < sentence.start + token.end,
  );
  if (found === undefined) return undefined;
  const place = { start: sentence.start + found.token.start, end: sentence.start + found.token.end };
  const { text: word } = found.token;
  if (found.class === 'name' && found.name !== undefined) {
    const name = names.find(word, found.name);
    return name && hoverName(name, names, place);
  }
  const kind = found.class === 'function' ? 'function' : 'keyword';
  const meant =
    found.class === 'function' || found.class === 'keyword' ? findWord(sentence.kind, word, kind) : undefined;
  if (meant === undefined) return undefined;
  const waits = meant.waits === true ? ['It is read, and not executed yet.'] : [];
  return { ...place, title: word, lines: [meant.meaning, `\`${meant.form}\``, ...waits] };
}

function wholeSentence(text: string, piece: Piece) {
  const kind = sentenceAt(piece.path);
  return kind === undefined ? undefined : { kind, text: text.slice(piece.start, piece.end), start: piece.start };
}

/** The cell of a table, when it is a sentence. */
function cellAt(text: string, piece: Piece, offset: number) {
  const header =
    text
      .slice(piece.start, piece.end)
      .split('\n')
      .find((line) => line.trim() !== '') ?? '';
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const before = text.slice(lineStart, offset).split('|');
  const start = offset - (before.at(-1) ?? '').length;
  const kind = sentenceInCell(piece.path[0] ?? '', header.split('|')[before.length - 1]?.trim() ?? '');
  if (kind === undefined) return undefined;
  const cell = /^[^|\n]*/.exec(text.slice(start))?.[0] ?? '';
  return { kind, text: cell, start };
}

function hoverKey(piece: Piece, names: PlanNames): Hover | undefined {
  const { path, start, end } = piece;
  const key = path.at(-1) ?? '';
  const kinds = keyNames(path) ?? definedBy(path);
  const name = kinds === undefined ? undefined : names.find(key, ...kinds);
  if (name !== undefined) return hoverName(name, names, { start, end });
  const description = describeKey(path);
  if (description === undefined) return undefined;
  const waits = path.length === 1 && !EXECUTED_SECTIONS.has(key) ? ['It is read, and not executed yet.'] : [];
  return { start, end, title: path.length === 1 ? `${key}, a section` : key, lines: [description, ...waits] };
}

/** A key of the second level defines a name of its section. */
function definedBy(path: readonly string[]): readonly NameKind[] | undefined {
  const kinds: Readonly<Record<string, NameKind>> = {
    signals: 'signal',
    rules: 'rule',
    sources: 'source',
    severities: 'severity',
  };
  const kind = path.length === 2 ? kinds[path[0] ?? ''] : undefined;
  return kind === undefined ? undefined : [kind];
}

function hoverName(
  name: DefinedName,
  names: PlanNames,
  place: { readonly start: number; readonly end: number },
): Hover {
  const definition = definitionOf(name);
  const lines = definition === '' ? [] : [name.place === undefined ? definition : `\`${definition}\``];
  const objective = name.kind === 'signal' ? names.objective(name.name) : undefined;
  if (objective !== undefined) lines.push(`Objective: \`${objective}\``);
  return { start: place.start, end: place.end, title: `${name.name}, ${KIND_WORDS[name.kind]}`, lines };
}
