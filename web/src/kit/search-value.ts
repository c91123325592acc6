import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';

/** What stands behind the `?` of the page's address, as texts. */
export type SearchValues = Readonly<Record<string, string | undefined>>;

/**
 * The values of the address and a function that changes some of them; undefined takes one away. A page that was only filtered is no new
 * place to go back to, so the address is replaced.
 */
export function useSearchValues(): readonly [SearchValues, (change: SearchValues) => void] {
  const search = useSearch({ strict: false }) as Readonly<Record<string, unknown>>;
  const navigate = useNavigate();
  const change = useCallback(
    (values: SearchValues) => {
      void navigate({
        to: '.',
        search: ((before: object) => ({ ...before, ...values })) as never,
        replace: true,
        resetScroll: false,
      });
    },
    [navigate],
  );
  const texts: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(search)) if (value !== undefined) texts[name] = String(value);
  return [texts, change];
}
