import type { AssessedCheckAnswer, PhaseVerdictAnswer } from '#contract/assessments.ts';
import { needsOf } from '#core/assessment-needs.ts';
import { evidenceLines } from '#core/explain-text.ts';
import { launchOf } from '#core/phases.ts';
import type { Core } from '#engine/core-process.ts';
import type { CoreRepositories } from '#engine/repositories.ts';
import { courseOf } from '#insight/assessments/decided-courses.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { formatInstant, HOUR_MS, type Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import type { AssessedCheck, Assessment } from '#plan/assessment.ts';
import type { Stretch } from '#plan/maintenance.ts';
import { type AssessedSpan, assess, type CheckVerdict, spanOf } from '#signals/assessments/assess.ts';
import type { AskTelemetry } from '#storage/clickhouse/within.ts';
import { instantField } from '../instant-field.ts';
import { requirePlan } from '../known-plan.ts';
import { SharedReading } from '../plan-services/shared-reading.ts';
import type { ReviewServices } from '../reviews/services.ts';
import {
  type BegunPhase,
  type PhaseKnown,
  type PhaseStored,
  readPhase,
  readPlanFacts,
  readStored,
  unheardIn,
} from './read-phase.ts';
import type { AssessmentServices } from './services.ts';

export interface AssessmentServicesOptions {
  readonly core: Pick<Core, 'plans' | 'lastWorld'> & {
    readonly repositories: Pick<CoreRepositories, 'listAlerts' | 'listFacts' | 'planHistory'>;
  };
  readonly askTelemetry: AskTelemetry;
  readonly reviews: Pick<ReviewServices, 'samples'>;
  readonly clock: Clock;
}

interface PastPhase {
  readonly at: Instant;
  readonly stored: PhaseStored;
}

/** The verdicts of the plan in force over its phases. */
export function createAssessmentServices({
  core,
  askTelemetry,
  reviews,
  clock,
}: AssessmentServicesOptions): AssessmentServices {
  const { repositories } = core;

  /** What the telemetry store knows of phases that were over for long, by plan: it hardly changes, and may be much. */
  const past = new Map<string, { readonly of: string; readonly phases: Map<string, PastPhase> }>();

  function pastOf(name: string, of: string): Map<string, PastPhase> {
    const known = past.get(name);
    if (known?.of === of) return known.phases;
    const phases = new Map<string, PastPhase>();
    past.set(name, { of, phases });
    return phases;
  }

  /** Phases are read one after the other: nobody waits for a verdict as for a page of what goes on now. */
  const shared = new SharedReading(clock, async (name) => {
    const world = core.lastWorld(name);
    if (world === undefined) throw new WatchbillError('not-ready', `The plan ${name} is not loaded yet.`, name);
    const { plan, line } = world;
    const { assessments = [] } = plan;
    const now = clock.now();
    const launch = launchOf(plan, line);
    const begun = plan.phases.flatMap(({ name: phase }): readonly BegunPhase[] => {
      const checks = assessments.filter(({ during }) => during.includes(phase)).flatMap(({ of }) => of);
      const span = spanOf(plan, launch, phase);
      if (checks.length === 0 || span === undefined || span.from >= now) return [];
      const range = { from: span.from, to: Math.min(span.to ?? now, now) };
      return [{ phase, range, needs: needsOf(plan, phase, checks) }];
    });
    const since = Math.min(...begun.map(({ range }) => range.from));
    const [planFacts, history] =
      begun.length === 0
        ? [[], []]
        : await Promise.all([readPlanFacts(repositories, name, since), repositories.planHistory(name)]);
    const unheard = unheardIn(planFacts, history.at(-1)?.appliedAt ?? now, line.silentSince, now);
    const known = new Map<string, PhaseKnown>();
    const kept = pastOf(name, `${line.version} ${launch}`);
    for (const one of begun) {
      const { phase, range, needs } = one;
      const before = kept.get(phase);
      const isFresh = before !== undefined && now - before.at < limits.assessmentPastReadMs;
      const stored = isFresh ? before.stored : await readStored(name, needs, range, { askTelemetry, reviews });
      // Results of a prober that was cut off come late.
      const isSettled = now - range.to >= HOUR_MS && stored.asked.size === needs.reviews.length;
      if (!isFresh && isSettled) kept.set(phase, { at: now, stored });
      known.set(phase, await readPhase(world, one, stored, { repositories, unheard, planFacts, now }));
    }
    return {
      at: formatInstant(now),
      assessments: assessments.map((assessment) => ({
        name: assessment.name,
        phases: assessment.during.map((phase) =>
          viewVerdict(assessment, phase, spanOf(plan, launch, phase), known.get(phase), now),
        ),
      })),
    };
  });

  return {
    async assessments(name) {
      requirePlan(core, name);
      return shared.get(name);
    },
  };
}

function viewVerdict(
  { of }: Assessment,
  phase: string,
  span: AssessedSpan | undefined,
  known: PhaseKnown | undefined,
  now: Instant,
): PhaseVerdictAnswer {
  const courses = of.map((check) => ({ check: check.name, segments: courseOf(check, known) }));
  const { state, checks } = assess(span, courses, now);
  return {
    phase,
    state,
    ...instantField('from', span?.from),
    ...instantField('to', span?.to),
    checks: of.flatMap((check, index) => {
      const verdict = checks[index];
      const until = Math.min(span?.to ?? now, now);
      return verdict === undefined ? [] : [viewCheck(check, verdict, known, { until, isOver: until < now })];
    }),
  };
}

function viewCheck(
  check: AssessedCheck,
  { state, knownMs, unknownMs, failures }: CheckVerdict,
  known: PhaseKnown | undefined,
  { until, isOver }: { readonly until: Instant; readonly isOver: boolean },
): AssessedCheckAnswer {
  const [first, last] = [failures.at(0), failures.at(-1)];
  const isFailing = !isOver && last !== undefined && last.to >= until;
  const found = known === undefined || last === undefined ? undefined : foundBy(check, known, last);
  return {
    name: check.name,
    kind: check.kind,
    ...(check.kind === 'part' ? { probe: check.probe } : {}),
    state,
    knownMs,
    unknownMs,
    failures: failures.length,
    failedMs: failures.reduce((sum, { from, to }) => sum + to - from, 0),
    ...instantField('firstFrom', first?.from),
    ...instantField('lastFrom', last?.from),
    ...instantField('lastTo', last?.to),
    spans: failures
      .slice(-limits.assessmentFailures)
      .map(({ from, to }) => ({ from: formatInstant(from), to: formatInstant(to) })),
    isFailing,
    ...(found === undefined ? {} : { found }),
  };
}

/** The last failure; of a probe that of which the result is kept. */
function foundBy(check: AssessedCheck, known: PhaseKnown, last: Stretch): AssessedCheckAnswer['found'] {
  switch (check.kind) {
    case 'probe':
    case 'part': {
      const result = known.findings.get(check.name);
      if (result === undefined) return undefined;
      const { message, evidence } = result.texts;
      return { at: formatInstant(result.at), ...textField('message', message), ...textField('evidence', evidence) };
    }
    case 'heartbeat': {
      const complaint = known.complaints.get(check.name);
      if (complaint === undefined || complaint.at < last.from) {
        return { at: formatInstant(last.from), message: 'no check-in came in time, or a run did not end' };
      }
      return { at: formatInstant(complaint.at), ...textField('message', complaint.message) };
    }
    case 'rule': {
      const alert = known.alerts.get(check.name)?.find(({ openedAt }) => openedAt < last.to);
      if (alert === undefined) return undefined;
      const evidence = alert.evidence.flatMap((one) => evidenceLines(one)).join('\n');
      return { at: formatInstant(alert.openedAt), alert: alert.key, ...textField('evidence', evidence) };
    }
    case 'review':
    case 'comparison': {
      const said = known.said.get(`${check.kind} ${check.name}`);
      return said && { at: formatInstant(said.reading.at), evidence: evidenceLines(said).join('\n') };
    }
  }
}

function textField<Name extends string>(name: Name, text: string | undefined): { readonly [Key in Name]?: string } {
  return text === undefined || text === '' ? {} : ({ [name]: text } as { readonly [Key in Name]: string });
}
