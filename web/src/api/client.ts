import { createApiClient } from '#contract/client.ts';

/** The API of the server that the page came from. The session travels in its cookie. */
export const api = createApiClient({
  fetch: (url, init) => fetch(url, { ...init, credentials: 'same-origin' } as RequestInit),
  baseUrl: '',
});
