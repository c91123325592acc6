import { needsOf } from '#core/assessment-needs.ts';
import type { Alert, Fact, World } from '#core/model.ts';
import { type AskedSample, courseOf, ruleCourses, vouchedCourses } from '#insight/assessments/decided-courses.ts';
import { type Instant, MINUTE_MS } from '#kernel/instant.ts';
import type { Assessment } from '#plan/assessment.ts';
import type { Availability, Run } from '#plan/availability.ts';
import { staleAfterMs } from '#plan/compile/checks.ts';
import type { Stretch } from '#plan/maintenance.ts';
import type { CompiledPlan } from '#plan/model.ts';
import type { Review } from '#plan/vouching.ts';
import { assess, type PhaseVerdict, spanOf } from '#signals/assessments/assess.ts';
import { type CheckIn, heartbeatCourse, probeCourse, targetKey, unmeasuredIn } from '#signals/assessments/courses.ts';
import type { LiveExecutor } from '#signals/live-executor.ts';
import type { EventRecord } from '#signals/record.ts';
import { watchedHeartbeat } from '#signals/watch/heartbeat-watch.ts';
import { CHECK_EVENT } from '#signals/watch/watch.ts';

const STATES: Readonly<Record<string, Availability>> = { passed: 'up', failed: 'down' };
/** As the server reads stored readings: in steps of these. */
const STEP_MS = 5 * MINUTE_MS;

/** What the stage knows beside that. */
interface Known {
  readonly world: Pick<World, 'plan' | 'samples'>;
  /** The samples that people are asked to judge, so far. */
  readonly samples: (review: Review) => readonly AskedSample[];
  readonly alerts: Iterable<Alert>;
  readonly now: Instant;
}

/** Keeps of a rehearsal what verdicts over phases are made of, and makes them as the server does. */
export class RehearsedVerdicts {
  private readonly runs: Map<string, Run[]> = new Map();
  private readonly checkIns: Map<string, CheckIn[]> = new Map();
  private readonly unheard: Stretch[] = [];
  /** About comparisons, by their names, and about the plan itself. */
  private readonly facts: Map<string, Fact[]> = new Map();
  /** By signal, the steps since 1970 in which it had a value. */
  private readonly measured: Map<string, Set<number>> = new Map();
  private lastStep = 0;

  /** Results and check-ins, as they are sent. */
  hear(records: readonly EventRecord[], { probes = [] }: CompiledPlan): void {
    for (const { name, time, attributes } of records) {
      const { probe, part, outcome, heartbeat, state } = attributes;
      if (name !== CHECK_EVENT) {
        const said = this.checkIns.get(String(heartbeat)) ?? [];
        this.checkIns.set(String(heartbeat), said);
        if (state === 'started' || state === 'succeeded' || state === 'failed') said.push({ at: time, state });
        continue;
      }
      const looked = probes.find((one) => one.name === probe);
      if (looked === undefined) continue;
      const key = targetKey(looked.name, part === undefined ? undefined : String(part));
      const runs = this.runs.get(key) ?? [];
      this.runs.set(key, runs);
      const last = runs.at(-1);
      const found = STATES[String(outcome)] ?? 'unknown';
      if (last?.state === found && time - last.last <= staleAfterMs(looked))
        runs.splice(-1, 1, { ...last, last: time });
      else runs.push({ from: time, last: time, state: found });
    }
  }

  note(fact: Fact): void {
    if (!fact.kind.startsWith('comparison-') && fact.kind !== 'plan-applied') return;
    this.facts.set(fact.subject, [...(this.facts.get(fact.subject) ?? []), fact]);
  }

  /** Intake is away, so that nothing is judged. */
  silence(from: Instant, to: Instant): void {
    this.unheard.push({ from, to });
  }

  /** Which figures have a value, every few minutes. */
  measure(now: Instant, readings: () => ReturnType<LiveExecutor['readings']>): void {
    const step = Math.floor(now / STEP_MS);
    if (step === this.lastStep) return;
    this.lastStep = step;
    for (const { signal, reading } of readings()) {
      if (reading.state !== 'value') continue;
      const steps = this.measured.get(signal) ?? new Set();
      this.measured.set(signal, steps.add(step));
    }
  }

  verdict({ of }: Assessment, phase: string, { world, samples, alerts, now }: Known): PhaseVerdict {
    const { plan } = world;
    const span = spanOf(plan, plan.launch, phase);
    const range = { from: span?.from ?? now, to: Math.max(span?.from ?? now, Math.min(span?.to ?? now, now)) };
    const needs = needsOf(plan, phase, of);
    const probes = new Map(
      needs.targets.map(({ probe, part, staleMs }) => {
        const key = targetKey(probe, part);
        return [key, probeCourse([this.runs.get(key) ?? []], { ...range, staleMs })] as const;
      }),
    );
    const heartbeats = new Map(
      needs.heartbeats.map((heartbeat) => {
        const test = watchedHeartbeat(heartbeat, plan.timezone, 'passing');
        const said = this.checkIns.get(heartbeat.name) ?? [];
        return [heartbeat.name, heartbeatCourse(test, said, { ...range, unheard: this.unheard })] as const;
      }),
    );
    const unmeasured = new Map(needs.signals.map((signal) => [signal, this.unmeasured(signal, range)] as const));
    const since = (facts: readonly Fact[] = []): readonly Fact[] => facts.filter(({ at }) => at >= range.from);
    const vouched = vouchedCourses(
      needs,
      {
        world,
        asked: new Map(needs.reviews.map((review) => [review.name, samples(review)])),
        facts: new Map(needs.comparisons.map(({ name }) => [name, since(this.facts.get(name))])),
      },
      range,
    );
    const opened = Map.groupBy(alerts, ({ rule }) => rule);
    const rules = ruleCourses(needs.rules, {
      ...{ plan, phase, range, probes, heartbeats, unmeasured, vouched, unheard: this.unheard },
      planFacts: since(this.facts.get('plan')),
      open: new Map(
        needs.rules.map((rule) => [
          rule,
          (opened.get(rule) ?? []).map(({ openedAt, resolvedAt = now }) => ({ from: openedAt, to: resolvedAt })),
        ]),
      ),
    });
    const courses = { probes, heartbeats, rules, vouched };
    return assess(
      span,
      of.map((check) => ({ check: check.name, segments: courseOf(check, courses) })),
      now,
    );
  }

  private unmeasured(signal: string, range: Stretch): readonly Stretch[] {
    const first = Math.floor(range.from / STEP_MS);
    const steps = new Set([...(this.measured.get(signal) ?? [])].map((step) => step - first));
    return unmeasuredIn(steps, STEP_MS, { from: first * STEP_MS, to: range.to });
  }
}
