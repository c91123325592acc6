import { type DurationMs, formatDuration } from '#kernel/instant.ts';
import { staleAfterMs } from './compile/checks.ts';
import { defaultGraceMs } from './compile/heartbeats.ts';
import { DEFAULT_TIMEOUT_MS } from './compile/probes.ts';
import type { ByPhase, CompiledPlan } from './model.ts';
import type { Probe } from './probe.ts';

/** What each probe does, with its defaults; the first of a row is its head. */
export function probeRows({ probes = [] }: CompiledPlan): readonly (readonly string[])[] {
  return probes.map((probe) => [
    `${probe.name}: ${probe.text}`,
    `every: ${intervalsText(probe.everyMs)}`,
    ...(probe.whileFailingMs === undefined ? [] : [`while failing: ${formatDuration(probe.whileFailingMs)}`]),
    `timeout: ${formatDuration(probe.timeoutMs)}${probe.timeoutMs === DEFAULT_TIMEOUT_MS ? '  (default)' : ''}`,
    `expects: ${expectationText(probe)}`,
    ...confirmRows(probe),
    ...(probe.agree === undefined ? [] : [`fails when ${probe.agree} places agree`]),
    `a result is fresh for: ${formatDuration(staleAfterMs(probe))}  (default)`,
  ]);
}

/** When each heartbeat is expected, with its defaults. */
export function heartbeatRows({ heartbeats = [], timezone }: CompiledPlan): readonly (readonly string[])[] {
  return heartbeats.map(({ name, schedule, graceMs, longestMs }) => [
    `${name}: ${schedule.kind === 'cron' ? `cron "${schedule.expression}" in ${timezone}` : `every ${formatDuration(schedule.everyMs)}`}`,
    `late after: ${formatDuration(graceMs)}${graceMs === defaultGraceMs(schedule) ? '  (default)' : ''}`,
    ...(longestMs === undefined ? [] : [`a run lasts at most: ${formatDuration(longestMs)}`]),
  ]);
}

/** What each verdict is of, and when there is one. */
export function assessmentRows({ assessments = [], phases }: CompiledPlan): readonly (readonly string[])[] {
  return assessments.map(({ name, of, during }) => [
    `${name}: ${of.map((check) => `${check.kind} ${check.name}`).join(', ')}`,
    `a verdict for each of: ${during.join(', ')}${during.length === phases.length ? '  (every phase)' : ''}`,
  ]);
}

function confirmRows({ confirm }: Probe): readonly string[] {
  if (confirm === undefined) return [];
  const { source, event, field, withinMs } = confirm;
  return [`is confirmed by: ${source ?? event} with its id in ${field}, within ${formatDuration(withinMs)}`];
}

function expectationText({ check, expect }: Probe): string {
  if (expect.length > 0) return expect.map(({ text }) => text).join(', ');
  return check.kind === 'http' ? 'a status from 200 to 299  (default)' : 'that it answers  (default)';
}

function intervalsText({ otherwise, phases = {} }: ByPhase<DurationMs>): string {
  const own = Object.entries(phases).map(([phase, ms]) => `${phase}: ${formatDuration(ms)}`);
  if (own.length === 0) return otherwise === undefined ? 'never' : formatDuration(otherwise);
  return [...own, `otherwise: ${otherwise === undefined ? 'rests' : formatDuration(otherwise)}`].join('; ');
}
