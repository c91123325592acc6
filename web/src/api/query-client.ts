import { QueryClient } from '@tanstack/react-query';
import { ApiFailure } from '#contract/client.ts';

const STALE_MS = 10_000;
const RETRIES = 3;

/** Answers are asked for again when a page is opened after this; what has to be live comes by the stream instead. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // A server on this machine or in this house answers without the internet: what cannot be reached says so itself.
      networkMode: 'always',
      staleTime: STALE_MS,
      // What the server refused is refused again; what it could not answer may be answered soon.
      retry: (count, error) => count < RETRIES && !(error instanceof ApiFailure && error.status < 500),
      refetchOnWindowFocus: true,
    },
    mutations: { networkMode: 'always' },
  },
});
