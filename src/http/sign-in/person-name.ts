import { WatchbillError } from '#kernel/error-codes.ts';

/**
 * Throws `invalid-request` for a name by which somebody could be taken for somebody else: facts and messages say who did what by
 * name. `taken` are those of the others.
 */
export function requireUnreservedName(name: string, taken: readonly string[] = []): void {
  const plain = plainName(name);
  const ours = plain === 'admin token' || plain.startsWith('token ') || plain.startsWith('watchbill');
  if (!ours && !taken.some((other) => plainName(other) === plain)) return;
  const message = `Somebody here is called "${name}" already; add what tells you apart.`;
  throw new WatchbillError('invalid-request', message, 'name');
}

/** What of a name is seen: capitals, accents' encodings and spaces make no other name. */
function plainName(name: string): string {
  return name.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim();
}
