import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { CompiledPlan, TestId } from '#plan/model.ts';
import type { GroupKey, Verdict } from '#plan/reading.ts';
import { dueOf } from './due.ts';
import type {
  Aggregate,
  AggregateKind,
  Alert,
  CommandOutcome,
  Fact,
  Judgement,
  PlanLine,
  Silence,
  Step,
  World,
} from './model.ts';
import type { NotificationIntent } from './notification.ts';
import { type RuleIndex, ruleIndex } from './rule-index.ts';
import type { ComparisonResult, Sample } from './vouched.ts';

/**
 * The next world while a step makes it. Maps are copied at the first write, so the world that went in stays as it was and a
 * step that changes nothing costs nothing.
 */
export class Draft {
  readonly before: World;
  plan: CompiledPlan;
  index: RuleIndex;
  line: PlanLine;
  watermark: Instant;
  /** Alerts that opened or ended at the instant that is being judged; their telling follows when all rules are judged. */
  opened: string[] = [];
  ended: string[] = [];
  /**
   * What was kept quiet is to be looked at again: an alert that had begun to resolve fires again, one cannot be judged any more, or another
   * plan version is in force.
   */
  revived = false;
  /** Alerts that no silence covers any more; what is to be told of them follows when all rules are judged. */
  released: string[] = [];
  /** What came of a command. */
  outcome: CommandOutcome | undefined;
  private judgementMap: ReadonlyMap<string, Judgement>;
  private alertMap: ReadonlyMap<string, Alert>;
  private silenceMap: ReadonlyMap<string, Silence>;
  private sampleMap: ReadonlyMap<string, Sample>;
  private comparisonMap: ReadonlyMap<string, ComparisonResult>;
  private verdictMap: ReadonlyMap<TestId, ReadonlyMap<GroupKey, Verdict>>;
  private readonly ownVerdicts = new Set<TestId>();
  private readonly facts: Fact[] = [];
  private readonly notifications: NotificationIntent[] = [];

  constructor(world: World) {
    this.before = world;
    this.plan = world.plan;
    this.index = ruleIndex(world.plan);
    this.line = world.line;
    this.watermark = world.watermark;
    this.judgementMap = world.judgements;
    this.alertMap = world.alerts;
    this.silenceMap = world.silences;
    this.sampleMap = world.samples;
    this.comparisonMap = world.comparisons;
    this.verdictMap = world.verdicts;
  }

  get judgements(): ReadonlyMap<string, Judgement> {
    return this.judgementMap;
  }

  get alerts(): ReadonlyMap<string, Alert> {
    return this.alertMap;
  }

  get silences(): ReadonlyMap<string, Silence> {
    return this.silenceMap;
  }

  get samples(): ReadonlyMap<string, Sample> {
    return this.sampleMap;
  }

  get comparisons(): ReadonlyMap<string, ComparisonResult> {
    return this.comparisonMap;
  }

  get verdicts(): ReadonlyMap<TestId, ReadonlyMap<GroupKey, Verdict>> {
    return this.verdictMap;
  }

  /** Whether only people decide a rule, so that it does not go by the executors' time. */
  isPeoples(rule: string): boolean {
    return this.index.isDecidedByPeople.has(rule);
  }

  verdict(test: TestId, group: GroupKey): Verdict | undefined {
    return this.verdictMap.get(test)?.get(group);
  }

  putJudgement(judgement: Judgement): void {
    this.writableJudgements().set(judgement.key, judgement);
  }

  removeJudgement(key: string): void {
    if (this.judgementMap.has(key)) this.writableJudgements().delete(key);
  }

  putAlert(alert: Alert): void {
    if (this.alertMap === this.before.alerts) this.alertMap = new Map(this.alertMap);
    (this.alertMap as Map<string, Alert>).set(alert.key, alert);
  }

  putSilence(silence: Silence): void {
    this.writableSilences().set(silence.key, silence);
  }

  putSample(sample: Sample): void {
    this.sampleMap = new Map(this.sampleMap).set(sample.key, sample);
  }

  putComparison(comparison: ComparisonResult): void {
    this.comparisonMap = new Map(this.comparisonMap).set(comparison.key, comparison);
  }

  /** Keeps only what was said of reviews and comparisons that `plan` has. */
  keepVouched({ reviews = [], comparisons = [] }: CompiledPlan): void {
    const names = new Set(reviews.map(({ name }) => name));
    const samples = [...this.sampleMap].filter(([, { review }]) => names.has(review));
    if (samples.length < this.sampleMap.size) this.sampleMap = new Map(samples);
    const kept = [...this.comparisonMap].filter(([key]) => comparisons.some(({ name }) => name === key));
    if (kept.length < this.comparisonMap.size) this.comparisonMap = new Map(kept);
  }

  putVerdict(verdict: Verdict): void {
    (this.writableVerdicts(verdict.test) as Map<GroupKey, Verdict>).set(verdict.group, verdict);
  }

  removeVerdict(test: TestId, group: GroupKey): void {
    if (this.verdict(test, group) === undefined) return;
    const groups = this.writableVerdicts(test) as Map<GroupKey, Verdict>;
    groups.delete(group);
  }

  /** Keeps only the verdicts that satisfy `keep`. */
  keepVerdicts(keep: (verdict: Verdict) => boolean): void {
    for (const [test, groups] of this.verdictMap) {
      for (const [group, verdict] of groups) if (!keep(verdict)) this.removeVerdict(test, group);
    }
  }

  putPlan(plan: CompiledPlan): void {
    this.plan = plan;
    this.index = ruleIndex(plan);
  }

  record(fact: Fact): void {
    this.facts.push(fact);
  }

  notify(intent: NotificationIntent): void {
    this.notifications.push(intent);
  }

  /** The step's result: what differs from the world that went in. */
  finish(now: Instant): Step {
    const changes: Aggregate[] = [];
    const removals: { kind: AggregateKind; key: string }[] = [];
    const rows = [
      [this.before.judgements, this.judgementMap],
      [this.before.samples, this.sampleMap],
      [this.before.comparisons, this.comparisonMap],
    ] as const;
    for (const [before, after] of rows) {
      if (before === after) continue;
      for (const [key, row] of after) if (before.get(key) !== row) changes.push(row);
      for (const { kind, key } of before.values()) if (!after.has(key)) removals.push({ kind, key });
    }
    for (const [key, alert] of this.alertMap) if (this.before.alerts.get(key) !== alert) changes.push(alert);
    for (const [key, silence] of this.silenceMap) if (this.before.silences.get(key) !== silence) changes.push(silence);
    this.commitWatermark(changes.length + removals.length + this.facts.length > 0);
    if (this.line !== this.before.line) changes.push(this.line);
    this.forgetOld();
    const world: World = {
      plan: this.plan,
      line: this.line,
      judgements: this.judgementMap,
      alerts: this.alertMap,
      silences: this.silenceMap,
      samples: this.sampleMap,
      comparisons: this.comparisonMap,
      verdicts: this.verdictMap,
      watermark: this.watermark,
      loadedAt: this.before.loadedAt,
    };
    const dueAt = dueOf(world, now);
    return {
      changes,
      removals,
      facts: this.facts,
      notifications: this.notifications,
      world,
      ...(dueAt === undefined ? {} : { dueAt }),
      ...(this.outcome === undefined ? {} : { outcome: this.outcome }),
    };
  }

  /**
   * The stored watermark goes along with whatever else is written, and alone only every few seconds: verdicts later than it that
   * changed no row would change none when they are told again.
   */
  private commitWatermark(anythingElse: boolean): void {
    const behind = this.watermark - this.line.watermark;
    if (behind === 0 || (!anythingElse && this.line === this.before.line && behind < limits.watermarkCommitMs)) return;
    this.line = { ...this.line, watermark: this.watermark };
  }

  /** Resolved alerts are remembered as long as they count for flapping, and silences that ended as long; their rows stay. */
  private forgetOld(): void {
    const horizon = this.watermark - limits.flapWindowMs;
    for (const [key, alert] of this.alertMap) {
      if (alert.state !== 'resolved' || alert.dueAt !== undefined || (alert.resolvedAt ?? 0) >= horizon) continue;
      if (this.alertMap === this.before.alerts) this.alertMap = new Map(this.alertMap);
      (this.alertMap as Map<string, Alert>).delete(key);
    }
    for (const [key, { ended }] of this.silenceMap) {
      if (ended !== undefined && ended.at < horizon) this.writableSilences().delete(key);
    }
  }

  private writableSilences(): Map<string, Silence> {
    if (this.silenceMap === this.before.silences) this.silenceMap = new Map(this.silenceMap);
    return this.silenceMap as Map<string, Silence>;
  }

  private writableJudgements(): Map<string, Judgement> {
    if (this.judgementMap === this.before.judgements) this.judgementMap = new Map(this.judgementMap);
    return this.judgementMap as Map<string, Judgement>;
  }

  private writableVerdicts(test: TestId): ReadonlyMap<GroupKey, Verdict> {
    if (this.verdictMap === this.before.verdicts) this.verdictMap = new Map(this.verdictMap);
    let groups = this.verdictMap.get(test);
    if (groups === undefined || !this.ownVerdicts.has(test)) {
      groups = new Map(groups);
      (this.verdictMap as Map<TestId, ReadonlyMap<GroupKey, Verdict>>).set(test, groups);
      this.ownVerdicts.add(test);
    }
    return groups;
  }
}
