import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Judgement, World } from './model.ts';

/**
 * Two clocks drive the core. *Evaluation* (how long a condition has held) goes by the executors' watermark and stands still with it.
 * *Timers* (repeats, the end of flapping, of a silence, phases) go by the watermark too, so that nothing they decide depends on how inputs are
 * cut into batches; but when the executors are silent they go on without it, this far behind the clock.
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
export function evaluationDue(judgements: ReadonlyMap<string, Judgement>): Instant | undefined {
  let due: Instant | undefined;
  for (const judgement of judgements.values()) {
    if (judgement.dueAt !== undefined && (due === undefined || judgement.dueAt < due)) due = judgement.dueAt;
  }
  return due;
}

/** The earliest instant of a timer: a repeat, the end of a flapping spell or of a silence, a phase boundary. */
export function timerDue({ alerts, silences, line }: Pick<World, 'alerts' | 'silences' | 'line'>): Instant | undefined {
  let due = line.dueAt;
  for (const { dueAt } of alerts.values()) if (dueAt !== undefined && (due === undefined || dueAt < due)) due = dueAt;
  for (const { dueAt } of silences.values()) if (dueAt !== undefined && (due === undefined || dueAt < due)) due = dueAt;
  return due;
}

/** The earliest instant at which a `clock` input has something to do, should nothing else come before. */
export function dueOf(world: World, now: Instant): Instant | undefined {
  const silent = world.line.silentSince !== undefined;
  if (!silent) return Math.max(now, silentAfter(world) + 1);
  const due = timerDue(world);
  return due === undefined ? undefined : Math.max(now, due + limits.executorSilentMs);
}

export function earlier(left: Instant | undefined, right: Instant | undefined): Instant | undefined {
  if (left === undefined) return right;
  return right === undefined || left < right ? left : right;
}
