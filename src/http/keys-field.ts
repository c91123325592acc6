import type { Found } from '#plan/reading.ts';

/** The values that a figure counts, as answers have them; nothing for a figure that counts none. */
export function keysField(found: Found | undefined): { readonly keys?: { shown: string[]; more: number } } {
  if (found?.keys === undefined) return {};
  return { keys: { shown: [...found.keys], more: found.moreKeys ?? 0 } };
}
