import { parentPort, workerData } from 'node:worker_threads';
import { compareList, type SystemRow, whatDiffers } from '#insight/vouching/compare-list.ts';
import { type ListRow, type ReadList, readList } from '#insight/vouching/read-list.ts';
import { Scrubber } from '#intake/scrubbing/scrubber.ts';
import { assert } from '#kernel/assert.ts';
import { type ErrorCode, WatchbillError } from '#kernel/error-codes.ts';
import { limits } from '#kernel/limits.ts';
import type { ScrubRules } from '#plan/traffic.ts';
import type { Comparison } from '#plan/vouching.ts';

/** What the thread is given at first. */
export interface CompareTask {
  readonly list: string;
  readonly line: Pick<Comparison, 'source' | 'key' | 'fields'>;
  readonly scrub: ScrubRules | undefined;
}

/** Then rows of the system, page by page; `end` after the last. */
export type CompareQuestion = { readonly type: 'rows'; readonly rows: readonly SystemRow[] } | { readonly type: 'end' };

/** What came of a list. What is kept is JSON already, so that the core need not write it. */
export interface ComparedList {
  readonly rowCount: number;
  readonly rows: string;
  readonly systemRows: number;
  readonly equal: number;
  readonly differenceCount: number;
  /** The first `limits.comparisonDifferences`. */
  readonly differences: string;
  readonly examples: readonly { readonly key: string; readonly what: string }[];
}

/** What it says: that the list can be read, and what came of it; or once why not. */
export type CompareWord =
  | { readonly type: 'read' }
  | { readonly type: 'compared'; readonly compared: ComparedList }
  | { readonly type: 'refused'; readonly code: ErrorCode; readonly message: string; readonly where?: string };

/** The thread in which one list is read and compared: a mebibyte of it takes half a second, and no alert may wait for that. */
const port = parentPort;
assert(port !== null, 'This file is a thread of the core.');
const say = (word: CompareWord): void => port.postMessage(word);
const { list: text, line, scrub } = workerData as CompareTask;

try {
  const list = withoutSecretValues(readList(text, line.key, line.fields));
  const system: SystemRow[] = [];
  port.on('message', (question: CompareQuestion) => {
    if (question.type === 'rows') {
      for (const row of question.rows) system.push(row);
      return;
    }
    say({ type: 'compared', compared: compare(list, system) });
    port.close();
  });
  say({ type: 'read' });
} catch (caught) {
  if (!(caught instanceof WatchbillError)) throw caught;
  const { code, message, where } = caught;
  say({ type: 'refused', code, message, ...(where === undefined ? {} : { where }) });
}

function compare(list: ReadList, system: readonly SystemRow[]): ComparedList {
  const { differences, equal } = compareList(list, system, line.fields);
  return {
    rowCount: list.rows.length,
    rows: JSON.stringify(list.rows.map(({ line: number, key, values }) => [number, key, values])),
    systemRows: system.length,
    equal,
    differenceCount: differences.length,
    differences: JSON.stringify(differences.slice(0, limits.comparisonDifferences)),
    examples: differences
      .slice(0, limits.differencesNamed)
      .map((one) => ({ key: one.key, what: whatDiffers(one, line.source) })),
  };
}

/** A list as it is kept: what looks like a secret is taken out of its values as out of events. */
function withoutSecretValues(list: ReadList): ReadList {
  const { key, fields } = line;
  const scrubber = new Scrubber(scrub, () => {
    throw new Error('A field that is hashed is not compared.');
  });
  const rows = list.rows.map((row): ListRow => {
    const values = row.values.map((value, place) => [fields[place] ?? '', value] as const);
    const attributes: Record<string, string> = Object.fromEntries([[key, row.key], ...values]);
    scrubber.scrub([{ name: '', time: 0, id: '', attributes }]);
    return {
      line: row.line,
      key: attributes[key] ?? '',
      values: fields.map((field) => attributes[field] ?? ''),
    };
  });
  return { ...list, rows };
}
