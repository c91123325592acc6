// Runs a script of this repository with the packaged Node: node bin/run.js scripts/check.ts …

import { becomePackagedNode } from './launch.js';
import { setUp } from './setup.js';

await setUp();
becomePackagedNode(process.argv.slice(2));
