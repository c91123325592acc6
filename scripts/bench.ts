// `npm run bench [NAME…]`: runs bench/NAME.ts, or all of them one after another.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, runInForeground } from './processes.ts';

const all = readdirSync(join(root, 'bench'))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.startsWith('peer-'))
  .map((file) => file.slice(0, -'.ts'.length))
  .sort();
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const passedOn = process.argv.slice(2).filter((argument) => argument.startsWith('-'));
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`no such benchmark: ${unknown.join(', ')}; there are: ${all.join(', ')}\n`);
  process.exit(64);
}
let failed = 0;
for (const name of wanted.length > 0 ? wanted : all) {
  process.stdout.write(`\n== ${name}\n`);
  const exitCode = await runInForeground([
    process.execPath,
    '--expose-gc',
    ...process.execArgv,
    `bench/${name}.ts`,
    ...passedOn,
  ]);
  if (exitCode !== 0) failed += 1;
}
process.exitCode = failed === 0 ? 0 : 1;
