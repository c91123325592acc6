// `npm run check`: format, lint, types, architecture, licences, unit tests and scenarios. No database.
import { checkParts, runParts } from './check-parts.ts';
import { seconds } from './processes.ts';

const startedAt = performance.now();
const { parts, dispose } = checkParts();
const finished = await runParts(parts);
dispose();
const failed = finished.filter((part) => !part.ok).map((part) => part.name);
const verdict = failed.length === 0 ? 'all passed' : `failed: ${failed.join(', ')}`;
process.stdout.write(`\n${verdict} in ${seconds(performance.now() - startedAt)}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
