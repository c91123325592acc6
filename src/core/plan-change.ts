import type { Instant } from '#kernel/instant.ts';
import type { CompiledPlan, Rule } from '#plan/model.ts';
import type { GroupKey } from '#plan/reading.ts';
import { endJudgement } from './alerts.ts';
import type { Draft } from './draft.ts';
import { isBehind } from './due.ts';
import { judgeAt } from './instants.ts';
import { type Dirty, endSleeping, judgeMarked, markRule } from './judging.ts';
import type { CoreInput, Judgement, ResolveReason, World } from './model.ts';
import { beginAnew, markPeople } from './people.ts';
import { enterPhase, inForce, launchOf, phaseNameAt } from './phases.ts';

/** What a new plan version does to one rule and group of which something is remembered. */
export type Consequence =
  /** Same condition: alert and due instants stay. */
  | { readonly kind: 'stays' }
  /** Another condition: an open alert stays until it is false under the new one. */
  | { readonly kind: 'judged-anew' }
  /** Another condition: what waited for its duration starts to wait again. */
  | { readonly kind: 'restarts' }
  | { readonly kind: 'resolves' | 'cancels'; readonly reason: ResolveReason };

/** What applying a plan would do. */
export interface ApplyPreview {
  readonly alertsResolve: readonly {
    readonly alert: string;
    readonly rule: string;
    readonly group: GroupKey;
    readonly reason: ResolveReason;
  }[];
  readonly alertsJudgedAnew: readonly { readonly alert: string; readonly rule: string; readonly group: GroupKey }[];
  readonly alertsStay: readonly { readonly alert: string; readonly rule: string; readonly group: GroupKey }[];
  readonly pendingCancelled: readonly {
    readonly rule: string;
    readonly group: GroupKey;
    readonly reason: ResolveReason;
  }[];
  readonly pendingRestart: readonly { readonly rule: string; readonly group: GroupKey; readonly since: Instant }[];
  readonly rulesAdded: readonly string[];
  readonly rulesRemoved: readonly string[];
  readonly rulesChanged: readonly string[];
  /** Measures, as written, whose windows start empty because the plan in force does not have them. */
  readonly windowsRestart: readonly string[];
  readonly windowsEnd: readonly string[];
  /** Reviews and comparisons that go, with all that people said of them. */
  readonly reviewsEnd: readonly string[];
  readonly comparisonsEnd: readonly string[];
  /** Reviews and comparisons that say something else, and signals whose objective does, is new or goes. */
  readonly reviewsChanged: readonly string[];
  readonly comparisonsChanged: readonly string[];
  readonly objectivesChanged: readonly string[];
}

/** What would happen if `plan` were applied now; nothing is changed. */
export function previewApply(world: World, plan: CompiledPlan, now: Instant): ApplyPreview {
  const phase = phaseNameAt(plan, launchOf(plan, world.line), now);
  const found = [...world.judgements.values()].map((judgement) => ({
    judgement,
    consequence: consequenceOf(judgement, plan, phase),
  }));
  const alerts = (kind: Consequence['kind']) =>
    found.flatMap(({ judgement: { alert, rule, group }, consequence }) =>
      alert !== undefined && consequence.kind === kind ? [{ alert, rule, group }] : [],
    );
  const before = new Map(world.plan.rules.map((rule) => [rule.name, rule]));
  const after = new Map(plan.rules.map((rule) => [rule.name, rule]));
  return {
    alertsResolve: found.flatMap(({ judgement: { alert, rule, group }, consequence }) =>
      alert !== undefined && consequence.kind === 'resolves'
        ? [{ alert, rule, group, reason: consequence.reason }]
        : [],
    ),
    alertsJudgedAnew: alerts('judged-anew'),
    alertsStay: alerts('stays'),
    pendingCancelled: found.flatMap(({ judgement: { rule, group }, consequence }) =>
      consequence.kind === 'cancels' ? [{ rule, group, reason: consequence.reason }] : [],
    ),
    pendingRestart: found.flatMap(({ judgement: { rule, group, since }, consequence }) =>
      consequence.kind === 'restarts' ? [{ rule, group, since }] : [],
    ),
    rulesAdded: [...after.keys()].filter((name) => !before.has(name)),
    rulesRemoved: [...before.keys()].filter((name) => !after.has(name)),
    rulesChanged: [...after.values()].filter((rule) => differs(rule, before.get(rule.name))).map(({ name }) => name),
    windowsRestart: textsMissing(plan, world.plan),
    windowsEnd: textsMissing(world.plan, plan),
    reviewsEnd: namesGone(world.plan.reviews, plan.reviews),
    comparisonsEnd: namesGone(world.plan.comparisons, plan.comparisons),
    reviewsChanged: namesOtherwise(world.plan.reviews, plan.reviews),
    comparisonsChanged: namesOtherwise(world.plan.comparisons, plan.comparisons),
    objectivesChanged: objectivesOtherwise(world.plan, plan),
  };
}

/** The preview in one line, e.g. `3 alerts resolve, 2 windows restart`. */
export function previewSummary(preview: ApplyPreview): string {
  const parts = [
    count(preview.alertsResolve.length, 'alert resolves', 'alerts resolve'),
    count(preview.alertsJudgedAnew.length, 'alert is judged anew', 'alerts are judged anew'),
    count(preview.alertsStay.length, 'alert stays', 'alerts stay'),
    count(preview.pendingCancelled.length, 'pending rule is cancelled', 'pending rules are cancelled'),
    count(preview.pendingRestart.length, 'pending rule waits anew', 'pending rules wait anew'),
    count(preview.rulesAdded.length, 'rule is new', 'rules are new'),
    count(preview.rulesRemoved.length, 'rule goes', 'rules go'),
    count(preview.rulesChanged.length, 'rule changes', 'rules change'),
    count(preview.windowsRestart.length, 'window restarts', 'windows restart'),
    count(preview.reviewsEnd.length, 'review ends', 'reviews end'),
    count(preview.comparisonsEnd.length, 'comparison ends', 'comparisons end'),
    count(preview.reviewsChanged.length, 'review changes', 'reviews change'),
    count(preview.comparisonsChanged.length, 'comparison changes', 'comparisons change'),
    count(preview.objectivesChanged.length, 'objective changes', 'objectives change'),
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'nothing changes for what runs' : parts.join(', ');
}

/** Puts a new plan version in force, in one step. */
export function applyPlan(draft: Draft, input: Extract<CoreInput, { kind: 'apply' }>, now: Instant): void {
  const preview = previewApply(draft.before, input.plan, now);
  const phase = phaseNameAt(input.plan, launchOf(input.plan, draft.line), now);
  draft.record({
    at: now,
    kind: 'plan-applied',
    subject: 'plan',
    reason: 'applied',
    body: {
      version: input.version,
      previousVersion: draft.line.version,
      by: input.by,
      phase: phase ?? null,
      ...preview,
      rulesAnew: rulesAnew(input.plan, draft.before.plan),
    },
  });
  for (const judgement of [...draft.judgements.values()]) {
    const consequence = consequenceOf(judgement, input.plan, phase);
    const rule = input.plan.rules.find(({ name }) => name === judgement.rule);
    if (consequence.kind === 'resolves' || consequence.kind === 'cancels') {
      endJudgement(draft, judgement, consequence.reason, now);
    } else if (consequence.kind === 'restarts') {
      restart(draft, judgement, now);
    } else if (consequence.kind === 'judged-anew' && rule !== undefined) {
      const { dueAt: _dueAt, unknownSince: _unknownSince, ...rest } = judgement;
      draft.putJudgement({ ...rest, conditionHash: rule.conditionHash, state: 'firing', since: now, trueSince: {} });
    }
  }
  // The ends are told by the plan that they happened under: its texts and ranks still hold for them.
  judgeAt(draft, new Map(), now, now);
  draft.putPlan(input.plan);
  draft.keepVouched(input.plan);
  // What kept an alert quiet may stand no more in the new version.
  draft.revived = true;
  draft.line = { ...draft.line, version: input.version };
  draft.keepVerdicts((verdict) => input.plan.tests[verdict.test] !== undefined);
  const isAnotherPhase = enterPhase(draft, now, 'applied');
  judgeAsOf(draft, now, isAnotherPhase ? () => true : (rule) => isTouched(draft, rule));
}

/**
 * Whether a new plan version may change how a rule is judged. One that is as it was goes on by the watermark: what has changed since may
 * still wait to be told, and judged as of now without it, a duration that was broken would be complete.
 */
function isTouched({ before, index }: Draft, rule: Rule): boolean {
  const last = before.plan.rules.find(({ name }) => name === rule.name);
  if (last === undefined || differs(rule, last)) return true;
  // What it reads may have ended with a rule that is gone.
  return [...index.readers.values()].some((readers) => readers.includes(rule.name));
}

/** T+0 by command; a plan that has one already stays as it is. */
export function launch(draft: Draft, by: string, now: Instant): void {
  if (launchOf(draft.plan, draft.line) !== undefined) return;
  draft.line = { ...draft.line, launchedAt: now };
  draft.record({ at: now, kind: 'plan-launched', subject: 'plan', reason: 'launched', body: { by, launchedAt: now } });
  enterPhase(draft, now, 'launched');
  judgeAsOf(draft, now, () => true);
}

/**
 * Judges rules at `now`, unless the executors have been silent up to then; and all that only people decide: nothing that is still to come
 * changes those, and nothing else would have them judged a first time.
 */
function judgeAsOf(draft: Draft, now: Instant, which: (rule: Rule) => boolean): void {
  const dirty: Dirty = new Map();
  const isLate = isBehind(draft.watermark, now);
  if (isLate) endSleeping(draft, now);
  for (const rule of draft.index.rules.values()) {
    if (!isLate && !draft.isPeoples(rule.name) && which(rule)) markRule(dirty, rule.name, 'all');
  }
  const peoples: Dirty = new Map();
  markPeople(draft, peoples);
  judgeMarked(draft, peoples, beginAnew(draft, now));
  judgeAt(draft, dirty, now, now);
}

function restart(draft: Draft, judgement: Judgement, now: Instant): void {
  const { key, rule, group, since } = judgement;
  draft.removeJudgement(key);
  draft.record({
    at: now,
    kind: 'alert-cancelled',
    subject: rule,
    reason: 'condition-changed',
    body: { rule, group, pendingSince: since },
  });
}

function consequenceOf(judgement: Judgement, plan: CompiledPlan, phase: string | undefined): Consequence {
  const rule = plan.rules.find(({ name }) => name === judgement.rule);
  const end = (reason: ResolveReason): Consequence => ({
    kind: judgement.alert === undefined ? 'cancels' : 'resolves',
    reason,
  });
  // A group of other fields is no group of this rule any more.
  if (rule === undefined || groupLength(judgement.group) !== rule.by.length) return end('rule-removed');
  if (!rule.enabled) return end('rule-disabled');
  if (inForce(rule, phase) === undefined) return end('asleep-in-phase');
  if (rule.conditionHash === judgement.conditionHash) return { kind: 'stays' };
  return { kind: judgement.alert === undefined ? 'restarts' : 'judged-anew' };
}

function groupLength(group: GroupKey): number {
  return (JSON.parse(group) as unknown[]).length;
}

function differs(rule: Rule, before: Rule | undefined): boolean {
  return before !== undefined && JSON.stringify(rule) !== JSON.stringify(before);
}

/** Rules that the plan before had too, and that are judged otherwise than by it, or where it did not judge them. */
function rulesAnew(plan: CompiledPlan, before: CompiledPlan): readonly string[] {
  const phases = [undefined, ...plan.phases.map(({ name }) => name)];
  const isAnew = (rule: Rule): boolean => {
    const last = before.rules.find(({ name }) => name === rule.name);
    if (last === undefined || !rule.enabled) return false;
    const begins = (phase: string | undefined): boolean =>
      inForce(rule, phase) !== undefined && inForce(last, phase) === undefined;
    return !last.enabled || last.conditionHash !== rule.conditionHash || phases.some(begins);
  };
  return plan.rules.filter(isAnew).map(({ name }) => name);
}

type Named = readonly { readonly name: string }[];

function namesGone(before: Named = [], after: Named = []): readonly string[] {
  return before.map(({ name }) => name).filter((name) => !after.some((other) => other.name === name));
}

/** Names of those that stand in both, and not alike. */
function namesOtherwise(before: Named = [], after: Named = []): readonly string[] {
  const texts = new Map(before.map((part) => [part.name, JSON.stringify(part)]));
  return after
    .filter((part) => texts.has(part.name) && texts.get(part.name) !== JSON.stringify(part))
    .map(({ name }) => name);
}

/** Signals whose objective has other bands, is new or goes. */
function objectivesOtherwise(before: CompiledPlan, after: CompiledPlan): readonly string[] {
  const bandsOf = ({ objectives }: CompiledPlan) =>
    new Map(objectives.map(({ signal, bands }) => [signal, JSON.stringify(bands)]));
  const [old, other] = [bandsOf(before), bandsOf(after)];
  return [...new Set([...other.keys(), ...old.keys()])].filter((signal) => old.get(signal) !== other.get(signal));
}

/** Texts of the measures of one plan that another does not have. */
function textsMissing(plan: CompiledPlan, other: CompiledPlan): readonly string[] {
  return Object.values(plan.measures)
    .filter((measure) => other.measures[measure.id] === undefined)
    .map((measure) => measure.text);
}

function count(number: number, one: string, many: string): string {
  if (number === 0) return '';
  return number === 1 ? `1 ${one}` : `${number} ${many}`;
}
