#!/usr/bin/env node
// The `watchbill` command: starts the program with the Node that comes with the package.
import { becomePackagedNode } from './launch.js';
import { program } from './platform.js';

becomePackagedNode([program, ...process.argv.slice(2)]);
