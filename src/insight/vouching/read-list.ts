import { CsvError, parse } from 'csv-parse/sync';
import { WatchbillError } from '#kernel/error-codes.ts';
import { limits } from '#kernel/limits.ts';

/** One line of a list that somebody keeps by hand. Whatever it looks like, it stays text. */
export interface ListRow {
  /** Counted from 1, as editors and spreadsheets show it. */
  readonly line: number;
  readonly key: string;
  /** In the order of the fields that were asked for. */
  readonly values: readonly string[];
}

export interface ReadList {
  readonly rows: readonly ListRow[];
  /** Of each field, whether its numbers have a comma where others have a point. */
  readonly commaDecimals: readonly boolean[];
}

const SEPARATORS = [',', ';', '\t'] as const;
type Separator = (typeof SEPARATORS)[number];

interface ParsedRow {
  readonly info: { readonly lines: number };
  readonly record: readonly string[];
}

/**
 * Reads a list as spreadsheets write it: RFC 4180 with a first line of names, separated by commas, semicolons or tabs, with or without a mark of
 * its encoding. Only the key and the fields are read; names are found whatever the case of their letters. Throws `list-unreadable`, which
 * names the line and how to mend it.
 */
export function readList(text: string, key: string, fields: readonly string[]): ReadList {
  const { separator, fromLine } = separatorOf(text, key);
  const [header, ...lines] = parseRows(text, separator, fromLine);
  if (header === undefined) throw unreadable('The list is empty. Its first line has the names of its columns.', 1);
  const columns = header.record.map((name) => name.trim());
  const twice = columns.find((name, index) => name !== '' && placeOf(columns, name) !== index);
  if (twice !== undefined) {
    throw unreadable(`Two columns are called ${quoted(twice)}. Give one of them another name.`, header.info.lines);
  }
  const keyPlace = required(columns, key, header.info.lines);
  const places = fields.map((field) => required(columns, field, header.info.lines));
  const rows: ListRow[] = [];
  for (const { info, record } of lines) {
    if (record.every((value) => value.trim() === '')) continue;
    if (record.slice(columns.length).some((value) => value.trim() !== '')) {
      const found = `It has ${record.length} values, and the first line has ${columns.length} names.`;
      throw unreadable(`${found} Put a value that has a ${nameOf(separator)} in it into double quotes.`, info.lines);
    }
    const value = (record[keyPlace] ?? '').trim();
    if (value === '') {
      throw unreadable(`It has no ${quoted(key)}. Fill it in, or take the line out of the list.`, info.lines);
    }
    if (rows.length === limits.comparisonRows) {
      throw unreadable(`A list has at most ${limits.comparisonRows} lines. Compare it in parts.`, info.lines);
    }
    rows.push({ line: info.lines, key: value, values: places.map((place) => (record[place] ?? '').trim()) });
  }
  const commaDecimals = fields.map((_, place) =>
    separator === '\t' ? hasCommaDecimals(rows.map(({ values }) => values[place] ?? '')) : separator === ';',
  );
  return { rows, commaDecimals };
}

/**
 * Whether the commas of a column are decimal points. Lists are pasted with tabs wherever they come from: there is a number that cannot be
 * written so otherwise, and none that has a point.
 */
function hasCommaDecimals(values: readonly string[]): boolean {
  const ofThousands = /^[+-]?[1-9]\d{0,2}(?:,\d{3})+$/;
  const isDecimal = (value: string): boolean => /^[+-]?\d*,\d+$/.test(value) && !ofThousands.test(value);
  return values.some(isDecimal) && !values.some((value) => /^[+-]?[\d,]*\.\d+$/.test(value));
}

function parseRows(text: string, separator: Separator, fromLine: number, to?: number): readonly ParsedRow[] {
  try {
    const found: unknown = parse(text, {
      ...{ bom: true, delimiter: separator, info: true, skip_empty_lines: true, relax_column_count: true },
      ...{ from_line: fromLine, max_record_size: limits.listRecordCharacters, ...(to === undefined ? {} : { to }) },
    });
    return found as readonly ParsedRow[];
  } catch (caught) {
    if (!(caught instanceof CsvError)) throw caught;
    throw unreadable(wordsFor(caught), typeof caught['lines'] === 'number' ? caught['lines'] : 1);
  }
}

function wordsFor({ code }: CsvError): string {
  switch (code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return 'A double quote was opened, here or before, and never closed. Close it, or write it twice where it is part of a value.';
    case 'CSV_INVALID_CLOSING_QUOTE':
    case 'INVALID_OPENING_QUOTE':
      return 'A double quote stands within a value. Write it twice, and put the whole value into double quotes.';
    case 'CSV_MAX_RECORD_SIZE':
      return `It has more than ${limits.listRecordCharacters} characters. A double quote may be missing before it.`;
    default:
      return 'It is no CSV. Save the list as CSV (UTF-8).';
  }
}

/** The separator whose first line has the key; else the one that finds most columns, so that what is missing can be named. */
function separatorOf(text: string, key: string): { readonly separator: Separator; readonly fromLine: number } {
  // Spreadsheets may say it themselves, in a line of its own.
  const said = /^\uFEFF?"?sep=([,;\t])"?\r?\n/i.exec(text)?.[1] as Separator | undefined;
  if (said !== undefined) return { separator: said, fromLine: 2 };
  const tried = SEPARATORS.map((separator) => ({ separator, columns: firstLine(text, separator) }));
  const found = tried.find(({ columns }) => placeOf(columns, key) >= 0);
  const widest = tried.toSorted((left, right) => right.columns.length - left.columns.length)[0];
  return { separator: (found ?? widest)?.separator ?? ',', fromLine: 1 };
}

function firstLine(text: string, separator: Separator): readonly string[] {
  try {
    const [header] = parseRows(text, separator, 1, 1);
    return (header?.record ?? []).map((name) => name.trim());
  } catch {
    return [];
  }
}

/** Of the name itself, else of the only one that differs in the case of its letters. */
function placeOf(columns: readonly string[], name: string): number {
  const exact = columns.indexOf(name);
  if (exact >= 0) return exact;
  const lower = name.toLowerCase();
  const [first, second] = columns.flatMap((column, index) => (column.toLowerCase() === lower ? [index] : []));
  return second === undefined ? (first ?? -1) : -1;
}

function required(columns: readonly string[], name: string, line: number): number {
  const place = placeOf(columns, name);
  if (place >= 0) return place;
  const there = columns.filter((column) => column !== '').map(quoted);
  const has = there.length === 0 ? 'no names' : there.slice(0, 10).join(', ');
  throw unreadable(`It has no column ${quoted(name)}, but ${has}. Name the column so.`, line);
}

function quoted(name: string): string {
  return `"${name.slice(0, 100)}"`;
}

function nameOf(separator: Separator): string {
  return separator === ',' ? 'comma' : separator === ';' ? 'semicolon' : 'tab';
}

function unreadable(message: string, line: number): WatchbillError {
  return new WatchbillError('list-unreadable', `Line ${line} of the list: ${message}`, `line ${line}`);
}
