import type { Instant } from '#kernel/instant.ts';
import type { Draft } from './draft.ts';
import { peopleDue } from './due.ts';
import { tellDue } from './instants.ts';
import { type Dirty, judgeMarked, markRule } from './judging.ts';
import { tellChanges } from './notify.ts';
import { boundaryAfter, launchOf, phaseNameAt } from './phases.ts';

/**
 * Rules that only people decide need no executor, so they go by a time of their own: the clock's, at which people say something. The
 * executors are a little behind it, and far behind it while they are silent. Whatever is judged here neither waits for them nor runs
 * anything else ahead of them: their rules, timers and phase stay where they are, and what they may still tell of the time since is awaited.
 */

/** Judges whatever of these rules is due up to `until`, by the clock at `now`: the end of a `for`, a phase, a repeat, the end of a flapping spell. */
export function runPeople(draft: Draft, until: Instant, now: Instant): void {
  if (draft.index.isDecidedByPeople.size === 0) return;
  begin(draft);
  for (;;) {
    const due = peopleDue(draft);
    if (due === undefined || due > until) return;
    judgePeople(draft, new Map(), due, now);
  }
}

/** Judges the marked rules at an instant, never at one before that of an earlier judgement: the clock may have been set back. */
export function judgePeople(draft: Draft, dirty: Dirty, instant: Instant, now: Instant = instant): void {
  const { until, dueAt } = begin(draft);
  const at = Math.max(instant, until);
  if (dueAt !== undefined && dueAt <= at) {
    moveTo(draft, at);
    markPeople(draft, dirty);
  } else if (at > until) draft.line = { ...draft.line, people: { ...begin(draft), until: at } };
  for (const { rule, group, dueAt: judgedAgainAt } of draft.judgements.values()) {
    if (judgedAgainAt !== undefined && judgedAgainAt <= at && draft.isPeoples(rule)) markRule(dirty, rule, group);
  }
  judgeMarked(draft, dirty, at);
  const { opened, ended, revived } = draft;
  // What the executors decide is told by what they have said, and they may not have come so far.
  const isAhead = at > draft.watermark;
  tellChanges(draft, at, isAhead ? (alert) => draft.isPeoples(alert.rule) : undefined);
  tellDue(draft, at, Math.max(at, now), (alert) => draft.isPeoples(alert.rule));
  if (isAhead && (revived || opened.length + ended.length > 0) && keepsOthersQuiet(draft)) {
    draft.line = { ...draft.line, lookAgainAt: at };
  }
}

/** Marks every rule that only people decide. */
export function markPeople(draft: Draft, dirty: Dirty): void {
  for (const rule of draft.index.isDecidedByPeople) markRule(dirty, rule, 'all');
}

/** Goes by the plan's calendar as it is now: after a plan has been applied or launched. Returns the instant at which to judge. */
export function beginAnew(draft: Draft, now: Instant): Instant {
  const { people: before, ...line } = draft.line;
  draft.line = line;
  const at = Math.max(now, before?.until ?? now);
  if (draft.index.isDecidedByPeople.size > 0) moveTo(draft, at);
  return at;
}

type PeoplesTime = NonNullable<Draft['line']['people']>;

/** Where these rules stand; at first where all others do. */
function begin(draft: Draft): PeoplesTime {
  const { people, phase, dueAt } = draft.line;
  if (people !== undefined) return people;
  const begun: PeoplesTime = {
    until: draft.watermark,
    ...(phase === undefined ? {} : { phase }),
    ...(dueAt === undefined ? {} : { dueAt }),
  };
  draft.line = { ...draft.line, people: begun };
  return begun;
}

function moveTo(draft: Draft, at: Instant): void {
  const launch = launchOf(draft.plan, draft.line);
  const phase = phaseNameAt(draft.plan, launch, at);
  const dueAt = boundaryAfter(draft.plan, launch, at);
  draft.line = {
    ...draft.line,
    people: { until: at, ...(phase === undefined ? {} : { phase }), ...(dueAt === undefined ? {} : { dueAt }) },
  };
}

function keepsOthersQuiet(draft: Draft): boolean {
  return [...draft.alerts.values()].some(
    ({ state, told, rule }) => state === 'firing' && !told && !draft.isPeoples(rule),
  );
}
