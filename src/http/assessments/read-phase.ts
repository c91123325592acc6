import { type PhaseNeeds, vouchedName } from '#core/assessment-needs.ts';
import type { Alert, Evidence, Fact, World } from '#core/model.ts';
import { vouchingFindings } from '#core/vouching-findings.ts';
import type { CoreRepositories } from '#engine/repositories.ts';
import {
  type AskedSample,
  type CheckCourses,
  ruleCourses,
  vouchedCourses,
} from '#insight/assessments/decided-courses.ts';
import { CHECK_INS_KEPT_MS, readCheckIns, type StoredCheckIn } from '#insight/heartbeats/read-check-ins.ts';
import { readHistory } from '#insight/probes/read-history.ts';
import { readLastFindings, type StoredResult } from '#insight/probes/read-probes.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { type DurationMs, type Instant, MINUTE_MS, parseInstant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Segment } from '#plan/availability.ts';
import type { Stretch } from '#plan/maintenance.ts';
import type { CompiledPlan } from '#plan/model.ts';
import { heartbeatCourse, probeCourse, targetKey, unmeasuredIn } from '#signals/assessments/courses.ts';
import { watchedHeartbeat } from '#signals/watch/heartbeat-watch.ts';
import { rolledUpTo } from '#storage/clickhouse/roll-up.ts';
import { readSeries } from '#storage/clickhouse/series.ts';
import type { AskTelemetry } from '#storage/clickhouse/within.ts';
import type { ReviewServices } from '../reviews/services.ts';

/** Readings are looked at in steps of these: whether there was one with a value. */
const STEP_MS: DurationMs = 5 * MINUTE_MS;

export interface StoreReaders {
  readonly askTelemetry: AskTelemetry;
  readonly reviews: Pick<ReviewServices, 'samples'>;
}

/** What the telemetry store knows of the checks over a phase, until now or its end. */
export interface PhaseStored {
  /** By the name of a probe or part. */
  readonly probes: ReadonlyMap<string, readonly Segment[]>;
  readonly checkIns: readonly StoredCheckIn[];
  /** When each figure had no value. */
  readonly unmeasured: ReadonlyMap<string, readonly Stretch[]>;
  /** The samples of each review that could be asked. */
  readonly asked: ReadonlyMap<string, readonly AskedSample[]>;
  /** The last failure of each probe and part that is still kept. */
  readonly findings: ReadonlyMap<string, StoredResult>;
}

/** What is known of the checks over a phase, until now or its end. */
export interface PhaseKnown extends CheckCourses {
  /** The last failure of each probe and part that is still kept. */
  readonly findings: ReadonlyMap<string, StoredResult>;
  /** The last failure that a job told. */
  readonly complaints: ReadonlyMap<string, StoredCheckIn>;
  /** What people found, by the same names as `vouched`. */
  readonly said: ReadonlyMap<string, Evidence>;
  /** Of each rule, the newest first. */
  readonly alerts: ReadonlyMap<string, readonly Alert[]>;
}

/** Reads what the telemetry store knows of the checks of a phase. */
export async function readStored(
  plan: string,
  needs: PhaseNeeds,
  range: Stretch,
  { askTelemetry, reviews }: StoreReaders,
): Promise<PhaseStored> {
  const [probes, checkIns, unmeasured, asked] = await Promise.all([
    readTargets(askTelemetry, plan, needs, range),
    askTelemetry((client, signal) =>
      readCheckIns(client, { plan, heartbeats: needs.heartbeats.map((one) => one.name), ...range }, signal),
    ),
    readUnmeasured(askTelemetry, plan, needs.signals, range),
    readAsked(reviews, plan, needs),
  ]);
  return { probes, checkIns, unmeasured, asked, findings: await readFindings(askTelemetry, plan, needs, probes) };
}

export interface CoreReaders {
  readonly repositories: Pick<CoreRepositories, 'listAlerts' | 'listFacts'>;
  readonly unheard: readonly Stretch[];
  /** About the plan itself, since the phase began or longer. */
  readonly planFacts: readonly Fact[];
  readonly now: Instant;
}

/** A phase of a plan that has begun, from then until now or its end. */
export interface BegunPhase {
  readonly phase: string;
  readonly range: Stretch;
  readonly needs: PhaseNeeds;
}

/** Puts what the store knows together with what the core decided and what people said, which is read anew. */
export async function readPhase(
  world: Pick<World, 'plan' | 'samples' | 'comparisons'>,
  { phase, range, needs }: BegunPhase,
  stored: PhaseStored,
  { repositories, unheard, planFacts, now }: CoreReaders,
): Promise<PhaseKnown> {
  const { plan } = world;
  const { probes, checkIns, unmeasured, asked, findings } = stored;
  const [alerts, facts] = await Promise.all([
    Promise.all(needs.rules.map(async (rule) => [rule, await alertsOf(repositories, plan.name, rule)] as const)),
    readCompared(repositories, plan.name, needs, range),
  ]);
  const heard = Map.groupBy(checkIns, ({ heartbeat }) => heartbeat);
  const heartbeats = new Map(
    needs.heartbeats.map((heartbeat) => {
      const own = heard.get(heartbeat.name) ?? [];
      const test = watchedHeartbeat(heartbeat, plan.timezone, 'passing');
      const unknown = [...unheard, ...unknownCheckIns(own, range, now)];
      return [heartbeat.name, heartbeatCourse(test, own, { ...range, unheard: unknown })] as const;
    }),
  );
  const vouched = vouchedCourses(needs, { world, asked, facts }, range);
  const rules = ruleCourses(needs.rules, {
    ...{ plan, phase, range, probes, heartbeats, unmeasured, vouched, unheard, planFacts },
    open: new Map(alerts.map(([rule, own]) => [rule, own.map(openTime)])),
    unread: new Map(alerts.map(([rule, own]) => [rule, unreadAlerts(own, range)])),
  });
  const complaints = new Map(
    checkIns.filter(({ state, at }) => state === 'failed' && at >= range.from).map((one) => [one.heartbeat, one]),
  );
  const said = saidIn(world, needs, facts);
  return { probes, heartbeats, rules, vouched, said, findings, complaints, alerts: new Map(alerts) };
}

function saidIn(
  world: Pick<World, 'samples' | 'comparisons'>,
  { reviews, comparisons }: Pick<PhaseNeeds, 'reviews' | 'comparisons'>,
  facts: Awaited<ReturnType<typeof readCompared>>,
): ReadonlyMap<string, Evidence> {
  const units = [
    ...reviews.map(({ name }) => ({ kind: 'review-wrong', review: name }) as const),
    ...comparisons.map(({ name }) => ({ kind: 'comparison-differs', comparison: name }) as const),
  ];
  return new Map(
    units.flatMap((unit) => {
      const about = unit.kind === 'comparison-differs' ? facts.get(unit.comparison) : undefined;
      const evidence = vouchingFindings(world, unit, about);
      return evidence === undefined ? [] : [[vouchedName(unit), evidence] as const];
    }),
  );
}

/** Of a review whose samples cannot be read there are none: what people said of it is known all the same. */
async function readAsked(
  reviews: StoreReaders['reviews'],
  plan: string,
  needs: Pick<PhaseNeeds, 'reviews'>,
): Promise<ReadonlyMap<string, readonly AskedSample[]>> {
  const read = needs.reviews.map(async ({ name }) => {
    try {
      const { review, samples } = await reviews.samples(plan, name);
      return review.unread === undefined ? [[name, samples.map(askedSample)] as const] : [];
    } catch (caught) {
      if (caught instanceof WatchbillError) return [];
      throw caught;
    }
  });
  return new Map((await Promise.all(read)).flat());
}

function askedSample({ sample, at }: { readonly sample: string; readonly at?: string | undefined }): AskedSample {
  const when = at === undefined ? undefined : parseInstant(at);
  return { id: sample, ...(when === undefined ? {} : { at: when }) };
}

/** The facts about each comparison since the phase began. */
async function readCompared(
  repositories: CoreReaders['repositories'],
  plan: string,
  needs: Pick<PhaseNeeds, 'comparisons'>,
  { from: since }: Stretch,
): Promise<ReadonlyMap<string, readonly Fact[]>> {
  const read = needs.comparisons.map(async ({ name: subject }) => {
    const facts = await repositories.listFacts({ plan, subject, since, limit: limits.explainFacts, from: 'latest' });
    return [subject, facts] as const;
  });
  return new Map(await Promise.all(read));
}

async function readTargets(
  askTelemetry: AskTelemetry,
  plan: string,
  { targets }: PhaseNeeds,
  { from, to }: Stretch,
): Promise<ReadonlyMap<string, readonly Segment[]>> {
  if (targets.length === 0) return new Map();
  const longest = Math.max(...targets.map(({ staleMs }) => staleMs));
  const histories = await readHistory(askTelemetry, plan, { figure: { targets }, from: from - longest, to });
  return new Map(
    targets.map(({ probe, part, staleMs, agree }, index) => {
      const runs = (histories[index]?.locations ?? []).map((location) => location.runs);
      return [targetKey(probe, part), probeCourse(runs, { from, to, staleMs, agree })];
    }),
  );
}

/** Of those that failed; only from the first failure to the last is read. */
async function readFindings(
  askTelemetry: AskTelemetry,
  plan: string,
  { targets }: PhaseNeeds,
  courses: ReadonlyMap<string, readonly Segment[]>,
): Promise<ReadonlyMap<string, StoredResult>> {
  const failures = targets.flatMap((target) => {
    const own = courses.get(targetKey(target.probe, target.part)) ?? [];
    return own.filter(({ state }) => state === 'down').map((failure) => ({ ...failure, target }));
  });
  if (failures.length === 0) return new Map();
  const probes = failures.map(({ target }) => ({ name: target.probe, staleMs: target.staleMs }));
  const from = Math.min(...failures.map((failure) => failure.from));
  const to = Math.max(...failures.map((failure) => failure.to));
  const found = await askTelemetry((client, signal) => readLastFindings(client, { plan, probes, from, to }, signal));
  return new Map(found.map((result) => [targetKey(result.probe, result.texts['part']), result]));
}

/** Check-ins that are not kept any more, or were too many to be read. */
function unknownCheckIns(own: readonly StoredCheckIn[], { from, to }: Stretch, now: Instant): readonly Stretch[] {
  const kept = now - CHECK_INS_KEPT_MS;
  const last = own.filter(({ at }) => at >= from).length < limits.checkInsRead ? undefined : own.at(-1);
  return [
    ...(from < kept ? [{ from, to: Math.min(to, kept) }] : []),
    ...(last === undefined ? [] : [{ from: last.at, to }]),
  ];
}

/** The facts about the plan itself since an instant. */
export async function readPlanFacts(
  repositories: CoreReaders['repositories'],
  plan: string,
  since: Instant,
): Promise<readonly Fact[]> {
  const found: Fact[] = [];
  for (let after = 0; ; ) {
    const facts = await repositories.listFacts({ plan, subject: 'plan', since, after, limit: limits.explainFacts });
    found.push(...facts);
    after = facts.at(-1)?.sequence ?? after;
    if (facts.length < limits.explainFacts) return found;
  }
}

/** When nobody judged rules and heartbeats: before the plan was there, and while the core heard nothing. */
export function unheardIn(
  planFacts: readonly Fact[],
  firstAppliedAt: Instant,
  silentSince: Instant | undefined,
  now: Instant,
): readonly Stretch[] {
  const silences = planFacts.flatMap(({ kind, at, body }) => {
    const since = Number(body['silentSince']);
    return kind === 'evaluated-again' && Number.isFinite(since) ? [{ from: since, to: at }] : [];
  });
  return [
    { from: 0, to: firstAppliedAt },
    ...(silentSince === undefined ? [] : [{ from: silentSince, to: now }]),
    ...silences,
  ];
}

/** When each figure had no value that could be judged, in any of its groups. */
async function readUnmeasured(
  askTelemetry: AskTelemetry,
  plan: string,
  signals: readonly string[],
  range: Stretch,
): Promise<ReadonlyMap<string, readonly Stretch[]>> {
  if (signals.length === 0) return new Map();
  const stepMs = STEP_MS * Math.ceil((range.to - range.from) / (limits.seriesPointsAsked * STEP_MS));
  const from = Math.floor(range.from / stepMs) * stepMs;
  const to = Math.ceil(range.to / stepMs) * stepMs;
  const stored = await askTelemetry(async (client, signal) =>
    readSeries(client, { plan, signals, from, to, stepMs, rolledUpTo: await rolledUpTo(client), groups: 1 }, signal),
  );
  return new Map(
    signals.map((name) => {
      const measured = new Set<number>();
      for (const { signal, steps, empty } of stored) {
        if (signal !== name) continue;
        const without = new Set(empty.map(({ step }) => step));
        for (const step of steps) if (!without.has(step)) measured.add(step);
      }
      return [name, unmeasuredIn(measured, stepMs, { from, to: range.to })];
    }),
  );
}

/** Alerts of a rule, the newest first, at most `limits.assessmentAlerts`. */
async function alertsOf(
  repositories: CoreReaders['repositories'],
  plan: CompiledPlan['name'],
  rule: string,
): Promise<readonly Alert[]> {
  return repositories.listAlerts({ plan, rule, limit: limits.assessmentAlerts });
}

function openTime({ openedAt, resolvedAt = Number.POSITIVE_INFINITY }: Alert): Stretch {
  return { from: openedAt, to: resolvedAt };
}

/** The time of alerts that were too many to be read. */
function unreadAlerts(alerts: readonly Alert[], { from, to }: Stretch): readonly Stretch[] {
  const oldest = alerts.length < limits.assessmentAlerts ? undefined : alerts.at(-1);
  return oldest === undefined || oldest.openedAt <= from ? [] : [{ from, to: Math.min(to, oldest.openedAt) }];
}
