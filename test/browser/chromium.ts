import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The system's browser; the library brings none. */
export const chromiumPath = places.find((place) => existsSync(place));

/** Nothing of the browser's own goes to the network, and it runs for root, too. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function launchChromium(more: readonly string[] = []): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error(`no Chromium at ${places.join(', ')}`);
  return chromium.launch({ executablePath: chromiumPath, args: [...flags, ...more] });
}

export const desktop = { width: 1_440, height: 900 } as const;
export const tablet = { width: 1_024, height: 768 } as const;
export const phone = { width: 390, height: 844 } as const;

/** A page whose complaints are kept: a test ends by expecting none. */
export interface WatchedPage {
  readonly page: Page;
  /** Console errors (violations of the content policy among them), errors that nobody caught, and requests to other hosts. */
  readonly complaints: readonly string[];
}

export interface WatchOptions {
  /** Complaints that belong to what the test does, such as a server that it killed. */
  readonly expected?: readonly RegExp[];
}

/** Watches every page of a context, also those that open later. */
export async function openWatched(
  browser: Browser,
  options: BrowserContextOptions & WatchOptions = {},
): Promise<WatchedPage & { readonly context: BrowserContext }> {
  const { expected = [], ...contextOptions } = options;
  const context = await browser.newContext({
    viewport: desktop,
    locale: 'en-GB',
    timezoneId: 'UTC',
    ...contextOptions,
  });
  // Against hanging, not for speed.
  context.setDefaultTimeout(100_000);
  const complaints: string[] = [];
  const complain = (text: string): void => {
    if (!expected.some((pattern) => pattern.test(text))) complaints.push(text);
  };
  context.on('console', (message) => {
    if (message.type() === 'error') complain(`console: ${message.text()} (${message.location().url})`);
  });
  context.on('weberror', (error) => complain(`error: ${error.error().message}`));
  context.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (protocol.startsWith('http') && hostname !== '127.0.0.1' && hostname !== 'localhost') {
      complain(`request to ${request.url()}`);
    }
  });
  return { context, page: await context.newPage(), complaints };
}
