import lighthouse, { desktopConfig } from 'lighthouse';
import { launchChromium } from '../test/browser/chromium.ts';
import { makeOwner } from '../test/browser/signed-in.ts';
import { burn, startWatched } from '../test/browser/watched-plan.ts';
import { freePort } from '../test/crash/server-process.ts';
import { cleanUp } from '../test/end-to-end/program.ts';

/** Lighthouse's scores of mission control, the signals, an alert, all alerts, the data, the plan and the sign-in page, on a desktop; signed in by cookie. */
const CATEGORIES = ['performance', 'accessibility', 'best-practices'] as const;
/** Blocking time is wall time: what else runs on the machine is in it. Of an odd number of runs the middle one counts. */
const RUNS = 3;
/** The live stream never ends, so the page is never quiet. */
const LOAD_MS_MAX = 15_000;

const port = await freePort();
const browser = await launchChromium([`--remote-debugging-port=${port}`]);
try {
  const { server, dataFolder } = await startWatched();
  const session = await makeOwner(browser, server);
  await burn(server, dataFolder);
  const cookie = session.cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const pages = ['', '/signals', '/signals/failures', '/alerts', '/alerts/A-1', '/data', '/plan'].map(
    (page) => `/plans/watched${page}`,
  );
  for (const path of [...pages, '/sign-in']) {
    await score(`${server.url}${path}`, path, path === '/sign-in' ? {} : { Cookie: cookie });
  }
} finally {
  await browser.close();
  await cleanUp();
}

type Result = NonNullable<Awaited<ReturnType<typeof lighthouse>>>['lhr'];

async function score(address: string, name: string, extraHeaders: Readonly<Record<string, string>>): Promise<void> {
  const flags = {
    port,
    logLevel: 'error' as const,
    onlyCategories: [...CATEGORIES],
    extraHeaders: { ...extraHeaders },
    maxWaitForLoad: LOAD_MS_MAX,
  };
  const results: Result[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const result = await lighthouse(address, flags, desktopConfig);
    if (result === undefined) throw new Error(`no result for ${name}`);
    results.push(result.lhr);
  }
  results.sort((left, right) => performanceOf(left) - performanceOf(right));
  const middle = results[Math.floor(RUNS / 2)];
  if (middle === undefined) throw new Error(`no result for ${name}`);
  const { categories, audits } = middle;
  const scores = CATEGORIES.map((category) => `${category} ${Math.round((categories[category]?.score ?? 0) * 100)}`);
  const shown = [
    'first-contentful-paint',
    'largest-contentful-paint',
    'total-blocking-time',
    'cumulative-layout-shift',
  ].map((id) => `${id} ${audits[id]?.displayValue ?? 'unknown'}`);
  console.log(`${name}: ${scores.join(', ')} (goal: >= 95 each; ${shown.join(', ')})`);
  const failed = CATEGORIES.flatMap((category) =>
    (categories[category]?.auditRefs ?? [])
      .filter(({ id, weight }) => weight > 0 && (audits[id]?.score ?? 1) < 0.9)
      .map(({ id }) => `${id}: ${audits[id]?.title} ${audits[id]?.displayValue ?? ''}`),
  );
  for (const line of failed) console.log(`  ${line}`);
}

function performanceOf({ categories }: Result): number {
  return categories.performance?.score ?? 0;
}
