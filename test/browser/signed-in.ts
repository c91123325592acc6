import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { until } from '../end-to-end/program.ts';
import { openWatched, type WatchedPage, type WatchOptions } from './chromium.ts';

/** Whoever the tests sign in as; each is known to one server only. */
export interface Account {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

export const owner: Account = { name: 'Mia', email: 'mia@tea.example', password: 'a kettle that never boils dry' };
export const viewer: Account = { name: 'Vic', email: 'vic@tea.example', password: 'only looking at the leaves' };

/** A running server, as far as a browser needs it. */
export interface Addressed {
  readonly url: string;
  /** What it printed. */
  readonly output: string;
}

/** The link by which the first owner is made, as the server printed it at its first start. */
export function setUpLink(server: Addressed): Promise<string> {
  return until(
    'the set-up link in what the server prints',
    () => /http:\S+\/set-up#token=\S+/.exec(server.output)?.[0],
  );
}

/** Posts from within a page, so that cookies and origin are a browser's own. Throws with the answer when it is refused. */
export async function postApi<Answer>(page: Page, path: string, body: unknown): Promise<Answer> {
  const { status, text } = await page.evaluate(
    async ([address, sent]) => {
      const response = await fetch(address ?? '', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: sent ?? '',
      });
      return { status: response.status, text: await response.text() };
    },
    [`/api${path}`, JSON.stringify(body)],
  );
  if (status >= 300) throw new Error(`${path} answered ${status}: ${text}`);
  return JSON.parse(text) as Answer;
}

/** Makes the owner without the pages, for tests of other pages. */
export async function makeOwner(browser: Browser, server: Addressed): Promise<void> {
  const token = new URL(await setUpLink(server)).hash.slice('#token='.length);
  const { page, context } = await openWatched(browser);
  await page.goto(`${server.url}/sign-in`);
  await postApi(page, '/set-up', { token, ...owner });
  await context.close();
}

/** A watched page that is signed in already. */
export async function openSignedIn(
  browser: Browser,
  server: Addressed,
  account: Account,
  options: BrowserContextOptions & WatchOptions = {},
): Promise<WatchedPage & Awaited<ReturnType<typeof openWatched>>> {
  const { email, password } = account;
  // Before the sign-in the page asks who is there and is told: nobody.
  const expected = [...(options.expected ?? []), /Failed to load resource.*401.*\/api\/session/];
  const opened = await openWatched(browser, { ...options, expected });
  await opened.page.goto(`${server.url}/sign-in`);
  await postApi(opened.page, '/sign-in', { email, password });
  return opened;
}
