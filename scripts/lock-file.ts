/** What of package-lock.json matters here. */
export interface LockEntry {
  readonly version?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly os?: readonly string[] | string;
  readonly cpu?: readonly string[] | string;
  readonly libc?: readonly string[];
  readonly optional?: boolean;
}

export type LockPackages = Readonly<Record<string, LockEntry>>;

/**
 * Entries that the lock file lacks: native parts for platforms other than the one that it was made on, which npm leaves out
 * when the registry did not offer them at that moment. `npm ci` then refuses the whole lock file. An entry without an
 * integrity hash is fetched in its exact version, on its own platform only.
 */
export function missingNativeParts(packages: LockPackages): LockPackages {
  const missing: Record<string, LockEntry> = {};
  for (const [owner, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const found = resolve(packages, owner, name);
      if (found !== undefined && (found.version === version || !/^\d/.test(version))) continue;
      const beside =
        owner === '' ? 'node_modules/' : owner.slice(0, owner.lastIndexOf('node_modules/') + 'node_modules/'.length);
      missing[`${beside}${name}`] = { version, ...platformOf(name), optional: true };
    }
  }
  return missing;
}

/** Node's own look-up: in the package's folder, then in each one above. */
function resolve(packages: LockPackages, owner: string, name: string): LockEntry | undefined {
  let folder = owner;
  for (;;) {
    const path = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (packages[path] !== undefined) return packages[path];
    if (folder === '') return undefined;
    const end = folder.lastIndexOf('/node_modules/');
    folder = end === -1 ? '' : folder.slice(0, end);
  }
}

const platformPattern =
  /(aix|android|darwin|freebsd|linux|openharmony|sunos|win32)-(arm64|arm|ia32|loong64|mips64el|ppc64|riscv64|s390x|x64)(-musl)?/;

/** Native parts are named for their platform: `cli-linux-arm64-musl`. */
function platformOf(name: string): LockEntry {
  const [, os, cpu, musl] = platformPattern.exec(name) ?? [];
  if (os === undefined || cpu === undefined) return {};
  return { cpu: [cpu], os: [os], ...(musl === undefined ? {} : { libc: ['musl'] }) };
}
