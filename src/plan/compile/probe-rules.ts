import { type DurationMs, formatDuration } from '#kernel/instant.ts';
import type { Probe } from '../probe.ts';
import type { Sentence } from '../text/sentence.ts';
import { valuesOf } from './by-phase.ts';
import type { ProbeUse } from './checks.ts';
import type { Context } from './context.ts';

/** Probes, heartbeats, reviews and comparisons of which nobody would be told. */
export function hintAtUnread(context: Context, used: ReadonlySet<string>): void {
  for (const [section, is] of [
    ['probes', 'failing'],
    ['heartbeats', 'late'],
    ['reviews', 'wrong'],
    ['comparisons', 'differs'],
  ] as const) {
    for (const { key } of context.entries(section)) {
      if (used.has(key.text)) continue;
      const message = `No rule reads \`${key.text}\`: nobody is told of it.`;
      context.report.add('H102', key.span, message, `Write a rule with \`when: ${key.text} ${is}\`.`);
    }
  }
}

/**
 * Refuses a rule that is quicker than the probe that it reads, in the phase that its condition is of: `failing for D` needs a result at
 * least every D/2, `fails … times in a row` any result at all.
 */
export function checkPace(
  uses: readonly ProbeUse[],
  phase: string | undefined,
  sentence: Sentence,
  context: Context,
): void {
  for (const { probe, forMs, streak, node } of uses) {
    const place = sentence.place(node.span.start, node.span.end);
    const everyMs = longestIn(probe, phase, context);
    if (everyMs === undefined) {
      if (streak === undefined) continue;
      const message = `\`${probe.name}\` has no interval ${phase === undefined ? 'in each phase' : `in \`${phase}\``}, so it never fails in a row there.`;
      context.report.add('E172', place, message, 'Give it one under `every`, e.g. as `otherwise`.');
      continue;
    }
    if (forMs === undefined) continue;
    const paceMs = Math.min(everyMs, probe.whileFailingMs ?? everyMs);
    if (paceMs * 2 <= forMs) continue;
    const most = formatDuration(Math.floor(forMs / 2));
    const message = `\`${probe.name}\` is checked every ${formatDuration(paceMs)}, too seldom to say that it lasts ${formatDuration(forMs)}.`;
    const faster =
      probe.whileFailingMs === undefined ? `\`while-failing: ${most}\`` : `\`while-failing\` to at most ${most}`;
    context.report.add(
      'E172',
      place,
      message,
      `Set ${faster} at the probe, or wait for at least ${formatDuration(paceMs * 2)}.`,
    );
  }
}

/** The longest interval that a condition of this phase meets; undefined when the probe rests in it, or in one of all. */
function longestIn({ everyMs }: Probe, phase: string | undefined, context: Context): DurationMs | undefined {
  if (phase !== undefined) return everyMs.phases?.[phase] ?? everyMs.otherwise;
  const covered = [...context.phases].every((name) => everyMs.phases?.[name] !== undefined);
  if (everyMs.otherwise === undefined && !(covered && context.phases.size > 0)) return undefined;
  return Math.max(...valuesOf(everyMs));
}
