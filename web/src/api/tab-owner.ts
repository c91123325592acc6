const OWNER = 'watchbill-tab-owner';
const KEPT = 'watchbill-draft ';

/**
 * What a tab keeps belongs to whoever wrote it. The same person finds it again after signing in anew; somebody else on the same
 * machine does not.
 */
export function keepTabFor(person: string): void {
  withStorage((storage) => {
    if (storage.getItem(OWNER) === person) return;
    forget(storage);
    storage.setItem(OWNER, person);
  });
}

/** Who signs out leaves nothing behind. */
export function forgetTab(): void {
  withStorage((storage) => {
    forget(storage);
    storage.removeItem(OWNER);
  });
}

function forget(storage: Storage): void {
  for (const key of Object.keys(storage)) if (key.startsWith(KEPT)) storage.removeItem(key);
}

function withStorage(use: (storage: Storage) => void): void {
  try {
    use(sessionStorage);
  } catch {
    // A browser that refuses storage keeps nothing to forget.
  }
}
