import { hash53 } from '#kernel/hash64.ts';
import { type DurationMs, formatDuration, type Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { IncomingResponse } from '#kernel/ports.ts';
import { fail, ok, type Result } from '#kernel/result.ts';
import type { Turns } from '#kernel/turns.ts';
import type { CompiledPlan } from '#plan/model.ts';
import { phaseAt, phaseBoundaryAfter } from '#plan/phases.ts';
import type { Scrape } from '#plan/scrape.ts';
import type { ScrapeReport } from '../link.ts';
import type { SampleBatch } from '../samples/batch.ts';
import { formatOf } from './decode.ts';
import { relabellingOf } from './relabel.ts';
import type { ScraperOptions } from './scraper-options.ts';
import { TargetSeries } from './target-series.ts';

export interface ScrapeJobOptions extends ScraperOptions {
  readonly plan: string;
  /** How many targets are asked at the same time. */
  readonly turns: Turns;
}

/** Why there is nothing to be had of the target. */
interface Problem {
  readonly reason: string;
  readonly message: string;
}

const ACCEPT = 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
/** The first question comes soon, and those of many targets not at once. */
const FIRST_WITHIN_MS = 1_000;
/** A secret that has been asked for comes within milliseconds. */
const SECRET_AGAIN_MS = 500;

/** Asks one target at a fixed pace, one question at a time, and takes in what it answers. */
export class ScrapeJob {
  readonly #options: ScrapeJobOptions;
  readonly #series: TargetSeries;
  readonly #offset: number;
  #plan: CompiledPlan;
  #scrape: Scrape;
  #cancel: () => void = () => {};
  #stopped = false;
  #running: Promise<unknown> = Promise.resolve();
  #nextAt: Instant | undefined;
  #last: Omit<ScrapeReport, 'name' | 'nextAt'> = { state: 'waiting' };

  constructor(options: ScrapeJobOptions, plan: CompiledPlan, scrape: Scrape) {
    this.#options = options;
    this.#plan = plan;
    this.#scrape = scrape;
    this.#series = new TargetSeries(relabellingOf(scrape));
    this.#offset = hash53(`${options.plan} ${scrape.name} ${scrape.url}`);
  }

  start(): void {
    const now = this.#options.clock.now();
    const everyMs = this.#everyMs(now);
    if (everyMs === undefined) this.#wait(now);
    else this.#ask(now + (this.#offset % Math.min(everyMs, FIRST_WITHIN_MS)));
  }

  /** Goes on with another version of its plan; false when its series are others now, so that another job has to begin. */
  follow(plan: CompiledPlan, scrape: Scrape): boolean {
    if (JSON.stringify(identityOf(scrape)) !== JSON.stringify(identityOf(this.#scrape))) return false;
    const isSame = JSON.stringify([scrape, plan.phases, plan.launch]) === this.#pace();
    this.#plan = plan;
    this.#scrape = scrape;
    // A question that is under way looks at the plan when it has ended.
    if (!isSame && this.#nextAt !== undefined) this.#wait(this.#options.clock.now());
    else if (!isSame && this.#last.state === 'resting') this.#wait(this.#options.clock.now());
    return true;
  }

  report(): ScrapeReport {
    const { name } = this.#scrape;
    return { name, ...this.#last, ...(this.#nextAt === undefined ? {} : { nextAt: this.#nextAt }) };
  }

  /** Asks no more. */
  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  /** Asks no more, and its series end. */
  end(): void {
    this.stop();
    void this.#running.then(() => this.#take(this.#series.gone(this.#options.now())));
  }

  #pace(): string {
    return JSON.stringify([this.#scrape, this.#plan.phases, this.#plan.launch]);
  }

  #everyMs(now: Instant): DurationMs | undefined {
    const { otherwise, phases = {} } = this.#scrape.everyMs;
    const phase = phaseAt(this.#plan, this.#plan.launch, now);
    return (phase !== undefined && Object.hasOwn(phases, phase) ? phases[phase] : undefined) ?? otherwise;
  }

  /** Until the next instant of the grid, which depends on nothing but the pace and the target. */
  #wait(now: Instant): void {
    const everyMs = this.#everyMs(now);
    if (everyMs !== undefined) {
      const offset = this.#offset % everyMs;
      this.#ask((Math.floor((now - offset) / everyMs) + 1) * everyMs + offset);
      return;
    }
    this.#cancel();
    this.#nextAt = undefined;
    if (this.#last.state !== 'resting') {
      this.#last = { state: 'resting', reason: 'phase', message: 'It is not asked in this phase.' };
      this.#running = this.#take(this.#series.gone(this.#options.now()));
    }
    const boundary = phaseBoundaryAfter(this.#plan, this.#plan.launch, now);
    if (boundary === undefined || this.#stopped) return;
    this.#cancel = this.#options.clock.schedule(boundary, () => this.#wait(this.#options.clock.now()));
  }

  #ask(at: Instant): void {
    this.#cancel();
    if (this.#stopped) return;
    const { clock } = this.#options;
    const boundary = phaseBoundaryAfter(this.#plan, this.#plan.launch, clock.now());
    this.#nextAt = at;
    if (boundary !== undefined && boundary < at) {
      this.#cancel = clock.schedule(boundary, () => this.#wait(clock.now()));
      return;
    }
    this.#cancel = clock.schedule(at, () => {
      this.#nextAt = undefined;
      this.#running = this.#options.turns
        .take(() => this.#scrapeOnce())
        .catch((error: unknown) => {
          const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
          this.#options.log(`The scrape ${this.#scrape.name} of plan ${this.#options.plan} failed: ${text}`);
          this.#last = { state: 'down', reason: 'internal-error', message: 'Something of ours broke.' };
        })
        .then(() => {
          if (!this.#stopped && this.#nextAt === undefined) this.#wait(clock.now());
        });
    });
  }

  async #scrapeOnce(): Promise<void> {
    if (this.#stopped) return;
    const { clock } = this.#options;
    const at = this.#options.now();
    const everyMs = this.#everyMs(clock.now());
    if (everyMs !== undefined) this.#series.everyMs = everyMs;
    const startedMs = clock.monotonicMs();
    const token = this.#token();
    if (token === 'awaited') {
      this.#last = { state: 'waiting', reason: 'secret-awaited', message: 'Its secret has not come yet.' };
      this.#ask(clock.now() + SECRET_AGAIN_MS);
      return;
    }
    const answer = token.ok ? await this.#fetch(token.value) : token;
    const durationMs = clock.monotonicMs() - startedMs;
    const read = answer.ok ? this.#read(answer.value, at, durationMs) : answer;
    const asked = { lastAt: at, durationMs: Math.round(durationMs) };
    const problem = await this.#take(read.ok ? read.value.batch : this.#series.down(at, durationMs / 1_000));
    if (!read.ok) this.#last = { state: 'down', ...read.failure, ...asked };
    else if (problem !== undefined) this.#last = { state: 'down', ...problem, ...asked, samples: read.value.samples };
    else this.#last = { state: 'up', ...asked, samples: read.value.samples };
  }

  #token(): 'awaited' | Result<string | undefined, Problem> {
    const { tokenSecret } = this.#scrape;
    if (tokenSecret === undefined) return ok(undefined);
    const secret = this.#options.secret(tokenSecret);
    switch (secret.state) {
      case 'awaited':
        return 'awaited';
      case 'unset':
        return fail({ reason: 'secret-missing', message: `The secret ${tokenSecret} is not set.` });
      case 'known':
        return ok(secret.value);
    }
  }

  async #fetch(token: string | undefined): Promise<Result<IncomingResponse, Problem>> {
    const { url, timeoutMs } = this.#scrape;
    const { transport, plan } = this.#options;
    const answer = await (transport.forPlan?.(plan) ?? transport).send({
      method: 'GET',
      url,
      headers: {
        accept: ACCEPT,
        'user-agent': 'Watchbill',
        'x-prometheus-scrape-timeout-seconds': String(timeoutMs / 1_000),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      timeoutMs,
      responseBytes: limits.scrapeBodyBytes,
    });
    if (!answer.ok) {
      const { reason, message } = answer.failure;
      if (reason !== 'timed-out') return fail({ reason, message });
      return fail({ reason, message: `There was no whole answer within ${formatDuration(timeoutMs)}.` });
    }
    const { status, isCut } = answer.value;
    if (status !== 200) return fail({ reason: 'status', message: `The target answered with status ${status}.` });
    if (isCut === true) {
      return fail({ reason: 'too-large', message: `The answer has more than ${limits.scrapeBodyBytes} bytes.` });
    }
    return ok(answer.value);
  }

  #read({ headers, body }: IncomingResponse, at: Instant, durationMs: DurationMs): ReturnType<TargetSeries['read']> {
    let text: string;
    try {
      text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    } catch {
      return fail({ reason: 'malformed', message: 'The answer is no text in UTF-8.' });
    }
    return this.#series.read(text, formatOf(headers['content-type']), at, durationMs / 1_000);
  }

  /** Gives why the points were not stored. */
  async #take(samples: SampleBatch): Promise<Problem | undefined> {
    if (samples.times.length === 0) return undefined;
    const taken = await this.#options.accept({
      grant: { keyId: `scrape:${this.#scrape.name}`, plan: this.#options.plan },
      protocol: 'scrape',
      traffic: 'samples',
      body: new Uint8Array(),
      decode: () => ok({ records: [], ownIds: [], rejected: [], samples, newFields: new Map(), recognisable: false }),
    });
    if (taken.ok) return undefined;
    return { reason: taken.failure.code, message: `What it answered was not kept: ${taken.failure.message}` };
  }
}

/** What its series are told by: a change of it makes other series. */
function identityOf({ url, labels, keep, drop }: Scrape): unknown {
  return [url, labels, keep, drop];
}
