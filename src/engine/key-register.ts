import type { IngestKey } from '#intake/link.ts';
import type { CoreRepositories } from './repositories.ts';

/** The keys that intake is to take, as they were when they were last looked at. */
export interface KeyRegister {
  keys(): readonly IngestKey[];
  /** Looks again, since another process may have changed them. */
  read(): Promise<void>;
}

/** Reads the keys; `onChanged` is called whenever a later look finds others. */
export async function openKeyRegister(
  repositories: Pick<CoreRepositories, 'listKeys'>,
  onChanged: () => void,
): Promise<KeyRegister> {
  let keys = activeKeys(await repositories.listKeys());
  let lastLook = 0;
  let lastSeen = 0;
  return {
    keys: () => keys,
    async read() {
      lastLook += 1;
      const look = lastLook;
      const found = activeKeys(await repositories.listKeys());
      // A look that began later and came back earlier has seen at least as much.
      if (look < lastSeen) return;
      lastSeen = look;
      if (JSON.stringify(found) === JSON.stringify(keys)) return;
      keys = found;
      onChanged();
    },
  };
}

function activeKeys(records: Awaited<ReturnType<CoreRepositories['listKeys']>>): readonly IngestKey[] {
  return records
    .filter((record) => record.revokedAt === undefined)
    .map(({ id, plan, scopes, hash, expiresAt }) => ({
      id,
      plan,
      scopes,
      hash,
      ...(expiresAt === undefined ? {} : { expiresAt }),
    }));
}
