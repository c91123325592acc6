import { relative, resolve } from 'node:path';
import type { Plugin } from 'vite';

/** Writes which modules went into which chunk, for the check of what a first view loads. */
export function chunkModules(): Plugin {
  const root = resolve(import.meta.dirname, '..');
  return {
    name: 'watchbill-chunk-modules',
    apply: 'build',
    generateBundle(_options, bundle) {
      const modules = Object.fromEntries(
        Object.values(bundle).flatMap((output) =>
          output.type === 'chunk' ? [[output.fileName, output.moduleIds.map((id) => relative(root, id))]] : [],
        ),
      );
      this.emitFile({ type: 'asset', fileName: '.vite/modules.json', source: JSON.stringify(modules) });
    },
  };
}
