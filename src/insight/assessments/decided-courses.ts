import { type PhaseNeeds, readBy, vouchedName } from '#core/assessment-needs.ts';
import type { Fact, World } from '#core/model.ts';
import { inForce } from '#core/phases.ts';
import { samplesOf } from '#core/vouching.ts';
import { comparisonCourse, reviewCourse, unsaidIn } from '#core/vouching-course.ts';
import type { Instant } from '#kernel/instant.ts';
import type { AssessedCheck } from '#plan/assessment.ts';
import type { Segment } from '#plan/availability.ts';
import type { Stretch } from '#plan/maintenance.ts';
import type { CompiledPlan } from '#plan/model.ts';
import { type KnownTests, ruleCourse, unjudgedIn } from '#signals/assessments/courses.ts';

type Courses = ReadonlyMap<string, readonly Segment[]>;

/** What is known of the checks of a phase. */
export interface CheckCourses {
  /** By the name of a probe or part, of a heartbeat, of a rule. */
  readonly probes: Courses;
  readonly heartbeats: Courses;
  readonly rules: Courses;
  /** By `review NAME` and `comparison NAME`. */
  readonly vouched: Courses;
}

/** Of one check; nothing of one that was not read. */
export function courseOf({ kind, name }: AssessedCheck, known: CheckCourses | undefined): readonly Segment[] {
  switch (kind) {
    case 'probe':
    case 'part':
      return known?.probes.get(name) ?? [];
    case 'heartbeat':
      return known?.heartbeats.get(name) ?? [];
    case 'rule':
      return known?.rules.get(name) ?? [];
    case 'review':
    case 'comparison':
      return known?.vouched.get(`${kind} ${name}`) ?? [];
  }
}

/** A sample that a review asks for; without a time, where its event is not kept any more. */
export interface AskedSample {
  readonly id: string;
  readonly at?: Instant;
}

/** What people said, as far as it is known. */
export interface KnownVouching {
  readonly world: Pick<World, 'samples'>;
  /** Of each review; of one that could not be asked there is none. */
  readonly asked: ReadonlyMap<string, readonly AskedSample[]>;
  /** About each comparison, since the phase began. */
  readonly facts: ReadonlyMap<string, readonly Pick<Fact, 'kind' | 'at' | 'body'>[]>;
}

/** What people said of data of the phase, whenever they said it. */
export function vouchedCourses(
  { reviews, comparisons }: Pick<PhaseNeeds, 'reviews' | 'comparisons'>,
  { world, asked, facts }: KnownVouching,
  range: Stretch,
): Courses {
  const isOfPhase = (at: Instant): boolean => at >= range.from && at < range.to;
  return new Map([
    ...reviews.map(({ name }) => {
      const wanted = asked.get(name) ?? [];
      const times = new Map(wanted.map(({ id, at }) => [id, at]));
      const said = samplesOf(world, name);
      const judged = new Set(said.map(({ sample }) => sample));
      const own = said.filter(({ sample, eventAt = times.get(sample) }) => eventAt === undefined || isOfPhase(eventAt));
      const waiting = wanted.filter(({ at }) => at !== undefined && isOfPhase(at));
      const isJudged = waiting.length > 0 && waiting.every(({ id }) => judged.has(id));
      return [`review ${name}`, reviewCourse(own, isJudged, range)] as const;
    }),
    ...comparisons.map(({ name }) => [`comparison ${name}`, comparisonCourse(facts.get(name) ?? [], range)] as const),
  ]);
}

/** What is known of what decides rules. */
export interface KnownRules extends Omit<KnownTests, 'measures'>, Pick<CheckCourses, 'vouched'> {
  readonly plan: CompiledPlan;
  readonly phase: string;
  /** When nobody judged any rule. */
  readonly unheard: readonly Stretch[];
  /** Facts about the plan itself since the phase began. */
  readonly planFacts: readonly Pick<Fact, 'kind' | 'at' | 'body'>[];
  /** When alerts of each rule were open, and when nobody knows whether one was. */
  readonly open: ReadonlyMap<string, readonly Stretch[]>;
  readonly unread?: ReadonlyMap<string, readonly Stretch[]>;
}

/** How each rule was. One that rests, is switched off, or was not judged as it stands, proves nothing; nor does one that reads such a rule. */
export function ruleCourses(names: readonly string[], known: KnownRules): Courses {
  const { plan, phase, range, unheard, planFacts, open, unread, vouched } = known;
  return new Map(
    names.map((name) => {
      const { tests, units, rules } = readBy(plan, name, phase);
      const unknown = [
        ...unheard,
        ...rules.flatMap((rule) => unjudgedRule(plan, phase, rule, planFacts, range)),
        ...unjudgedIn(tests, { ...known, measures: plan.measures }),
        ...units.flatMap((unit) => unsaidIn(vouched.get(vouchedName(unit)), range)),
        ...(unread?.get(name) ?? []),
      ];
      return [name, ruleCourse(open.get(name) ?? [], unknown, range)] as const;
    }),
  );
}

/** When a rule was not judged as the plan in force has it. */
function unjudgedRule(
  { rules }: CompiledPlan,
  phase: string,
  name: string,
  planFacts: KnownRules['planFacts'],
  range: Stretch,
): readonly Stretch[] {
  const rule = rules.find((one) => one.name === name);
  if (rule === undefined || !rule.enabled || inForce(rule, phase) === undefined) return [range];
  return planFacts
    .filter(({ kind, at, body }) => kind === 'plan-applied' && at > range.from && beginsAnew(body, name))
    .map(({ at }) => ({ from: range.from, to: Math.min(at, range.to) }));
}

/** Whether a version judges a rule otherwise than the one before. Versions that were applied before this was kept say only what changed. */
function beginsAnew({ rulesAdded, rulesAnew, rulesChanged }: Fact['body'], name: string): boolean {
  const has = (names: unknown): boolean => Array.isArray(names) && names.includes(name);
  return has(rulesAdded) || has(rulesAnew ?? rulesChanged);
}
