import { WatchbillError } from '#kernel/error-codes.ts';

/**
 * Throws `invalid-request` for a name by which somebody could be taken for somebody else: facts and messages say who did what by
 * name. `taken` are those of the others.
 */
export function requireUnreservedName(name: string, taken: readonly string[] = []): void {
  const plain = plainName(name);
  if (plain === '' || UNSEEN.test(name)) {
    throw new WatchbillError('invalid-request', 'A name has only signs that can be seen.', 'name');
  }
  const ours = plain === 'admin token' || plain.startsWith('token ') || plain.startsWith('watchbill');
  if (!ours && !taken.some((other) => plainName(other) === plain)) return;
  const message = `Somebody here is called "${name}" already; add what tells you apart.`;
  throw new WatchbillError('invalid-request', message, 'name');
}

/** What turns or hides text and is no part of it. Joiners are left: some languages and emoji are written with them. */
const UNSEEN = /(?![\u200c\u200d])\p{Cf}/u;

/** What of a name is seen: capitals, accents' encodings, spaces and signs without a shape make no other name. */
function plainName(name: string): string {
  return name
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .toLowerCase()
    .replace(/\s+/gu, ' ')
    .trim();
}
