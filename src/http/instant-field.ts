import { formatInstant, type Instant } from '#kernel/instant.ts';

/** An optional instant as the API writes it: absent, not null. */
export function instantField<Name extends string>(
  name: Name,
  at: Instant | undefined,
): { readonly [key in Name]?: string } {
  return (at === undefined ? {} : { [name]: formatInstant(at) }) as { readonly [key in Name]?: string };
}
