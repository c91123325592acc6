import type { Instant } from '#kernel/instant.ts';
import type { Verdict } from '#plan/reading.ts';
import { acknowledge, beginSilence, endSilence } from './commands.ts';
import { Draft } from './draft.ts';
import { earlier, evaluationDue, timerDue, timersReach } from './due.ts';
import { noteReturn, noteSilence, passUnheard } from './executor-silence.ts';
import { forgetGone } from './groups.ts';
import { judgeAt } from './instants.ts';
import { type Dirty, endSleeping, markEveryRule, markRule, markTest } from './judging.ts';
import type { CoreInput, Step, World } from './model.ts';
import { runPeople } from './people.ts';
import { enterPhase } from './phases.ts';
import { applyPlan, launch } from './plan-change.ts';
import { type Said, saidSince } from './vouching.ts';
import { compare, forgetTexts, judgeSample, markNotApplicable, settleComparison } from './vouching-commands.ts';

/**
 * The core: the next state, facts and notifications for one input at `now`. Pure: the world that goes in is never changed, and the
 * same inputs give the same outputs. Every change is judged at its own instant and due instants between changes in their order, so
 * it makes no difference how the inputs were cut into batches.
 */
export function step(world: World, input: CoreInput, now: Instant): Step {
  const draft = new Draft(world);
  // Verdicts and the clock have instants of the executors before `now`, which come in between.
  if (input.kind !== 'verdicts' && input.kind !== 'clock') runPeople(draft, now, now);
  switch (input.kind) {
    case 'verdicts':
      takeVerdicts(draft, input, now);
      runPeople(draft, now, now);
      break;
    case 'clock':
      noteSilence(draft, now);
      if (draft.line.silentSince !== undefined) runTimers(draft, now);
      runPeople(draft, now, now);
      break;
    case 'apply':
      applyPlan(draft, input, now);
      break;
    case 'launch':
      launch(draft, input.by, now);
      break;
    case 'acknowledge':
      acknowledge(draft, input, now);
      break;
    case 'silence':
      beginSilence(draft, input, now);
      break;
    case 'end-silence':
      endSilence(draft, input, now);
      break;
    case 'judge-sample':
      judgeSample(draft, input, now);
      break;
    case 'compare':
      compare(draft, input, now);
      break;
    case 'settle-comparison':
      settleComparison(draft, input, now);
      break;
    case 'mark-not-applicable':
      markNotApplicable(draft, input, now);
      break;
    case 'forget':
      forgetTexts(draft, input);
      break;
  }
  return draft.finish(now);
}

/** While the executors are silent, timers go on without them. */
function runTimers(draft: Draft, now: Instant): void {
  const evaluation = draft.watermark;
  runUntil(draft, { verdicts: [], said: [] }, { evaluation, timers: timersReach(evaluation, now), now });
}

function takeVerdicts(draft: Draft, input: Extract<CoreInput, { kind: 'verdicts' }>, now: Instant): void {
  // Ids of tests are hashes of their meaning: what an executor of another plan version says of a test that we know, holds.
  const known = input.verdicts.filter((verdict) => draft.plan.tests[verdict.test] !== undefined);
  let queue: readonly Verdict[] = known.toSorted((left, right) => left.at - right.at);
  const dirty: Dirty = new Map();
  // What people said ahead of the executors, for rules in which both have a say.
  let said: readonly Said[] = saidSince(draft, draft.watermark);
  if (input.complete === true) forgetUnmentioned(draft, dirty, known);
  if (input.unheard !== undefined) {
    const { from, until } = input.unheard;
    const heard = queue.filter(({ at }) => at < from);
    if (heard.length > 0 || from > draft.watermark)
      judgeThrough(draft, dirty, { verdicts: heard, said }, { evaluation: from, timers: from, now });
    said = said.filter(({ at }) => at > draft.watermark);
    passUnheard(draft, until);
    // What changed and changed back while nobody listened is of no interest; how it stands now is.
    queue = lastUpTo(draft.watermark, queue.slice(heard.length));
  }
  if (noteReturn(draft, input.watermark, now)) markEveryRule(draft, dirty);
  const target = Math.max(input.watermark, queue.at(-1)?.at ?? 0);
  // As long as the executors talk, what they say next may concern a timer, so timers do not run ahead of them.
  const reach = draft.line.silentSince === undefined ? target : timersReach(target, now);
  judgeThrough(draft, dirty, { verdicts: queue, said }, { evaluation: target, timers: reach, now });
}

/** What comes in force on the way, both in order of time. */
interface Coming {
  readonly verdicts: readonly Verdict[];
  readonly said: readonly Said[];
}

/** How far to go: conditions, timers, and by the clock what only people decide. */
interface Reach {
  readonly evaluation: Instant;
  readonly timers: Instant;
  readonly now: Instant;
}

/** Judges everything from the watermark on as far as `reach` says; its evaluation is then the watermark. */
function judgeThrough(draft: Draft, dirty: Dirty, { verdicts: queue, said }: Coming, reach: Reach): void {
  const start = draft.watermark;
  // What held up to the watermark already is put in place as one, except that a test which changes twice is judged each time.
  let next = 0;
  while (next < queue.length && (queue[next]?.at ?? 0) <= start) {
    next = takeAlike(draft, dirty, queue, next, start);
    judgeAt(draft, dirty, start, start);
  }
  for (const { at, about } of said) if (at <= start) markSaid(draft, dirty, about);
  judgeAt(draft, dirty, start, start);
  const end = Math.max(start, reach.evaluation);
  const coming = { verdicts: queue.slice(next), said: said.filter(({ at }) => at > start && at <= end) };
  runUntil(draft, coming, { evaluation: end, timers: Math.max(end, reach.timers), now: reach.now });
  draft.watermark = end;
}

/** Of the verdicts up to an instant only the last of each test and group. */
function lastUpTo(start: Instant, sorted: readonly Verdict[]): readonly Verdict[] {
  const last = new Map<string, Verdict>();
  for (const verdict of sorted) if (verdict.at <= start) last.set(`${verdict.test} ${verdict.group}`, verdict);
  return sorted.filter((verdict) => verdict.at > start || last.get(`${verdict.test} ${verdict.group}`) === verdict);
}

/** What an executor does not mention when it says everything, it does not know any more. */
function forgetUnmentioned(draft: Draft, dirty: Dirty, mentioned: readonly Verdict[]): void {
  const keys = new Set(mentioned.map((verdict) => `${verdict.test} ${verdict.group}`));
  draft.keepVerdicts((verdict) => {
    if (keys.has(`${verdict.test} ${verdict.group}`)) return true;
    markTest(draft, dirty, verdict.test, verdict.group);
    return false;
  });
}

/**
 * Puts verdicts from `from` on in place, as long as they are of one instant (all up to `start` count as one) and none replaces another
 * of them. Returns the place of the next.
 */
function takeAlike(draft: Draft, dirty: Dirty, queue: readonly Verdict[], from: number, start: Instant): number {
  const taken = new Set<string>();
  const instant = Math.max(queue[from]?.at ?? start, start);
  let next = from;
  for (; next < queue.length; next += 1) {
    const verdict = queue[next];
    if (verdict === undefined || Math.max(verdict.at, start) !== instant) break;
    const key = `${verdict.test} ${verdict.group}`;
    if (taken.has(key)) break;
    taken.add(key);
    draft.putVerdict(verdict);
    markTest(draft, dirty, verdict.test, verdict.group);
    // Nothing is judged by it, so nothing would forget it later.
    if (!draft.index.rulesOfTest.has(verdict.test)) forgetGone(draft, verdict.test, verdict.group);
  }
  return next;
}

/**
 * Goes through what comes and due instants in order of time. At one instant the phase changes first, then verdicts and what people said
 * come in force, then rules are judged and told, then timers. What only people decide is judged in between.
 */
function runUntil(draft: Draft, { verdicts, said }: Coming, { evaluation, timers, now }: Reach): void {
  const dirty: Dirty = new Map();
  let next = 0;
  let nextSaid = 0;
  const following = (): Instant | undefined => {
    const coming = earlier(verdicts[next]?.at, said[nextSaid]?.at);
    return [within(evaluationDue(draft), evaluation), within(timerDue(draft), timers)].reduce(earlier, coming);
  };
  for (;;) {
    let at = following();
    if (draft.index.isDecidedByPeople.size > 0) {
      runPeople(draft, Math.min(now, (at ?? timers + 1) - 1), now);
      // It may have left something to look at.
      at = following();
    }
    if (at === undefined) return;
    if (draft.line.dueAt !== undefined && draft.line.dueAt <= at && enterPhase(draft, at, 'phase-began')) {
      // Beyond the watermark nobody knows what the tests say; the rules are judged in the new phase when the executors are back.
      if (at <= evaluation) markEveryRule(draft, dirty);
      else endSleeping(draft, at);
    }
    lookAgain(draft, at);
    if (verdicts[next]?.at === at) next = takeAlike(draft, dirty, verdicts, next, at);
    for (let one = said[nextSaid]; one !== undefined && one.at <= at; one = said[nextSaid]) {
      markSaid(draft, dirty, one.about);
      nextSaid += 1;
    }
    markDue(draft, dirty, Math.min(at, evaluation));
    judgeAt(draft, dirty, at, timers);
  }
}

/** What is kept quiet is looked at again when the executors come to the last change of what only people decide. */
function lookAgain(draft: Draft, at: Instant): void {
  const { lookAgainAt, ...line } = draft.line;
  if (lookAgainAt === undefined || lookAgainAt > at) return;
  draft.line = line;
  draft.revived = true;
}

/** Marks the rules that ask for a review or comparison and in which the executors have a say. */
function markSaid(draft: Draft, dirty: Dirty, about: string): void {
  for (const name of draft.index.rulesOfVouching.get(about) ?? []) {
    if (!draft.isPeoples(name)) markRule(dirty, name, 'all');
  }
}

function within(due: Instant | undefined, reach: Instant): Instant | undefined {
  return due !== undefined && due <= reach ? due : undefined;
}

function markDue(draft: Draft, dirty: Dirty, at: Instant): void {
  for (const judgement of draft.judgements.values()) {
    const { rule, group, dueAt } = judgement;
    if (dueAt !== undefined && dueAt <= at && !draft.isPeoples(rule)) markRule(dirty, rule, group);
  }
}
