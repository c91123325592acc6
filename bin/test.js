// `npm test`: sets up if needed, then runs every check and test.
import { join } from 'node:path';
import { becomePackagedNode } from './launch.js';
import { root } from './platform.js';
import { setUp } from './setup.js';

await setUp();
becomePackagedNode([join(root, 'scripts', 'test.ts'), ...process.argv.slice(2)]);
