// What a browser loads before mission control stands, compressed as it is sent; over the budget is a failure. Part of `npm run check`.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { firstViewFiles, type Manifest, tooEarly } from './first-view.ts';
import { root } from './processes.ts';

const BUDGET_BYTES = 300 * 1_024;
const PAGE = 'src/pages/mission-control/mission-control-page.tsx';

const folder = join(root, 'web', 'dist');
const read = <Content>(name: string): Content =>
  JSON.parse(readFileSync(join(folder, '.vite', name), 'utf8')) as Content;
const files = firstViewFiles(read<Manifest>('manifest.json'), PAGE);
const sizeOf = (file: string): number => {
  const compressed = join(folder, `${file}.br`);
  return statSync(existsSync(compressed) ? compressed : join(folder, file)).size;
};
const sizes = files.map((file) => ({ file, bytes: sizeOf(file) })).sort((left, right) => right.bytes - left.bytes);
const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
const kilobytes = (bytes: number): string => `${(bytes / 1_024).toFixed(1)} KB`;

for (const { file, bytes } of sizes) process.stdout.write(`${kilobytes(bytes).padStart(10)}  ${file}\n`);
process.stdout.write(`first view: ${kilobytes(total)} of at most ${kilobytes(BUDGET_BYTES)}, brotli\n`);
const problems = [
  ...tooEarly(files, read('modules.json')),
  ...(total > BUDGET_BYTES ? [`the first view is ${kilobytes(total - BUDGET_BYTES)} over its budget`] : []),
];
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
