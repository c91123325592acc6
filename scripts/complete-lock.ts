// Completes package-lock.json after `npm install`: see missingNativeParts.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { missingNativeParts } from './lock-file.ts';
import { root } from './processes.ts';

const path = join(root, 'package-lock.json');
const lock = JSON.parse(readFileSync(path, 'utf8'));
const missing = missingNativeParts(lock.packages);
const entries = Object.entries({ ...lock.packages, ...missing });
lock.packages = Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1)));
if (Object.keys(missing).length > 0) writeFileSync(path, `${JSON.stringify(lock, undefined, 2)}\n`);
process.stdout.write(`${Object.keys(missing).length} entries added\n`);
