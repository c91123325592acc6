// Makes `release/`, what the packed package runs: Node strips no types under `node_modules`, so a release is JavaScript. The modules
// stay apart and in their folders, so that whatever a module finds beside itself is found there as well.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, extname, isAbsolute, join, relative } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';
import { root } from './processes.ts';

const release = join(root, 'release');

/** A module that is named by its address: a thread or a child, which nothing imports. */
const NAMED = /new URL\(\s*'([^']+)\.ts'\s*,\s*import\.meta\.url\)/g;

/** What is started by itself: the program, the demo's shop, and every thread and child. Everything else is reached from there. */
const entries = ['src/main.ts', 'examples/tea-shop/main.ts', ...namedModulesIn('src')];

/** Files that are read and not imported. */
const READ: readonly { readonly folder: string; readonly endings: readonly string[] }[] = [
  { folder: 'src/storage', endings: ['.sql', '.json'] },
  { folder: 'examples/tea-shop', endings: ['.yaml'] },
  // The shop's page is sent to browsers as JavaScript by the shop itself.
  { folder: 'examples/tea-shop/page', endings: ['.ts', '.css', '.html', '.svg'] },
  { folder: 'web/dist', endings: [] },
];

/** Threads and children are named by the address of their module, which has another ending here. */
const namedModules: Plugin = {
  name: 'named-modules',
  transform(code, id) {
    if (!id.endsWith('.ts') || !code.includes('import.meta.url)')) return null;
    return code.replace(NAMED, (whole) => whole.replace(/\.ts'/, ".js'"));
  },
};

rmSync(release, { recursive: true, force: true });
const bundle = await rolldown({
  cwd: root,
  input: Object.fromEntries(entries.map((path) => [path.slice(0, -extname(path).length), join(root, path)])),
  platform: 'node',
  // Packages come with the installation.
  external: (id) => !id.startsWith('.') && !id.startsWith('#') && !isAbsolute(id),
  plugins: [namedModules],
  treeshake: false,
});
const { output } = await bundle.write({
  dir: release,
  format: 'esm',
  preserveModules: true,
  preserveModulesRoot: root,
  entryFileNames: '[name].js',
  minify: false,
});
await bundle.close();
for (const entry of entries) {
  const made = join(release, `${entry.slice(0, -extname(entry).length)}.js`);
  if (!existsSync(made)) throw new Error(`${relative(root, made)} was not made`);
}

for (const { folder, endings } of READ) copyFiles(folder, endings);
const { name, version, type } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, string>;
writeFileSync(join(release, 'package.json'), `${JSON.stringify({ name, version, type, private: true }, null, 2)}\n`);
process.stdout.write(`release/ has ${output.length} modules.\n`);

/** Without endings every file; else those that have one, with the folders below. */
function copyFiles(folder: string, endings: readonly string[]): void {
  const files = readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  for (const entry of files) {
    const path = join(entry.parentPath, entry.name);
    if (entry.name.includes('.test.') || (endings.length > 0 && !endings.includes(extname(entry.name)))) continue;
    const target = join(release, relative(root, path));
    mkdirSync(dirname(target), { recursive: true });
    cpSync(path, target);
  }
}

/** Paths of the modules that those below a folder name by their addresses. */
function namedModulesIn(folder: string): readonly string[] {
  const sources = readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter(({ name }) => name.endsWith('.ts') && !name.includes('.test.'))
    .map((entry) => join(entry.parentPath, entry.name));
  return sources.flatMap((path) =>
    [...readFileSync(path, 'utf8').matchAll(NAMED)].map(([, named]) =>
      relative(root, join(dirname(path), `${named}.ts`)),
    ),
  );
}
