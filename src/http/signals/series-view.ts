import type { GroupSeriesAnswer, SignalSeriesAnswer } from '#contract/signals.ts';
import type { Alert, World } from '#core/model.ts';
import { formatInstant, type Instant, SECOND_MS } from '#kernel/instant.ts';
import type { CompiledPlan, Signal } from '#plan/model.ts';
import { phaseAt, phaseBoundaryAfter, valueAt } from '#plan/phases.ts';
import type { GroupKey, Reading } from '#plan/reading.ts';
import type { StoredSeries } from '#storage/clickhouse/series.ts';
import { groupValues } from '../live/live-snapshot.ts';
import { viewBands } from '../overview/bands-view.ts';
import type { Grid } from './series-grid.ts';

/** For so long a step without a reading may still get one. */
const UNDER_WAY_MS = 20 * SECOND_MS;

type Gap = GroupSeriesAnswer['gaps'][number];

/**
 * One group on the grid. A step without a value is null and lies in a gap that says why; the newest reading fills the step that is under
 * way. After `now` there is nothing, and no gap either.
 */
export function viewGroup(
  stored: Pick<StoredSeries, 'group' | 'steps' | 'last' | 'least' | 'greatest' | 'sampleSizes' | 'empty'>,
  grid: Grid,
  now: Instant,
  newest: Reading | undefined,
): GroupSeriesAnswer {
  const blank = (): (number | null)[] => new Array<number | null>(grid.steps).fill(null);
  const last = blank();
  const min = blank();
  const max = blank();
  const sampleSize = blank();
  const states = new Array<Pick<Gap, 'state' | 'reason'> | 'value' | undefined>(grid.steps);
  for (const [index, step] of stored.steps.entries()) {
    last[step] = stored.last[index] ?? null;
    min[step] = stored.least[index] ?? null;
    max[step] = stored.greatest[index] ?? null;
    sampleSize[step] = stored.sampleSizes[index] ?? null;
    states[step] = 'value';
  }
  for (const { step, state, reason } of stored.empty) {
    last[step] = null;
    min[step] = null;
    max[step] = null;
    states[step] = { state: state === 'too few' ? 'too few' : 'no data', ...(reason === '' ? {} : { reason }) };
  }
  const current = newest === undefined ? -1 : Math.floor((newest.at - grid.from) / grid.stepMs);
  if (newest !== undefined && current >= 0 && current < grid.steps) {
    sampleSize[current] = newest.sampleSize;
    if (newest.state === 'value') {
      last[current] = newest.value;
      min[current] = Math.min(newest.value, min[current] ?? newest.value);
      max[current] = Math.max(newest.value, max[current] ?? newest.value);
      states[current] = 'value';
    } else if (states[current] === undefined) {
      states[current] = { state: newest.state, ...(newest.state === 'no data' ? { reason: newest.reason } : {}) };
    }
  }
  const over = Math.min(grid.steps, Math.floor((now - UNDER_WAY_MS - grid.from) / grid.stepMs));
  return { group: groupValues(stored.group), last, min, max, sampleSize, gaps: gapsOf(states, over) };
}

/** Neighbours of one state are one gap. `over` is the first step that may still get its readings. */
function gapsOf(states: readonly (Pick<Gap, 'state' | 'reason'> | 'value' | undefined)[], over: number): Gap[] {
  const gaps: Gap[] = [];
  for (const [step, state] of states.entries()) {
    const here: Pick<Gap, 'state' | 'reason'> | 'value' = state ?? (step < over ? { state: 'not read' } : 'value');
    if (here === 'value') continue;
    const before = gaps.at(-1);
    if (before?.to === step - 1 && before.state === here.state && before.reason === here.reason) {
      gaps[gaps.length - 1] = { ...before, to: step };
    } else gaps.push({ from: step, to: step, ...here });
  }
  return gaps;
}

/** The thresholds of a signal in each stretch of the range: they change with the phase. Those of the version that runs now. */
export function viewBandsOver(world: World, signal: Signal, grid: Grid): SignalSeriesAnswer['bands'] {
  const { plan, line } = world;
  const objective = plan.objectives.find((one) => one.signal === signal.name);
  if (objective === undefined) return [];
  return stretches(plan, plan.launch ?? line.launchedAt, grid).map(({ from, to, phase }) => {
    const bands = valueAt(objective.bands, phase);
    return {
      from: formatInstant(from),
      to: formatInstant(to),
      ...(phase === undefined ? {} : { phase }),
      ...(bands === undefined ? {} : { bands: viewBands(bands, signal.unit.shown) }),
    };
  });
}

function stretches(plan: CompiledPlan, launch: Instant | undefined, grid: Grid) {
  const found: { from: Instant; to: Instant; phase: string | undefined }[] = [];
  let from = grid.from;
  while (from < grid.to) {
    const to = Math.min(grid.to, phaseBoundaryAfter(plan, launch, from) ?? grid.to);
    const phase = phaseAt(plan, launch, from);
    const before = found.at(-1);
    if (before !== undefined && before.phase === phase) before.to = to;
    else found.push({ from, to, phase });
    from = to;
  }
  return found;
}

/** The episodes of rules that were open at some time of the range, oldest first. */
export function viewEpisodes(
  alerts: readonly Alert[],
  rules: ReadonlySet<string>,
  grid: Grid,
): SignalSeriesAnswer['alerts'] {
  return alerts
    .filter(
      ({ rule, openedAt, resolvedAt }) =>
        rules.has(rule) && openedAt < grid.to && !(resolvedAt && resolvedAt < grid.from),
    )
    .map((alert) => ({
      alert: alert.key,
      rule: alert.rule,
      group: groupValues(alert.group),
      severity: alert.severity,
      from: formatInstant(alert.openedAt),
      ...(alert.resolvedAt === undefined ? {} : { to: formatInstant(alert.resolvedAt) }),
    }))
    .sort((left, right) => left.from.localeCompare(right.from));
}

/** What a group without any stored reading has. */
export function nothingStored(group: GroupKey): Parameters<typeof viewGroup>[0] {
  return { group, steps: [], last: [], least: [], greatest: [], sampleSizes: [], empty: [] };
}

/** Names with commas between; a name may itself have one, such as `p95 by route, region`. Undefined entries are names that there are not. */
export function readNames(
  text: string,
  known: ReadonlySet<string>,
): readonly { readonly name: string; readonly known: boolean }[] {
  const parts = text.split(',');
  const names: { name: string; known: boolean }[] = [];
  for (let from = 0; from < parts.length; ) {
    let to = parts.length;
    while (to > from + 1 && !known.has(parts.slice(from, to).join(',').trim())) to -= 1;
    const name = parts.slice(from, to).join(',').trim();
    names.push({ name, known: known.has(name) });
    from = to;
  }
  return names;
}
