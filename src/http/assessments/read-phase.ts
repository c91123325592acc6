import { type PhaseNeeds, readBy, vouchedName } from '#core/assessment-needs.ts';
import type { Alert, Evidence, World } from '#core/model.ts';
import { samplesOf, vouchingEvidence } from '#core/vouching.ts';
import { comparisonCourse, isVouched, reviewCourse } from '#core/vouching-course.ts';
import type { CoreRepositories } from '#engine/repositories.ts';
import { CHECK_INS_KEPT_MS, readCheckIns, type StoredCheckIn } from '#insight/heartbeats/read-check-ins.ts';
import { readHistory } from '#insight/probes/read-history.ts';
import { readLastFindings, type StoredResult } from '#insight/probes/read-probes.ts';
import { type DurationMs, type Instant, MINUTE_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Segment } from '#plan/availability.ts';
import type { Stretch } from '#plan/maintenance.ts';
import type { CompiledPlan } from '#plan/model.ts';
import {
  heartbeatCourse,
  probeCourse,
  ruleCourse,
  targetKey,
  unjudgedIn,
  unmeasuredIn,
} from '#signals/assessments/courses.ts';
import { watchedHeartbeat } from '#signals/watch/heartbeat-watch.ts';
import { rolledUpTo } from '#storage/clickhouse/roll-up.ts';
import { readSeries } from '#storage/clickhouse/series.ts';
import type { AskTelemetry } from '#storage/clickhouse/within.ts';
import type { ReviewServices } from '../reviews/services.ts';

/** Readings are looked at in steps of these: whether there was one with a value. */
const STEP_MS: DurationMs = 5 * MINUTE_MS;

export interface PhaseReaders {
  readonly repositories: Pick<CoreRepositories, 'listAlerts' | 'listFacts' | 'planHistory'>;
  readonly askTelemetry: AskTelemetry;
  readonly reviews: Pick<ReviewServices, 'list'>;
  readonly now: Instant;
}

/** What is known of the checks over a phase, until now or its end. */
export interface PhaseKnown {
  /** By the name of a probe or part, of a heartbeat, of a rule. */
  readonly probes: ReadonlyMap<string, readonly Segment[]>;
  readonly heartbeats: ReadonlyMap<string, readonly Segment[]>;
  readonly rules: ReadonlyMap<string, readonly Segment[]>;
  /** By `review NAME` and `comparison NAME`. */
  readonly vouched: ReadonlyMap<string, readonly Segment[]>;
  /** The last failure of each probe and part that is still kept. */
  readonly findings: ReadonlyMap<string, StoredResult>;
  /** The last failure that a job told. */
  readonly complaints: ReadonlyMap<string, StoredCheckIn>;
  /** What people say now, by the same names as `vouched`. */
  readonly said: ReadonlyMap<string, Evidence>;
  /** Of each rule, the newest first. */
  readonly alerts: ReadonlyMap<string, readonly Alert[]>;
}

/** Reads what is known of the checks of a phase, from the telemetry store and from the core's. */
export async function readPhase(
  world: Pick<World, 'plan' | 'line' | 'samples' | 'comparisons'>,
  needs: PhaseNeeds,
  range: Stretch,
  readers: PhaseReaders,
): Promise<PhaseKnown> {
  const { plan, line } = world;
  const { repositories, askTelemetry, now } = readers;
  const { name } = plan;
  const [unheard, histories, checkIns, unmeasured, alerts, vouched] = await Promise.all([
    needs.heartbeats.length + needs.rules.length === 0
      ? []
      : unheardIn(name, line.silentSince, range, repositories, now),
    readTargets(askTelemetry, name, needs, range),
    askTelemetry((client, signal) =>
      readCheckIns(client, { plan: name, heartbeats: needs.heartbeats.map((one) => one.name), ...range }, signal),
    ),
    readUnmeasured(askTelemetry, name, needs.signals, range),
    Promise.all(needs.rules.map(async (rule) => [rule, await alertsOf(repositories, name, rule)] as const)),
    readVouched(world, needs, range, readers),
  ]);
  const findings = await readFindings(askTelemetry, name, needs, histories);
  const heard = Map.groupBy(checkIns, ({ heartbeat }) => heartbeat);
  const heartbeats = new Map(
    needs.heartbeats.map((heartbeat) => {
      const own = heard.get(heartbeat.name) ?? [];
      const test = watchedHeartbeat(heartbeat, plan.timezone, 'passing');
      const unknown = [...unheard, ...unknownCheckIns(own, range, now)];
      return [heartbeat.name, heartbeatCourse(test, own, { ...range, unheard: unknown })] as const;
    }),
  );
  const rules = new Map(
    alerts.map(([rule, own]) => {
      const { tests, units } = readBy(plan, rule);
      const unknown = [
        ...unjudgedIn(tests, { probes: histories, heartbeats, unmeasured, measures: plan.measures, range }),
        ...units.flatMap((unit) => (isVouched(vouched.get(vouchedName(unit))) ? [] : [range])),
      ];
      return [
        rule,
        ruleCourse(own.map(openTime), [...unheard, ...unknown, ...unreadAlerts(own, range)], range),
      ] as const;
    }),
  );
  const complaints = new Map(
    checkIns.filter(({ state, at }) => state === 'failed' && at >= range.from).map((one) => [one.heartbeat, one]),
  );
  return {
    probes: histories,
    heartbeats,
    rules,
    vouched,
    said: saidIn(world, needs),
    findings,
    complaints,
    alerts: new Map(alerts),
  };
}

function saidIn(
  world: Pick<World, 'samples' | 'comparisons'>,
  { reviews, comparisons }: Pick<PhaseNeeds, 'reviews' | 'comparisons'>,
): ReadonlyMap<string, Evidence> {
  const units = [
    ...reviews.map(({ name }) => ({ kind: 'review-wrong', review: name }) as const),
    ...comparisons.map(({ name }) => ({ kind: 'comparison-differs', comparison: name }) as const),
  ];
  return new Map(
    units.flatMap((unit) => {
      const evidence = vouchingEvidence(world, unit);
      return evidence === undefined ? [] : [[vouchedName(unit), evidence] as const];
    }),
  );
}

/** What people said of data of the phase. */
async function readVouched(
  world: Pick<World, 'plan' | 'samples'>,
  needs: Pick<PhaseNeeds, 'reviews' | 'comparisons'>,
  range: Stretch,
  { repositories, reviews }: PhaseReaders,
): Promise<ReadonlyMap<string, readonly Segment[]>> {
  const { name: plan } = world.plan;
  const asked = needs.reviews.length === 0 ? [] : (await reviews.list(plan)).reviews;
  const judged = new Set(asked.filter(({ chosen, waiting }) => chosen > 0 && waiting === 0).map(({ name }) => name));
  const compared = needs.comparisons.map(async ({ name }) => {
    const facts = await repositories.listFacts({
      ...{ plan, subject: name, since: range.from },
      limit: limits.explainFacts,
      from: 'latest',
    });
    return [`comparison ${name}`, comparisonCourse(facts, range)] as const;
  });
  return new Map([
    ...needs.reviews.map(
      ({ name }) => [`review ${name}`, reviewCourse(samplesOf(world, name), judged.has(name), range)] as const,
    ),
    ...(await Promise.all(compared)),
  ]);
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

/** When nobody judged rules and heartbeats: before the plan was there, and while the core heard nothing. */
async function unheardIn(
  plan: string,
  silentSince: Instant | undefined,
  { from }: Stretch,
  repositories: PhaseReaders['repositories'],
  now: Instant,
): Promise<readonly Stretch[]> {
  const first = (await repositories.planHistory(plan)).at(-1)?.appliedAt ?? now;
  const found: Stretch[] = [
    ...(first > from ? [{ from, to: first }] : []),
    ...(silentSince === undefined ? [] : [{ from: silentSince, to: now }]),
  ];
  for (let after = 0; ; ) {
    const facts = await repositories.listFacts({
      ...{ plan, subject: 'plan', since: from, after },
      limit: limits.explainFacts,
    });
    for (const { kind, at, body } of facts) {
      const since = Number(body['silentSince']);
      if (kind === 'evaluated-again' && Number.isFinite(since)) found.push({ from: since, to: at });
    }
    after = facts.at(-1)?.sequence ?? after;
    if (facts.length < limits.explainFacts) return found;
  }
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
  repositories: PhaseReaders['repositories'],
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
