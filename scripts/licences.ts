// Fails when an installed package has a licence that we may not, or did not decide to, build on.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { judgeLicence } from './licence-rules.ts';
import { root } from './processes.ts';

const problems: string[] = [];
let checked = 0;

function walk(modules: string): void {
  for (const entry of readdirSync(modules, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
    const folder = join(modules, entry.name);
    if (entry.name.startsWith('@')) {
      walk(folder);
      continue;
    }
    inspect(folder);
    try {
      walk(join(folder, 'node_modules'));
    } catch {
      // Most packages nest none.
    }
  }
}

function inspect(folder: string): void {
  let text: string;
  try {
    text = readFileSync(join(folder, 'package.json'), 'utf8');
  } catch {
    return;
  }
  const { name, license, licenses } = JSON.parse(text);
  checked += 1;
  const problem = judgeLicence(name, license ?? licenses);
  if (problem !== undefined) problems.push(problem);
}

walk(join(root, 'node_modules'));
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.stdout.write(`${checked} packages, ${problems.length} with a licence to decide on\n`);
process.exitCode = problems.length === 0 && checked > 0 ? 0 : 1;
