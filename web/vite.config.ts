import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { chunkModules } from './chunk-modules.ts';
import { compressed } from './compressed.ts';

const server = process.env.WATCHBILL_SERVER ?? 'http://127.0.0.1:4700';
const token = process.env.WATCHBILL_TOKEN;

/** The web app, built to `web/dist` and served by the core's process; `npm run dev:web` serves it from its sources instead. */
export default defineConfig({
  root: resolve(import.meta.dirname),
  base: '/',
  cacheDir: resolve(import.meta.dirname, '../node_modules/.vite'),
  plugins: [react(), chunkModules(), compressed()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // The manifest tells the budget check which chunks the first view needs.
    manifest: true,
    modulePreload: { polyfill: false },
    // A `data:` address would need its own exception in the content security policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1_000,
    reportCompressedSize: false,
  },
  // A worker loads its parts when it needs them, as a page does.
  worker: { format: 'es' },
  css: { transformer: 'lightningcss' },
  server: {
    // With a token of the API in WATCHBILL_TOKEN the pages work without signing in.
    proxy: {
      '/api': {
        target: server,
        changeOrigin: true,
        headers: { origin: server, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      },
    },
  },
});
