import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

/** Packs this clone as `npm pack` does; resolves with the tarball's path. */
export async function pack(folder: string): Promise<string> {
  // Somebody's npm may be told to run no scripts: what it would run before it packs is run here.
  await run(process.execPath, [join(root, 'bin/run.js'), 'scripts/build-release.ts'], { cwd: root });
  const words = ['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', folder];
  const { stdout } = await run('npm', words, { cwd: root, maxBuffer: 64 * 1_048_576 });
  const answer = JSON.parse(stdout) as
    | readonly { readonly filename: string }[]
    | Readonly<Record<string, { readonly filename: string }>>;
  const filename = Object.values(answer)[0]?.filename;
  if (filename === undefined) throw new Error(`npm pack said nothing of a file: ${stdout}`);
  return join(folder, filename);
}

/** Unpacks a tarball as npm would, beside links to this clone's own packages: only those that the packed manifest asks for. */
export async function installLinked(tarball: string, folder: string): Promise<void> {
  const home = join(folder, 'node_modules', 'watchbill');
  await mkdir(home, { recursive: true });
  await run('tar', ['-xzf', tarball, '-C', home, '--strip-components=1']);
  const manifest = JSON.parse(await readFile(join(home, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
    readonly optionalDependencies: Readonly<Record<string, string>>;
  };
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })) {
    const link = join(folder, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    // Those of other platforms are links that lead nowhere, as npm would have left them out.
    await symlink(join(root, 'node_modules', name), link);
  }
}

/** The demo as somebody starts it in a folder where the package is installed; `address` is where its pages are, once they are. */
export interface PackedDemo {
  readonly address: Promise<string>;
  readonly output: () => string;
  /** As Ctrl-C does; resolves with the exit code. */
  stop(): Promise<number | null>;
}

export function startDemo(folder: string): PackedDemo {
  const command = join(folder, 'node_modules', 'watchbill', 'bin', 'watchbill.js');
  const ports = ['--port', '0', '--intake-port', '0', '--shop-port', '0'];
  const child: ChildProcess = spawn(process.execPath, [command, 'demo', ...ports], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const address = new Promise<string>((resolve, reject) => {
    const collect = (piece: Buffer): void => {
      output += piece.toString();
      const found = /ready after .*: (http:\S+) for people/.exec(output)?.[1];
      if (found !== undefined && output.includes('The tea shop is open at')) resolve(found);
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    void ended.then((code) => reject(new Error(`the demo ended with ${code}: ${output}`)));
  });
  return {
    address,
    output: () => output,
    async stop() {
      child.kill('SIGINT');
      return await ended;
    },
  };
}
