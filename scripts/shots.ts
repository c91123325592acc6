// `npm run shots [PAGE…]`: screenshots of every page into shots/: at 1440, 1024 and 390 px, dark and light, empty and full, calm and burning.
// `npm run shots readme`: the picture of the README.
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { desktop, launchChromium, phone, tablet } from '../test/browser/chromium.ts';
import { everyPage, type ListedPage, untilShown } from '../test/browser/every-page.ts';
import { makeOwner, openSignedIn, type Session } from '../test/browser/signed-in.ts';
import { breakDown, burn, startWatched } from '../test/browser/watched-plan.ts';
import { freePort, ServerProcess } from '../test/crash/server-process.ts';
import { cleanUp, until } from '../test/end-to-end/program.ts';
import { root } from './processes.ts';

const folder = join(root, 'shots');
const readmePicture = join(root, 'docs/images/mission-control.png');
/** Larger ones slow the README down. */
const README_PICTURE_BYTES_MAX = 300_000;
/** So much of a calm shop stands before the picture. */
const README_COURSE_MS = 180_000;
const viewports = { desktop, tablet, phone } as const;
const schemes = ['light', 'dark'] as const;

const wanted = process.argv.slice(2);
const browser = await launchChromium();
try {
  if (wanted.includes('readme')) await shootReadme(browser);
  else await shootAll(browser);
} finally {
  await browser.close();
  await cleanUp();
}

async function shootAll(browser: Browser): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await shootShop(browser);
  const { server, dataFolder } = await startWatched();
  const owner = await makeOwner(browser, server);
  const pages = everyPage('watched', 'failures', 'A-1').filter(
    ({ pattern }) => wanted.length === 0 || wanted.includes(pattern),
  );
  // What is about an alert is there only once one fired.
  const calm = pages.filter(({ pattern }) => pattern !== 'alert');
  await shootPages(browser, server.url, owner, calm, 'empty');
  await burn(server, dataFolder);
  await breakDown(server, dataFolder);
  await shootPages(browser, server.url, owner, pages, 'burning');
}

/** The demo, calm and burning, with the shop's own page beside it. */
async function shootShop(browser: Browser): Promise<void> {
  const demo = await startDemo();
  const owner = await makeOwner(browser, demo.server);
  const shop: ListedPage = { pattern: 'tea-shop', path: '/' };
  const pages = everyPage('tea-shop', 'payment_success', 'A-1').filter(
    ({ pattern, before }) => before !== true && (wanted.length === 0 || wanted.includes(pattern)),
  );
  await demo.untilCalm(owner);
  await shootPages(
    browser,
    demo.server.url,
    owner,
    pages.filter(({ pattern }) => pattern !== 'alert'),
    'calm',
  );
  await shootPages(browser, demo.shopUrl, owner, [shop], 'calm');
  await demo.breakPayments();
  await shootPages(browser, demo.server.url, owner, pages, 'payments-failing');
  await shootPages(browser, demo.shopUrl, owner, [shop], 'payments-failing');
  await demo.stop();
}

async function shootReadme(browser: Browser): Promise<void> {
  const demo = await startDemo();
  const owner = await makeOwner(browser, demo.server);
  // Looked at from the beginning, the courses are as fine as they are read.
  const { page, context } = await openSignedIn(browser, owner, { viewport: { width: 1_440, height: 800 } });
  await page.goto(`${demo.server.url}/plans/tea-shop`);
  await untilShown(page);
  await demo.untilCalm(owner);
  await page.waitForTimeout(README_COURSE_MS);
  await demo.breakPayments();
  await page.locator('[data-signal="payment_success"][data-state="critical"]').waitFor();
  await untilStill(page);
  await mkdir(join(root, 'docs/images'), { recursive: true });
  await page.screenshot({ path: readmePicture });
  await context.close();
  await demo.stop();
  const { size } = await stat(readmePicture);
  process.stdout.write(`docs/images/mission-control.png: ${Math.round(size / 1_000)} KB\n`);
  if (size > README_PICTURE_BYTES_MAX) throw new Error(`the picture has more than ${README_PICTURE_BYTES_MAX} bytes`);
}

async function startDemo() {
  const dataFolder = await mkdtemp(join(tmpdir(), 'watchbill-shots-'));
  const server = new ServerProcess({
    dataFolder,
    port: await freePort(),
    intakePort: await freePort(),
    command: ['demo', '--shop-port', String(await freePort())],
    environment: {},
  });
  server.start();
  await server.untilReady(60_000);
  const shopUrl = await until(
    'the address of the shop',
    () => /tea shop is open at (\S+?):? /.exec(server.output)?.[1],
  );
  return {
    server,
    shopUrl,
    /** Until every figure is on target, and the courses of the figures have something to show. */
    async untilCalm(session: Session): Promise<void> {
      const { page, context } = await openSignedIn(browser, session);
      await page.goto(`${server.url}/plans/tea-shop`);
      await page.getByText('7 of 7 objectives on target').waitFor({ timeout: 90_000 });
      await page.waitForTimeout(60_000);
      await context.close();
    },
    async breakPayments(): Promise<void> {
      await fetch(`${shopUrl}/faults/payments`, { method: 'POST', body: '{"on":true}' });
      await until('the alert', () => (server.output.includes('payments-failing fires') ? true : undefined), 60_000);
    },
    async stop(): Promise<void> {
      await server.stop();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

async function shootPages(
  browser: Browser,
  address: string,
  session: Session,
  pages: readonly ListedPage[],
  state: string,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [device, viewport] of Object.entries(viewports)) {
    for (const colorScheme of schemes) {
      const options = { viewport, colorScheme, isMobile: device === 'phone', hasTouch: device === 'phone' };
      for (const { pattern, path, before } of pages) {
        const section = pattern === 'settingsSection' ? `-${path.split('/').at(-1)}` : '';
        // A page for those who are not signed in is one and the same in every state.
        if (before === true && state !== 'empty') continue;
        const { page, context } = await openSignedIn(
          browser,
          before === true ? { cookies: [], origins: [] } : session,
          options,
        );
        await page.goto(`${address}${path}`);
        await untilShown(page);
        await untilStill(page);
        const name = [`${pattern}${section}`, state, device, colorScheme].join('-');
        await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
        await context.close();
      }
    }
    process.stdout.write(`shots: ${pages.length} pages, ${state}, ${device}\n`);
  }
}

/** Charts are drawn after the text and once they are in sight, and the stream fills the tiles. */
async function untilStill(page: Page): Promise<void> {
  for (const chart of await page.locator('[data-chart]').all()) {
    await chart.scrollIntoViewIfNeeded();
    await chart.locator('canvas').first().waitFor();
  }
  await page.evaluate(() => scrollTo(0, 0));
  await page.waitForTimeout(1_500);
}
