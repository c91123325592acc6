import type { ScrapeAnswer } from '#contract/scrapes.ts';
import type { Core } from '#engine/core-process.ts';
import type { ScrapeReport } from '#intake/link.ts';
import { formatInstant } from '#kernel/instant.ts';
import type { Scrape } from '#plan/scrape.ts';
import { requirePlan } from '../known-plan.ts';
import type { ScrapeServices } from './services.ts';

/** What the plan in force names, with what intake says of it. */
export function createScrapeServices(core: Pick<Core, 'plans' | 'lastWorld' | 'link'>): ScrapeServices {
  return {
    async scrapes(plan) {
      requirePlan(core, plan);
      const scrapes = core.lastWorld(plan)?.plan.scrapes ?? [];
      const data = scrapes.length === 0 ? undefined : await core.link.data(plan);
      const reports = new Map(data?.scrapes?.map((report) => [report.name, report]));
      return { scrapes: scrapes.map((scrape) => viewScrape(scrape, reports.get(scrape.name))) };
    },
  };
}

function viewScrape({ name, url, labels }: Scrape, report: ScrapeReport | undefined): ScrapeAnswer {
  const head = { name, target: url, labels: Object.fromEntries(labels) };
  if (report === undefined) return { ...head, state: 'unknown' };
  const { name: _, lastAt, nextAt, ...rest } = report;
  return {
    ...head,
    ...rest,
    ...(lastAt === undefined ? {} : { lastAt: formatInstant(lastAt) }),
    ...(nextAt === undefined ? {} : { nextAt: formatInstant(nextAt) }),
  };
}
