// `npm start`: sets up if needed, then runs the tea shop and watches it.
import { join } from 'node:path';
import { becomePackagedNode } from './launch.js';
import { root } from './platform.js';
import { setUp } from './setup.js';

await setUp();
becomePackagedNode([join(root, 'src', 'main.ts'), 'demo', ...process.argv.slice(2)]);
