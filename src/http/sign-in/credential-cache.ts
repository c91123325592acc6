import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';

/** What was found of credentials a moment ago, by their hashes. */
export interface CredentialCache<Found> {
  find(hash: string, look: () => Promise<Found | undefined>): Promise<Found | undefined>;
  forget(): void;
}

interface Entry<Found> {
  readonly untilMs: number;
  readonly found: Promise<Found | undefined>;
}

/**
 * Keeps each answer for `limits.credentialCacheMs`, counted from when the question was asked. Requests at the same time share one
 * question. A failure is not kept.
 */
export function createCredentialCache<Found>(clock: Clock): CredentialCache<Found> {
  let entries = new Map<string, Entry<Found>>();
  return {
    find(hash, look) {
      const nowMs = clock.monotonicMs();
      const known = entries.get(hash);
      if (known !== undefined && known.untilMs > nowMs) return known.found;
      if (entries.size >= limits.credentialsCached) entries.clear();
      const found = look();
      entries.set(hash, { untilMs: nowMs + limits.credentialCacheMs, found });
      found.catch(() => entries.delete(hash));
      return found;
    },
    forget() {
      entries = new Map();
    },
  };
}
