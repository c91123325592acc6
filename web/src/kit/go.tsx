import { useRouter } from '@tanstack/react-router';
import { useCallback, useEffect, useState } from 'react';

/** Goes to an address as `paths.ts` writes it, also to one with a query, which the router's own `to` would take for a part of the path. */
export function useGo(): (address: string, options?: { readonly replace?: boolean }) => void {
  const { history } = useRouter();
  return useCallback(
    (address, options) => (options?.replace === true ? history.replace(address) : history.push(address)),
    [history],
  );
}

/** Goes to an address in place of what it stands for. Where it was first told to go counts: on the way everything around it changes. */
export function GoTo({ address }: { readonly address: string }) {
  const go = useGo();
  const [first] = useState(address);
  useEffect(() => go(first, { replace: true }), [go, first]);
  return null;
}
