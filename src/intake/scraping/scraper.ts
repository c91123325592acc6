import { limits } from '#kernel/limits.ts';
import { createTurns } from '#kernel/turns.ts';
import type { ScrapeReport } from '../link.ts';
import { ScrapeJob } from './scrape-job.ts';
import type { ScraperOptions } from './scraper-options.ts';

/** Fetches the metrics of the targets that the plans in force name. */
export class Scraper {
  readonly #options: ScraperOptions;
  readonly #turns = createTurns(limits.scrapesAtOnce);
  readonly #jobs = new Map<string, ScrapeJob>();
  #state: 'new' | 'running' | 'stopped' = 'new';

  constructor(options: ScraperOptions) {
    this.#options = options;
  }

  /** What an earlier run took in is there: targets may be asked. */
  start(): void {
    this.#state = 'running';
    this.follow();
  }

  /** Other plans are in force: targets that are new begin, and those that are gone end. */
  follow(): void {
    if (this.#state !== 'running') return;
    const wanted = new Set<string>();
    for (const [planName, plan] of this.#options.plans()) {
      for (const scrape of plan.scrapes ?? []) {
        const key = keyOf(planName, scrape.name);
        wanted.add(key);
        let job = this.#jobs.get(key);
        if (job?.follow(plan, scrape) === true) continue;
        job?.end();
        job = new ScrapeJob({ ...this.#options, plan: planName, turns: this.#turns }, plan, scrape);
        this.#jobs.set(key, job);
        job.start();
      }
    }
    for (const [key, job] of this.#jobs) {
      if (wanted.has(key)) continue;
      job.end();
      this.#jobs.delete(key);
    }
  }

  /** How the targets of a plan are, in its order. */
  reports(plan: string): readonly ScrapeReport[] {
    const scrapes = this.#options.plans().get(plan)?.scrapes ?? [];
    return scrapes.flatMap(({ name }) => this.#jobs.get(keyOf(plan, name))?.report() ?? []);
  }

  /** No target is asked from now on; its series do not end, since a start may follow at once. */
  stop(): void {
    this.#state = 'stopped';
    for (const job of this.#jobs.values()) job.stop();
  }
}

function keyOf(plan: string, name: string): string {
  return `${plan}\n${name}`;
}
