import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { WatchbillError } from '#kernel/error-codes.ts';
import { limits } from '#kernel/limits.ts';

/** A file of the built web app as it is answered. */
export interface WebFile {
  readonly type: string;
  readonly plain: Uint8Array<ArrayBuffer>;
  /** The same, compressed when it was built. */
  readonly brotli?: Uint8Array<ArrayBuffer>;
  readonly gzip?: Uint8Array<ArrayBuffer>;
  readonly etag: string;
  /** Its name holds a hash of its contents, so it is good for ever. */
  readonly immutable: boolean;
}

/** The built web app. Nothing is read from the disk once it is loaded. */
export interface WebFiles {
  /** By path, such as `/assets/index-1a2b.js`. */
  readonly byPath: ReadonlyMap<string, WebFile>;
  /** The page that every address of the app is answered with; it has a place for the nonce. */
  readonly page: string;
}

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
};

/** Reads the folder that `npm run build:web` makes; undefined when it was not built. Throws for one that is larger than it can be. */
export async function readWebFiles(folder: string): Promise<WebFiles | undefined> {
  const page = await readFile(join(folder, 'index.html'), 'utf8').catch(() => undefined);
  if (page === undefined) return undefined;
  const names = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
  if (names.length > limits.webFiles) throw tooLarge(`${names.length} files`);
  const contents = new Map<string, Uint8Array<ArrayBuffer>>();
  let total = 0;
  for (const name of names.filter(isServed)) {
    const bytes = new Uint8Array(await readFile(join(folder, name)));
    total += bytes.length;
    if (total > limits.webBytes) throw tooLarge(`more than ${limits.webBytes} bytes`);
    contents.set(name, bytes);
  }
  const byPath = new Map<string, WebFile>();
  for (const [name, plain] of contents) {
    const type = types[extname(name)];
    if (type === undefined) continue;
    const brotli = contents.get(`${name}.br`);
    const gzip = contents.get(`${name}.gz`);
    byPath.set(`/${name}`, {
      type,
      plain,
      ...(brotli === undefined ? {} : { brotli }),
      ...(gzip === undefined ? {} : { gzip }),
      etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`,
      immutable: name.startsWith('assets/'),
    });
  }
  return { byPath, page };
}

/** Not the page, which has a nonce, and not what the build tells its own tools. */
function isServed(name: string): boolean {
  return name !== 'index.html' && !name.startsWith('.');
}

function tooLarge(what: string): WatchbillError {
  return new WatchbillError('configuration-invalid', `The built web app has ${what}.`, 'web/dist');
}
