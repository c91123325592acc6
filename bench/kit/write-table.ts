import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const DOCUMENT = join(import.meta.dirname, '../../docs/performance.md');

/** Puts what a benchmark printed between its two marks in docs/performance.md. */
export async function writeTable(name: string, table: string): Promise<void> {
  const text = await readFile(DOCUMENT, 'utf8');
  const [begin, end] = [`<!-- bench ${name} -->`, `<!-- end ${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/performance.md has no marks ${begin} … ${end}.`);
  await writeFile(DOCUMENT, `${text.slice(0, from + begin.length)}\n\n${table}\n\n${text.slice(to)}`);
}
