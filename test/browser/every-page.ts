import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** A page by the name that the app's list of pages has for it, with an address of it. */
export interface ListedPage {
  readonly pattern: string;
  readonly path: string;
  /** Shown to nobody who is signed in. */
  readonly before?: true;
}

/** The trace of what `burn` sends. */
export const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

/** The group of the errors that `breakDown` sends. */
export const ERROR = 'payment-declined';

/** The probe of the watched plan, whose target nobody may dial. */
export const PROBE = 'shop-health';

/** An address of every page; `signal` and `alert` are there to be looked at. */
export function everyPage(plan: string, signal: string, alert: string): readonly ListedPage[] {
  const root = `/plans/${plan}`;
  return [
    { pattern: 'setUp', path: '/set-up', before: true },
    { pattern: 'signIn', path: '/sign-in', before: true },
    { pattern: 'invitation', path: '/invitation', before: true },
    { pattern: 'newPassword', path: '/reset-password', before: true },
    { pattern: 'home', path: '/' },
    { pattern: 'missionControl', path: root },
    { pattern: 'signals', path: `${root}/signals` },
    { pattern: 'signal', path: `${root}/signals/${encodeURIComponent(signal)}` },
    { pattern: 'alerts', path: `${root}/alerts` },
    { pattern: 'alert', path: `${root}/alerts/${alert}` },
    { pattern: 'inbox', path: `${root}/inbox` },
    { pattern: 'deliveries', path: `${root}/deliveries` },
    { pattern: 'plan', path: `${root}/plan` },
    { pattern: 'data', path: `${root}/data` },
    { pattern: 'services', path: `${root}/services` },
    { pattern: 'probes', path: `${root}/probes` },
    { pattern: 'verdicts', path: `${root}/verdicts` },
    { pattern: 'probe', path: `${root}/probes/${PROBE}` },
    { pattern: 'reviews', path: `${root}/reviews` },
    { pattern: 'reviews', path: `${root}/reviews?show=cash-book` },
    { pattern: 'errors', path: `${root}/errors` },
    { pattern: 'error', path: `${root}/errors/${ERROR}` },
    { pattern: 'logs', path: `${root}/logs` },
    { pattern: 'trace', path: `${root}/traces/${TRACE}` },
    { pattern: 'rehearse', path: `${root}/rehearse` },
    { pattern: 'settings', path: '/settings' },
    ...settingsSections().map((section) => ({ pattern: 'settingsSection', path: `/settings/${section}` })),
    { pattern: 'health', path: '/health' },
  ].filter(({ pattern }) => builtPages().includes(pattern)) as readonly ListedPage[];
}

function settingsSections(): readonly string[] {
  const list = readFileSync(join(import.meta.dirname, '../../web/src/pages/settings/settings-sections.ts'), 'utf8');
  const names = /sectionNames[^{]*= \{([^}]*)\}/.exec(list)?.[1] ?? '';
  return [...names.matchAll(/^\s+(\w+):/gm)].map(([, name]) => name ?? '');
}

/** The pages that the app has, by its own list. */
export function builtPages(): readonly string[] {
  const list = readFileSync(join(import.meta.dirname, '../../web/src/pages.tsx'), 'utf8');
  return [...list.matchAll(/^\s+pattern: patterns\.(\w+)/gm)].map(([, pattern]) => pattern ?? '');
}

/** Waits until a page has its heading and nothing is loading any more. */
export async function untilShown(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  await page.waitForFunction(
    () => document.querySelector('[aria-busy="true"], .mantine-Skeleton-root, [data-connection="connecting"]') === null,
  );
}
