import type { Instant } from '#kernel/instant.ts';
import type { Verdict } from '#plan/reading.ts';
import { acknowledge, beginSilence, endSilence } from './commands.ts';
import { Draft } from './draft.ts';
import { earlier, evaluationDue, isBehind, timerDue, timersReach } from './due.ts';
import { noteReturn, noteSilence, passUnheard } from './executor-silence.ts';
import { forgetGone } from './groups.ts';
import { judgeAt } from './instants.ts';
import { type Dirty, endSleeping, markEveryRule, markRule, markTest } from './judging.ts';
import type { CoreInput, Step, World } from './model.ts';
import { enterPhase } from './phases.ts';
import { applyPlan, launch } from './plan-change.ts';
import { compare, forgetTexts, judgeSample, markNotApplicable, settleComparison } from './vouching-commands.ts';

/**
 * The core: the next state, facts and notifications for one input at `now`. Pure: the world that goes in is never changed, and the
 * same inputs give the same outputs. Every change is judged at its own instant and due instants between changes in their order, so
 * it makes no difference how the inputs were cut into batches.
 */
export function step(world: World, input: CoreInput, now: Instant): Step {
  const draft = new Draft(world);
  switch (input.kind) {
    case 'verdicts':
      takeVerdicts(draft, input, now);
      break;
    case 'clock':
      noteSilence(draft, now);
      if (draft.line.silentSince !== undefined) runUntil(draft, [], draft.watermark, timersReach(draft.watermark, now));
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

function takeVerdicts(draft: Draft, input: Extract<CoreInput, { kind: 'verdicts' }>, now: Instant): void {
  // Ids of tests are hashes of their meaning: what an executor of another plan version says of a test that we know, holds.
  const known = input.verdicts.filter((verdict) => draft.plan.tests[verdict.test] !== undefined);
  let queue: readonly Verdict[] = known.toSorted((left, right) => left.at - right.at);
  const dirty: Dirty = new Map();
  // What people said while the executors were silent, of rules that need them too.
  if (isBehind(draft.watermark, now)) {
    for (const names of draft.index.rulesOfVouching.values()) for (const name of names) markRule(dirty, name, 'all');
  }
  if (input.complete === true) forgetUnmentioned(draft, dirty, known);
  if (input.unheard !== undefined) {
    const { from, until } = input.unheard;
    const heard = queue.filter(({ at }) => at < from);
    if (heard.length > 0 || from > draft.watermark) judgeThrough(draft, dirty, heard, from, from);
    passUnheard(draft, until);
    // What changed and changed back while nobody listened is of no interest; how it stands now is.
    queue = lastUpTo(draft.watermark, queue.slice(heard.length));
  }
  if (noteReturn(draft, input.watermark, now)) markEveryRule(draft, dirty);
  const target = Math.max(input.watermark, queue.at(-1)?.at ?? 0);
  // As long as the executors talk, what they say next may concern a timer, so timers do not run ahead of them.
  const reach = draft.line.silentSince === undefined ? target : timersReach(target, now);
  judgeThrough(draft, dirty, queue, target, reach);
}

/** Judges everything from the watermark on up to `target`, which is then the watermark; timers up to `reach`. */
function judgeThrough(draft: Draft, dirty: Dirty, queue: readonly Verdict[], target: Instant, reach: Instant): void {
  const start = draft.watermark;
  // What held up to the watermark already is put in place as one, except that a test which changes twice is judged each time.
  let next = 0;
  while (next < queue.length && (queue[next]?.at ?? 0) <= start) {
    next = takeAlike(draft, dirty, queue, next, start);
    judgeAt(draft, dirty, start, start);
  }
  judgeAt(draft, dirty, start, start);
  const end = Math.max(start, target);
  runUntil(draft, queue.slice(next), end, Math.max(end, reach));
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
 * Goes through verdicts and due instants in order of time: evaluation up to `evaluation`, timers up to `timers`. At one instant the phase
 * changes first, then verdicts come in force, then rules are judged and told, then timers.
 */
function runUntil(draft: Draft, queue: readonly Verdict[], evaluation: Instant, timers: Instant): void {
  const dirty: Dirty = new Map();
  let next = 0;
  for (;;) {
    const due = within(evaluationDue(draft.judgements), evaluation);
    const timer = within(timerDue(draft), timers);
    const at = earlier(earlier(queue[next]?.at, due), timer);
    if (at === undefined) return;
    if (draft.line.dueAt !== undefined && draft.line.dueAt <= at && enterPhase(draft, at, 'phase-began')) {
      // Beyond the watermark nobody knows what the tests say; the rules are judged in the new phase when the executors are back.
      if (at <= evaluation) markEveryRule(draft, dirty);
      else {
        endSleeping(draft, at);
        for (const rule of draft.index.isDecidedByPeople) markRule(dirty, rule, 'all');
      }
    }
    if (queue[next]?.at === at) next = takeAlike(draft, dirty, queue, next, at);
    markDue(draft, dirty, Math.min(at, evaluation));
    judgeAt(draft, dirty, at, timers);
  }
}

function within(due: Instant | undefined, reach: Instant): Instant | undefined {
  return due !== undefined && due <= reach ? due : undefined;
}

function markDue(draft: Draft, dirty: Dirty, at: Instant): void {
  for (const judgement of draft.judgements.values()) {
    if (judgement.dueAt !== undefined && judgement.dueAt <= at) markRule(dirty, judgement.rule, judgement.group);
  }
}
