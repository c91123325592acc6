import './trusted-types.ts';
import './styles.ts';
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './api/query-client.ts';
import { router } from './router.tsx';
import { cssVariables, theme } from './theme.ts';

/** The server writes a fresh one into each answer; without it the content security policy refuses style elements. */
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.content ?? '';
// For libraries that make style elements of their own, such as the one that stops the page from scrolling behind a dialog.
Object.assign(globalThis, { __webpack_nonce__: nonce });
/** `public/scheme.js` reads the same entry before anything is painted. */
const schemeManager = localStorageColorSchemeManager({ key: 'watchbill-scheme' });

const place = document.getElementById('root');
if (place === null) throw new Error('The page has no #root.');
createRoot(place).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      colorSchemeManager={schemeManager}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
      withStaticClasses={false}
      deduplicateCssVariables
    >
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
