import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

/** Writes every hashed asset also as brotli and gzip, so that the server only reads files. */
export function compressed(): Plugin {
  let folder = '';
  return {
    name: 'watchbill-compressed',
    apply: 'build',
    configResolved(config) {
      folder = join(config.root, config.build.outDir, config.build.assetsDir);
    },
    async closeBundle() {
      const names = (await readdir(folder)).filter((name) => /\.(js|css|svg|json)$/.test(name));
      await Promise.all(
        names.map(async (name) => {
          const path = join(folder, name);
          const bytes = await readFile(path);
          const options = {
            params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
          };
          const [small, zipped] = await Promise.all([brotli(bytes, options), zip(bytes, { level: 9 })]);
          await Promise.all([writeFile(`${path}.br`, small), writeFile(`${path}.gz`, zipped)]);
        }),
      );
    },
  };
}
