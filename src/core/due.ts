import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { World } from './model.ts';
import { ruleIndex } from './rule-index.ts';

/**
 * Two clocks drive what the executors have a say in. *Evaluation* (how long a condition has held) goes by the executors' watermark and stands still with it.
 * *Timers* (repeats, the end of flapping, of a silence, phases) go by the watermark too, so that nothing they decide depends on how inputs are
 * cut into batches; but when the executors are silent they go on without it, this far behind the clock. Rules that only people decide, and the timers of their alerts,
 * go by the clock itself.
 */
export function timersReach(watermark: Instant, now: Instant): Instant {
  return Math.max(watermark, now - limits.executorSilentMs);
}

/** Whether the executors' watermark is so far behind the clock that nothing may be judged as of now. */
export function isBehind(watermark: Instant, now: Instant): boolean {
  return now - watermark > limits.executorSilentMs;
}

/** The last instant at which it is no silence yet: executors have their time from when the core could hear them. */
export function silentAfter(world: Pick<World, 'watermark' | 'loadedAt'>): Instant {
  return Math.max(world.watermark, world.loadedAt) + limits.executorSilentMs;
}

/** The earliest instant of evaluation: a `for` or a resolution that completes. */
export function evaluationDue({ plan, judgements }: Pick<World, 'plan' | 'judgements'>): Instant | undefined {
  const { isDecidedByPeople } = ruleIndex(plan);
  let due: Instant | undefined;
  for (const { rule, dueAt } of judgements.values()) if (!isDecidedByPeople.has(rule)) due = earlier(due, dueAt);
  return due;
}

/** The earliest instant of what only people decide: a `for` that completes, a phase boundary, a repeat, the end of a flapping spell. */
export function peopleDue({ plan, judgements, alerts, line }: Timed): Instant | undefined {
  const { isDecidedByPeople } = ruleIndex(plan);
  if (isDecidedByPeople.size === 0) return undefined;
  let due = line.people?.dueAt;
  for (const { rule, dueAt } of judgements.values()) if (isDecidedByPeople.has(rule)) due = earlier(due, dueAt);
  for (const { rule, dueAt } of alerts.values()) if (isDecidedByPeople.has(rule)) due = earlier(due, dueAt);
  return due;
}

/** The earliest instant of a timer: a repeat, the end of a flapping spell or of a silence, a phase boundary. */
export function timerDue({ plan, alerts, silences, line }: Timed): Instant | undefined {
  const { isDecidedByPeople } = ruleIndex(plan);
  let due = earlier(line.dueAt, line.lookAgainAt);
  for (const { rule, dueAt } of alerts.values()) if (!isDecidedByPeople.has(rule)) due = earlier(due, dueAt);
  for (const { dueAt } of silences.values()) due = earlier(due, dueAt);
  return due;
}

type Timed = Pick<World, 'plan' | 'judgements' | 'alerts' | 'silences' | 'line'>;

/** The earliest instant at which a `clock` input has something to do, should nothing else come before. */
export function dueOf(world: World, now: Instant): Instant | undefined {
  const timer = timerDue(world);
  const silent = timer === undefined ? undefined : timer + limits.executorSilentMs;
  const others = world.line.silentSince === undefined ? silentAfter(world) + 1 : silent;
  const due = earlier(peopleDue(world), others);
  return due === undefined ? undefined : Math.max(now, due);
}

export function earlier(left: Instant | undefined, right: Instant | undefined): Instant | undefined {
  if (left === undefined) return right;
  return right === undefined || left < right ? left : right;
}
