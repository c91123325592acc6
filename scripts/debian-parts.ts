import { type ExecFileSyncOptions, execFileSync, spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';

/** Programs that tests use and npm does not carry. */
const wanted = [
  { program: 'nginx', package: 'nginx', tests: 'following the access log of a real nginx' },
  { program: 'prometheus', package: 'prometheus', tests: 'remote write and scraping with a real Prometheus' },
  { program: 'pg_ctlcluster', package: 'postgresql', tests: 'moving into a PostgreSQL server of one`s own' },
  { program: 'chromium', package: 'chromium', tests: 'every page in a browser' },
] as const;

/** Debian asks this file whether a service may start when it is installed; 101 says no. */
const servicePolicy = '/usr/sbin/policy-rc.d';

/** Installs what is missing where this user may; returns a line for each thing that will not be tested, and why. */
export function installDebianParts(): readonly string[] {
  const missing = wanted.filter(({ program }) => !isInstalled(program));
  if (missing.length === 0) return [];
  const reason = install(missing.map((part) => part.package));
  return missing
    .filter(({ program }) => !isInstalled(program))
    .map((part) => `${part.tests}: ${part.program} is not installed (${reason ?? 'apt-get did not bring it'})`);
}

function isInstalled(program: string): boolean {
  return ['/usr/sbin', '/usr/bin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin'].some((folder) =>
    existsSync(`${folder}/${program}`),
  );
}

function install(packages: readonly string[]): string | undefined {
  if (process.getuid?.() !== 0) return `this user may not: apt-get install ${packages.join(' ')}`;
  if (spawnSync('apt-get', ['--version']).status !== 0) return 'no apt-get here';
  process.stdout.write(`installing ${packages.join(', ')} for the tests\n`);
  const policyIsOurs = !existsSync(servicePolicy);
  if (policyIsOurs) writeFileSync(servicePolicy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const options: ExecFileSyncOptions = {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 180_000,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    };
    execFileSync('apt-get', ['update', '-qq'], options);
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], options);
    return undefined;
  } catch (error) {
    return `apt-get failed: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`;
  } finally {
    if (policyIsOurs) rmSync(servicePolicy, { force: true });
  }
}
