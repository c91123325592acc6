import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { until } from '../end-to-end/program.ts';
import { openWatched, type WatchOptions } from './chromium.ts';

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

/** What a browser keeps of somebody who is signed in. */
export type Session = Awaited<ReturnType<BrowserContext['storageState']>>;

/** Makes the owner without the pages, for tests of other pages; resolves with the session. */
export async function makeOwner(browser: Browser, server: Addressed): Promise<Session> {
  const token = new URL(await setUpLink(server)).hash.slice('#token='.length);
  return sessionFrom(browser, server, '/set-up', { token, ...owner });
}

/** Invites somebody as the owner does, and accepts as they do; resolves with their session. */
export async function invite(
  browser: Browser,
  server: Addressed,
  by: Session,
  { name, email, password }: Account,
  level: 'viewer' | 'responder' | 'editor' | 'admin',
): Promise<Session> {
  const context = await browser.newContext({ storageState: by });
  const page = await context.newPage();
  await page.goto(`${server.url}/sign-in`);
  const { path } = await postApi<{ readonly path: string }>(page, '/invitations', { email, level });
  await context.close();
  const token = new URL(path, server.url).hash.slice('#token='.length);
  return sessionFrom(browser, server, '/invitations/accept', { token, name, password });
}

async function sessionFrom(browser: Browser, server: Addressed, path: string, body: unknown): Promise<Session> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${server.url}/sign-in`);
  await postApi(page, path, body);
  const session = await context.storageState();
  await context.close();
  return session;
}

/** A watched page of somebody who is signed in already; nothing is open in it yet. */
export function openSignedIn(
  browser: Browser,
  session: Session,
  options: BrowserContextOptions & WatchOptions = {},
): ReturnType<typeof openWatched> {
  return openWatched(browser, { ...options, storageState: session });
}
