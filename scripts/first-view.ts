/** What Vite's manifest says of a chunk. */
export interface ManifestChunk {
  readonly file: string;
  readonly isEntry?: boolean;
  readonly imports?: readonly string[];
  readonly dynamicImports?: readonly string[];
  readonly css?: readonly string[];
}

export type Manifest = Readonly<Record<string, ManifestChunk>>;

/** The files that a browser fetches before it shows a page: the entry, the page's chunk, all that they import, and their style sheets. */
export function firstViewFiles(manifest: Manifest, page: string): readonly string[] {
  const files = new Set<string>();
  const visited = new Set<string>();
  function visit(key: string): void {
    const chunk = manifest[key];
    if (chunk === undefined) throw new Error(`the manifest has no chunk ${key}`);
    if (visited.has(key)) return;
    visited.add(key);
    files.add(chunk.file);
    for (const sheet of chunk.css ?? []) files.add(sheet);
    for (const imported of chunk.imports ?? []) visit(imported);
  }
  const entries = Object.entries(manifest).filter(([, chunk]) => chunk.isEntry === true);
  if (entries.length === 0) throw new Error('the manifest has no entry');
  for (const [key] of entries) visit(key);
  visit(page);
  return [...files];
}

/** What may only be in chunks that are loaded when they are needed, and why. */
const lazyOnly: readonly { readonly pattern: RegExp; readonly what: string }[] = [
  { pattern: /node_modules\/(echarts|zrender)\//, what: 'ECharts' },
  { pattern: /node_modules\/@?(codemirror|lezer)\//, what: 'CodeMirror' },
  { pattern: /node_modules\/yaml\/|^src\/plan\/(compile|text|expression|shape|editor)/, what: 'the plan compiler' },
  { pattern: /node_modules\/zod\//, what: 'zod: import only types of src/contract/' },
];

/** A sentence for each module of the files that should be loaded later. `modules` says what each chunk consists of. */
export function tooEarly(
  files: readonly string[],
  modules: Readonly<Record<string, readonly string[]>>,
): readonly string[] {
  return lazyOnly.flatMap(({ pattern, what }) => {
    const found = files.flatMap((file) => modules[file] ?? []).find((module) => pattern.test(module));
    return found === undefined ? [] : [`${what} is in the first view: ${found}`];
  });
}
