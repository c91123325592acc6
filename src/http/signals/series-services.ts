import type { ClickHouseClient } from '@clickhouse/client';
import type { PhaseAnswer } from '#contract/overview.ts';
import type { SeriesAnswer } from '#contract/signals.ts';
import type { Alert, World } from '#core/model.ts';
import type { Core } from '#engine/core-process.ts';
import type { SignalReading } from '#intake/link.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { formatInstant, HOUR_MS, type Instant, parseInstant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import { createTurns } from '#kernel/turns.ts';
import type { Signal } from '#plan/model.ts';
import { readRawSeries } from '#storage/clickhouse/raw-series.ts';
import { type RolledUpTo, rolledUpTo } from '#storage/clickhouse/roll-up.ts';
import { joinSeries, readSeries, type StoredSeries } from '#storage/clickhouse/series.ts';
import type { AskTelemetry } from '#storage/clickhouse/within.ts';
import { viewBudget } from '../budget-view.ts';
import { requirePlan } from '../known-plan.ts';
import { rulesBySignal, viewPhases } from '../overview/overview-view.ts';
import { type Grid, gridOf } from './series-grid.ts';
import { nothingStored, readNames, viewBandsOver, viewEpisodes, viewGroup } from './series-view.ts';
import type { SeriesQuery, SignalServices } from './services.ts';

export interface SignalServicesOptions {
  readonly core: Pick<Core, 'plans' | 'lastWorld' | 'alerts' | 'link'>;
  readonly askTelemetry: AskTelemetry;
  readonly clock: Clock;
}

/** Signals over time: the stored readings with the newest on top, and what is to be drawn around them. */
export function createSignalServices({ core, askTelemetry, clock }: SignalServicesOptions): SignalServices {
  // Millions of events take the store's time: the stored readings of other charts wait for one such question at most.
  const pastTurns = createTurns(1, limits.seriesPastWaiting);

  let rolledUp: { readonly upTo: RolledUpTo; readonly askedMs: number } | undefined;

  /** What was so a minute ago is true still, and saves a chart the time of a question. */
  async function howFarRolledUp(client: ClickHouseClient): Promise<RolledUpTo> {
    if (rolledUp === undefined || clock.monotonicMs() - rolledUp.askedMs >= limits.rollUpEveryMs) {
      rolledUp = { upTo: await rolledUpTo(client), askedMs: clock.monotonicMs() };
    }
    return rolledUp.upTo;
  }

  /** Alerts that were open at some time from an instant on. */
  async function alertsSince(plan: string, world: World, from: Instant): Promise<readonly Alert[]> {
    const found = new Map([...world.alerts.values()].map((alert) => [alert.key, alert]));
    let before: number | undefined;
    while (found.size < limits.seriesAlerts) {
      const page = await core.alerts(plan, { limit: limits.inboxPage, ...(before === undefined ? {} : { before }) });
      for (const { alert } of page.rows) if (!found.has(alert.key)) found.set(alert.key, alert);
      const oldest = page.rows.at(-1)?.alert;
      // What opened before the range and is still open stands in the world.
      if (page.next === undefined || oldest === undefined || oldest.openedAt < from) break;
      before = page.next;
    }
    return [...found.values()];
  }

  /**
   * What no reading was stored of at the beginning of the range, from the stored events: of one signal, since a page of many would read the same
   * events for each.
   */
  async function readBefore(
    plan: string,
    world: World,
    signals: readonly Signal[],
    stored: readonly StoredSeries[],
    grid: Grid,
    groups: number,
    now: Instant,
  ): Promise<{
    readonly stored: readonly StoredSeries[];
    readonly fromEvents?: SeriesAnswer['series'][number]['fromEvents'];
  }> {
    const [signal, ...others] = signals;
    const steps = stepsBefore(stored, grid, now);
    if (signal === undefined || others.length > 0 || steps === 0) return { stored };
    const { from, stepMs } = grid;
    const question = { plan, compiled: world.plan, signal, from, stepMs, steps, groups };
    const raw = await askTelemetry((client, aborted) =>
      pastTurns.take(async () => {
        // Its time may have passed while it waited.
        aborted.throwIfAborted();
        return readRawSeries(client, question, aborted);
      }),
    ).catch((caught: unknown) => {
      // The readings were answered: what takes too long costs only what lies before them.
      const code = caught instanceof WatchbillError ? caught.code : undefined;
      if (code === 'telemetry-away' || code === 'overloaded') return 'too-large' as const;
      throw caught;
    });
    const stretch = { from: formatInstant(from), to: formatInstant(from + steps * stepMs) };
    if (typeof raw === 'string') return { stored, fromEvents: { ...stretch, state: raw } };
    if (raw.every((series) => series.steps.length === 0)) return { stored };
    return { stored: joinSeries(raw, stored, groups), fromEvents: { ...stretch, state: 'computed' } };
  }

  return {
    async series(plan, query) {
      requirePlan(core, plan);
      const world = core.lastWorld(plan);
      if (world === undefined) throw new WatchbillError('not-ready', `The plan ${plan} is not loaded yet.`, plan);
      const now = clock.now();
      const signals = chooseSignals(world, query.signals);
      const points = Math.max(
        2,
        Math.min(
          query.stepMs === undefined ? limits.seriesPoints : limits.seriesPointsAsked,
          Math.floor(limits.seriesAnswerPoints / Math.max(1, signals.length * query.groups)),
        ),
      );
      const grid = readRange(query, now, points);
      const [stored, alerts, readings] = await Promise.all([
        askTelemetry(async (client, signal) => {
          const upTo = await howFarRolledUp(client);
          const names = signals.map(({ name }) => name);
          return readSeries(client, { plan, signals: names, ...grid, rolledUpTo: upTo, groups: query.groups }, signal);
        }),
        alertsSince(plan, world, grid.from),
        core.link.readings(plan),
      ]);
      const before = await readBefore(plan, world, signals, stored, grid, query.groups, now);
      const launch = world.plan.launch ?? world.line.launchedAt;
      const readers = rulesBySignal(world.plan);
      return {
        from: formatInstant(grid.from),
        to: formatInstant(grid.to),
        stepMs: grid.stepMs,
        at: formatInstant(now),
        phases: viewPhases(world.plan, launch).filter((phase) => touches(phase, grid)),
        series: signals.map((signal) => ({
          signal: signal.name,
          baseUnit: signal.unit.base,
          unit: signal.unit.shown,
          by: [...signal.by],
          ...viewGroups(signal, before.stored, readings ?? [], grid, now, query.groups),
          ...(before.fromEvents === undefined ? {} : { fromEvents: before.fromEvents }),
          bands: viewBandsOver(world, signal, grid),
          ...viewBudget(world, signal.name, readings?.find((one) => one.signal === signal.name)?.reading),
          alerts: viewEpisodes(alerts, new Set(readers.get(signal.name)), grid),
        })),
      };
    },
  };
}

/** How many whole steps of the past lie before the first that has a stored reading. */
function stepsBefore(stored: readonly StoredSeries[], grid: Grid, now: Instant): number {
  const past = Math.max(0, Math.min(grid.steps, Math.floor((now - grid.from) / grid.stepMs)));
  return stored.reduce((first, { steps }) => Math.min(first, steps[0] ?? first), past);
}

function chooseSignals(world: World, wanted: string | undefined): readonly Signal[] {
  const readable = world.plan.signals.filter(({ stream }) => !stream);
  if (wanted === undefined) return readable.slice(0, limits.seriesSignals);
  const byName = new Map(readable.map((signal) => [signal.name, signal]));
  return readNames(wanted, new Set(byName.keys())).map(({ name }) => {
    const signal = byName.get(name);
    if (signal === undefined) throw new WatchbillError('not-found', `The plan has no signal "${name}".`, name);
    return signal;
  });
}

function readRange(query: SeriesQuery, now: Instant, points: number): Grid {
  const to = (query.to === undefined ? undefined : parseInstant(query.to)) ?? now;
  const from = (query.from === undefined ? undefined : parseInstant(query.from)) ?? to - HOUR_MS;
  if (from >= to) throw new WatchbillError('invalid-request', 'The range ends before it begins.', 'from');
  if (to - from > limits.seriesRangeMs) {
    throw new WatchbillError('invalid-request', 'A range is at most 400 days long.', 'from');
  }
  return gridOf(from, to, query.stepMs, points);
}

function viewGroups(
  signal: Signal,
  stored: readonly StoredSeries[],
  readings: readonly SignalReading[],
  grid: Grid,
  now: Instant,
  most: number,
): Pick<SeriesAnswer['series'][number], 'groups' | 'groupsLeftOut'> {
  const own = stored.filter((series) => series.signal === signal.name);
  const newest = new Map(
    readings.filter((one) => one.signal === signal.name).map(({ group, reading }) => [group, reading]),
  );
  const known = new Set(own.map(({ group }) => group));
  // A group that has just come is not in the store yet.
  const fresh = grid.to >= now ? [...newest.keys()].filter((group) => !known.has(group)) : [];
  const there = Math.max(own[0]?.groupsThere ?? 0, known.size) + (own.length < most ? fresh.length : 0);
  const shown = [...own, ...fresh.map(nothingStored)].slice(0, most);
  return {
    groups: shown.map((series) => viewGroup(series, grid, now, newest.get(series.group))),
    groupsLeftOut: Math.max(0, there - shown.length),
  };
}

function touches({ from, to }: PhaseAnswer, grid: Grid): boolean {
  if (from === undefined) return false;
  return Date.parse(from) < grid.to && (to === undefined || Date.parse(to) > grid.from);
}
