// Sets a clone up: packages, PostgreSQL's library links, the `watchbill` command, the built pages. Does nothing when that is done already.
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { link, linkLibraries } from './libraries.js';
import { giveUp, packagedNode, platform, platformName, root } from './platform.js';

/** Raise it when set-up itself changes what it leaves behind. */
const SETUP_VERSION = 1;
/** On disk, all packages together. The download is a third of it. */
const NEEDED_BYTES = 1.2e9;

const modules = join(root, 'node_modules');
const stampFile = join(modules, '.watchbill-setup');
const lockFile = join(root, 'package-lock.json');

/** Idempotent; takes a few milliseconds when there is nothing to do. Ends the process with a reason when it cannot succeed. */
export async function setUp() {
  const stamp = createHash('sha256')
    .update(`${SETUP_VERSION} ${platformName}\n`)
    .update(readFileSync(lockFile))
    .digest('hex');
  if (readIfThere(stampFile) !== stamp) await setUpPackages(stamp);
  buildPages(stamp);
}

async function setUpPackages(stamp) {
  checkPlatform();
  if (!packagesAreCurrent()) {
    await installPackages();
  }
  checkNativeParts();
  linkPostgresLibraries();
  linkCommand();
  verifyNode();
  writeFileSync(stampFile, stamp);
  say('set up.');
}

function checkPlatform() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 18)
    giveUp(`set-up needs Node 18 or later; this is ${process.version}. Watchbill itself then uses a Node of its own.`);
  if (platform === undefined) {
    giveUp(`does not run on ${platformName}: it needs Debian or Ubuntu on x64 or arm64, or macOS on arm64.`);
  }
  if (process.platform === 'linux' && process.report?.getReport().header.glibcVersionRuntime === undefined) {
    giveUp('needs a Linux with glibc, such as Debian or Ubuntu; this one (Alpine?) has another C library.');
  }
  // statfs came with 18.15; without it the installation itself says when the disk is full.
  if (major > 18 || minor >= 15) {
    const disk = statfsSync(root);
    const free = disk.bavail * disk.bsize;
    if (!existsSync(modules) && free < NEEDED_BYTES) {
      giveUp(`needs about ${gigabytes(NEEDED_BYTES)} in ${root}; ${gigabytes(free)} are free.`);
    }
  }
}

/** Whether somebody has run `npm install` or `npm ci` with this very lock file: then it is not done again. */
function packagesAreCurrent() {
  const installed = readIfThere(join(modules, '.package-lock.json'));
  if (installed === undefined) return false;
  const have = JSON.parse(installed).packages;
  return lockedPackages().every(({ path, entry }) => {
    if (have[path] !== undefined)
      return have[path].version === entry.version && existsSync(join(root, path, 'package.json'));
    return entry.optional === true || entry.peer === true;
  });
}

/** The packages of the lock file that belong on this platform. */
function lockedPackages() {
  const { packages } = JSON.parse(readFileSync(lockFile, 'utf8'));
  const suits = (list, name) => list === undefined || [list].flat().includes(name);
  return Object.entries(packages)
    .filter(([path, entry]) => path !== '' && suits(entry.os, process.platform) && suits(entry.cpu, process.arch))
    .map(([path, entry]) => ({ path, entry }));
}

async function installPackages() {
  const wanted = lockedPackages();
  say(
    `fetching ${wanted.length} packages (about ${gigabytes(NEEDED_BYTES)} on disk, a PostgreSQL and a ClickHouse engine among them).`,
  );
  const count = () => wanted.filter(({ path }) => existsSync(join(root, path, 'package.json'))).length;
  await npm(
    ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--no-audit', '--no-fund'],
    () => `${count()} of ${wanted.length} packages`,
  );
}

/** npm leaves out an optional package that it cannot fetch, without a word; the engines are optional only in name. */
function checkNativeParts() {
  const missing = platform.natives.filter((name) => !existsSync(join(modules, name, 'package.json')));
  if (missing.length === 0) return;
  giveUp(
    `npm left out ${missing.join(' and ')}, which ${platformName} needs. ` +
      'Check that your registry offers them (`npm view NAME versions`) and run this again.',
    69,
  );
}

/** Runs npm, shows progress, and translates its failures. */
function npm(npmArguments, progress) {
  // Under `npm start` npm names itself; otherwise it is looked up.
  const own = process.env.npm_execpath;
  const [command, prefix] = own?.endsWith('npm-cli.js') ? [process.execPath, [own]] : ['npm', []];
  const startedAt = Date.now();
  return new Promise((resolve) => {
    const child = spawn(command, [...prefix, ...npmArguments, '--loglevel=error', '--no-progress'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const collect = (chunk) => {
      output = (output + chunk).slice(-8_000);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    const terminal = process.stderr.isTTY === true;
    const show = () => {
      const text = `watchbill: ${progress()}, ${Math.round((Date.now() - startedAt) / 1000)} s`;
      process.stderr.write(terminal ? `\r\x1b[K${text}` : `${text}\n`);
    };
    const ticker = setInterval(show, terminal ? 500 : 10_000);
    const stop = () => {
      clearInterval(ticker);
      if (terminal) process.stderr.write('\r\x1b[K');
    };
    child.on('error', () => {
      stop();
      giveUp(
        'npm was not found. Install Node.js with npm (https://nodejs.org, or `apt-get install npm`) and run this again.',
        69,
      );
    });
    child.on('exit', (code, signal) => {
      stop();
      if (code === 0) return resolve();
      process.stderr.write(output);
      giveUp(`npm ${npmArguments[0]} failed (${signal ?? `exit code ${code}`}). ${adviceFor(output)}`, 69);
    });
  });
}

function adviceFor(output) {
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|network/.test(output)) {
    return 'The package registry cannot be reached: check the network or proxy (`npm config get registry`) and run this again.';
  }
  if (/ENOSPC/.test(output)) return `The disk is full: about ${gigabytes(NEEDED_BYTES)} are needed.`;
  if (/EACCES|EPERM|EROFS/.test(output))
    return `This user may not write to ${root}: change the owner of the clone, or run it as that user.`;
  if (/EUSAGE|in sync/.test(output)) return 'package.json and package-lock.json do not fit: take both from one commit.';
  if (/EINTEGRITY/.test(output)) return 'A download was damaged: run `npm cache verify` and this again.';
  return 'The lines above say why; run this again when that is mended.';
}

function linkPostgresLibraries() {
  if (linkLibraries(join(modules, platform.postgres))) return;
  giveUp(`${platform.postgres} is missing although npm succeeded. Remove node_modules and run this again.`);
}

/** Lets `npx watchbill` find the command inside the clone. */
function linkCommand() {
  const script = join(root, 'bin', 'watchbill.js');
  chmodSync(script, 0o755);
  mkdirSync(join(modules, '.bin'), { recursive: true });
  link(join('..', '..', 'bin', 'watchbill.js'), join(modules, '.bin', 'watchbill'));
}

function verifyNode() {
  try {
    execFileSync(packagedNode, ['--version'], { stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const reason = String(error.stderr ?? '').trim() || error.message;
    giveUp(
      `the packaged Node does not run here: ${reason}\nIt needs glibc 2.28 or later (Debian 10, Ubuntu 20.04), or macOS 13.5.`,
      78,
    );
  }
}

/** Builds the web app again when its sources, the pure code that it shares with the server, or the packages have changed. Needs no network. */
function buildPages(packagesStamp) {
  // A release has them built.
  if (!existsSync(join(root, 'web', 'vite.config.ts'))) return;
  const sources = [
    'web',
    'src/kernel',
    'src/plan',
    'src/signals',
    'src/core',
    'src/contract',
    'src/rehearsal',
    'src/channels',
  ]
    .flatMap((folder) => filesBelow(join(root, folder)))
    .filter((path) => !path.startsWith(join(root, 'web', 'dist')) && !/\.(test|fixture)\.tsx?$/.test(path))
    .sort();
  const hash = createHash('sha256').update(packagesStamp);
  for (const path of sources) hash.update(`${relative(root, path)}\n`).update(readFileSync(path));
  const wanted = hash.digest('hex');
  const stamp = join(root, 'web', 'dist', '.stamp');
  if (readIfThere(stamp) === wanted) return;
  const vite = [join(modules, 'vite', 'bin', 'vite.js'), 'build', '--config', join(root, 'web', 'vite.config.ts')];
  say('building the pages.');
  try {
    execFileSync(packagedNode, [...vite, '--logLevel', 'error'], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    process.stderr.write(String(error.stdout ?? '') + String(error.stderr ?? ''));
    giveUp('the pages could not be built; the lines above say why.', 70);
  }
  writeFileSync(stamp, wanted);
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}

function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function gigabytes(bytes) {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

function say(text) {
  process.stderr.write(`watchbill: ${text}\n`);
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await setUp();
