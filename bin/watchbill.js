#!/usr/bin/env node
// The `watchbill` command: starts src/main.ts with the Node that comes with the package.
import { join } from 'node:path';
import { becomePackagedNode } from './launch.js';
import { root } from './platform.js';

becomePackagedNode([join(root, 'src', 'main.ts'), ...process.argv.slice(2)]);
