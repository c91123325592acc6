import type { FactAnswer } from '#contract/journal.ts';
import type { LiveAlert, LiveMessage, LivePlan, LiveReading } from '#contract/live.ts';

/** Everything that is live about one plan. Parts that did not change keep their identity, so that only what changed is drawn again. */
export interface LiveState {
  /** Undefined until the first status came. */
  readonly plan: LivePlan | undefined;
  /** Readings of a signal, one a group; a signal without any is not there. */
  readonly signals: ReadonlyMap<string, readonly LiveReading[]>;
  /** Open and pending ones, and those that ended lately; what began last comes first. */
  readonly alerts: readonly LiveAlert[];
  /** Newest first, at most `FACTS_KEPT`. */
  readonly facts: readonly FactAnswer[];
  /** Up to when everything has been judged, on the reader's clock: the age of every figure counts from here. */
  readonly watermark: number | undefined;
  readonly lagMs: number;
  /** Add it to the reader's clock to get the server's. */
  readonly clockOffsetMs: number;
}

export const FACTS_KEPT = 100;

export const emptyLiveState: LiveState = {
  plan: undefined,
  signals: new Map(),
  alerts: [],
  facts: [],
  watermark: undefined,
  lagMs: 0,
  clockOffsetMs: 0,
};

/** Clocks that differ by less are taken as equal: the way of a message takes its time too. */
const CLOCK_TOLERANCE_MS = 1_000;

/** The state after some messages that came together. `now` is when, on the reader's clock. */
export function reduceLive(state: LiveState, messages: readonly LiveMessage[], now: number): LiveState {
  return messages.reduce((before, message) => reduceOne(before, message, now), state);
}

function reduceOne(state: LiveState, message: LiveMessage, now: number): LiveState {
  switch (message.event) {
    case 'status': {
      const { at, watermark, lagMs, plan, readings, alerts } = message.data;
      return {
        ...state,
        ...clockOf(at, watermark, now),
        lagMs,
        plan,
        signals: groupReadings(readings, state.signals),
        alerts: sortAlerts(alerts),
      };
    }
    case 'change': {
      const { at, watermark, lagMs, plan, readings, readingsGone, alerts, alertsGone } = message.data;
      return {
        ...state,
        ...clockOf(at, watermark, now),
        lagMs,
        plan: plan ?? state.plan,
        signals: changeReadings(state.signals, readings ?? [], readingsGone ?? []),
        alerts: changeAlerts(state.alerts, alerts ?? [], alertsGone ?? []),
      };
    }
    case 'fact':
      return takeFacts(state, [message.data]);
    case 'end':
      return state;
  }
}

/** Facts that came in any way and in any order, without those that are known. */
export function takeFacts(state: LiveState, facts: readonly FactAnswer[]): LiveState {
  const known = new Set(state.facts.map(({ sequence }) => sequence));
  const fresh = facts.filter(({ sequence }) => !known.has(sequence));
  if (fresh.length === 0) return state;
  const sorted = [...fresh, ...state.facts].sort((left, right) => right.sequence - left.sequence);
  return { ...state, facts: sorted.slice(0, FACTS_KEPT) };
}

function clockOf(at: string, watermark: string | undefined, now: number) {
  const offset = Date.parse(at) - now;
  const clockOffsetMs = Math.abs(offset) < CLOCK_TOLERANCE_MS ? 0 : offset;
  return { clockOffsetMs, watermark: watermark === undefined ? undefined : Date.parse(watermark) - clockOffsetMs };
}

function groupReadings(
  readings: readonly LiveReading[],
  before: LiveState['signals'],
): ReadonlyMap<string, readonly LiveReading[]> {
  const signals = new Map<string, readonly LiveReading[]>();
  for (const [name, own] of Map.groupBy(readings, ({ signal }) => signal)) {
    const known = before.get(name);
    const same = known?.length === own.length && own.every((reading, index) => sameReading(reading, known[index]));
    // After a reconnect most is as it was: what has not changed is not drawn again.
    signals.set(name, same ? known : own);
  }
  return signals;
}

function changeReadings(
  before: LiveState['signals'],
  changed: readonly LiveReading[],
  gone: readonly Pick<LiveReading, 'signal' | 'group'>[],
): LiveState['signals'] {
  if (changed.length === 0 && gone.length === 0) return before;
  const signals = new Map(before);
  for (const { signal, group } of gone) {
    const rest = (signals.get(signal) ?? []).filter((reading) => !sameGroup(reading.group, group));
    if (rest.length > 0) signals.set(signal, rest);
    else signals.delete(signal);
  }
  for (const [name, own] of Map.groupBy(changed, ({ signal }) => signal)) {
    const readings = [...(signals.get(name) ?? [])];
    for (const reading of own) {
      const index = readings.findIndex(({ group }) => sameGroup(group, reading.group));
      if (index === -1) readings.push(reading);
      else readings[index] = reading;
    }
    signals.set(name, readings);
  }
  return signals;
}

function changeAlerts(
  before: readonly LiveAlert[],
  changed: readonly LiveAlert[],
  gone: readonly string[],
): readonly LiveAlert[] {
  if (changed.length === 0 && gone.length === 0) return before;
  const replaced = new Set([...gone, ...changed.map(({ key }) => key)]);
  return sortAlerts([...before.filter(({ key }) => !replaced.has(key)), ...changed]);
}

function sortAlerts(alerts: readonly LiveAlert[]): readonly LiveAlert[] {
  return [...alerts].sort((left, right) => Date.parse(right.since) - Date.parse(left.since));
}

function sameReading(left: LiveReading, right: LiveReading | undefined): boolean {
  return (
    right !== undefined &&
    sameGroup(left.group, right.group) &&
    left.state === right.state &&
    left.value === right.value &&
    left.sampleSize === right.sampleSize &&
    left.needed === right.needed &&
    left.reason === right.reason &&
    left.since === right.since
  );
}

/** Whether two groups have the same values of the same fields. */
export function sameGroup(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name, index) => name === right[index]);
}
