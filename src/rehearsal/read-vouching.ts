import type { SampleVerdict } from '#core/vouched.ts';
import { readName } from './read-name.ts';
import type { Names } from './read-step.ts';
import type { Action } from './scenario.ts';
import { Misread, TokenReader } from './token-reader.ts';

const VERBS = /^\S+\s+(?:judges|settles|compares|marks)(?=\s|$)/u;

/**
 * What a person says of samples and lists: `anita judges sample 3 of first-sales wrong: no such branch`. Undefined for a step that begins
 * otherwise.
 */
export function readVouching(reader: TokenReader, names: Names): Action | undefined {
  const { sentence } = reader;
  if (!VERBS.test(sentence.text)) return undefined;
  reader.rest();
  const colon = /:(?=\s|$)/u.exec(sentence.text)?.index ?? sentence.text.length;
  const head = new TokenReader({
    text: sentence.text.slice(0, colon),
    place: (start, end) => sentence.place(start, end),
  });
  const said = sentence.text.slice(colon + 1).trim();
  const note = (what: string): string => {
    if (said !== '') return said;
    const end = sentence.text.length;
    throw new Misread(`Here ${what} is missing.`, sentence.place(Math.max(0, end - 1), end), `Write \`: ${what}\`.`);
  };
  const action = readSaid(head, names, said, note);
  head.end();
  return action;
}

function readSaid(reader: TokenReader, names: Names, said: string, note: (what: string) => string): Action {
  const by = readName(reader, names.people, 'person');
  if (reader.takes('judges')) {
    const sample = readSample(reader, names);
    const verdict = readVerdict(reader);
    if (verdict === 'right') return { kind: 'judge', ...sample, verdict, by, ...(said === '' ? {} : { note: said }) };
    return { kind: 'judge', ...sample, verdict, by, note: note('what is wrong') };
  }
  if (reader.takes('settles') && reader.next?.text === 'sample') {
    const sample = readSample(reader, names);
    return { kind: 'judge', ...sample, verdict: 'settled', by, note: note('how it was settled') };
  }
  const verb = reader.takes('compares') ? 'compares' : reader.takes('marks') ? 'marks' : 'settles';
  const comparison = readName(reader, names.comparisons, 'comparison');
  if (verb === 'settles') return { kind: 'settle', comparison, by, note: note('how it was settled') };
  if (verb === 'compares') return { kind: 'compare', comparison, by, list: readListed(reader, note) };
  reader.expects('not');
  reader.expects('available');
  return { kind: 'mark-not-available', comparison, by, note: note('why there is no list') };
}

/** `sample 3 of first-sales`. */
function readSample(reader: TokenReader, names: Names): { readonly sample: number; readonly review: string } {
  reader.expects('sample');
  const token = reader.number('the number of the sample', '');
  if (!Number.isInteger(token.value) || token.value < 1) {
    throw new Misread('Samples are counted from 1.', reader.spanOf(token));
  }
  reader.expects('of');
  return { sample: token.value, review: readName(reader, names.reviews, 'review') };
}

function readVerdict(reader: TokenReader): Exclude<SampleVerdict, 'settled'> {
  if (reader.takes('right')) return 'right';
  if (reader.takes('wrong')) return 'wrong';
  throw reader.misread('`right` or `wrong`');
}

/** `12 rows, 1 differs`, or a list as CSV on the lines below. */
function readListed(reader: TokenReader, note: (what: string) => string): Extract<Action, { kind: 'compare' }>['list'] {
  const said = note('12 rows, 1 differs');
  if (said.includes('\n')) return said;
  const found = /^(\d{1,6}) rows?, (\d{1,6}|none) differs?$/u.exec(said);
  if (found !== null) return { rows: Number(found[1]), differences: found[2] === 'none' ? 0 : Number(found[2]) };
  const { sentence } = reader;
  const span = sentence.place(sentence.text.length, sentence.text.length + 1);
  const hint = 'Write `: 12 rows, 1 differs`, `: 12 rows, none differs`, or the list as CSV on the lines below.';
  throw new Misread('Here it is not said how many rows the list has, and how many differ.', span, hint);
}
