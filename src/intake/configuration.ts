import type { Disk } from '#kernel/ports.ts';
import type { FromCore } from './link.ts';

/** What the core last said: enough to take in data while it is away. Holds hashes of keys, never keys. */
export type Configuration = Extract<FromCore, { readonly type: 'configure' }>;

const PATH = 'configuration.json';

/** The last configuration; undefined when there is none, or none that can be read. */
export async function loadConfiguration(disk: Disk): Promise<Configuration | undefined> {
  const bytes = await disk.read(PATH);
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as Configuration;
  } catch {
    return undefined;
  }
}

export async function saveConfiguration(disk: Disk, configuration: Configuration): Promise<void> {
  await disk.replace(PATH, new TextEncoder().encode(JSON.stringify(configuration)));
}
