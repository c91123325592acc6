import type { Random } from '#kernel/ports.ts';

/** A token with 192 random bits, for a link or a name. */
export function newToken(random: Random): string {
  return Buffer.from(random.bytes(24)).toString('base64url');
}

/** A short id without meaning. */
export function newId(random: Random): string {
  return Buffer.from(random.bytes(12)).toString('base64url');
}
