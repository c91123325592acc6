import { useState } from 'react';

/** The token of a link such as `/set-up#token=…`; undefined when the address has none. Browsers do not send what follows `#`. */
export function tokenIn(hash: string): string | undefined {
  const token = new URLSearchParams(hash.replace(/^#/, '')).get('token');
  return token === null || token === '' ? undefined : token;
}

/** The token that the page was opened with. It is taken out of the address, so that it stays in no history and on no screen. */
export function useLinkToken(): string | undefined {
  const [token] = useState(() => tokenIn(window.location.hash));
  if (token !== undefined && window.location.hash !== '') {
    window.history.replaceState(window.history.state, '', window.location.pathname);
  }
  return token;
}
