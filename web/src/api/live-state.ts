import type { FactAnswer } from '#contract/journal.ts';
import type { AlertAnswer, PlanStatusAnswer, ReadingAnswer } from '#contract/status.ts';

/** A reading with the instant that it is of, so that its age counts on without news. */
export interface LiveReading extends Omit<ReadingAnswer, 'ageMs'> {
  readonly at: number;
}

/** An alert with the instant since when it is in its state. */
export interface LiveAlert extends Omit<AlertAnswer, 'since' | 'sinceMs'> {
  readonly since: number;
}

/** What a plan's page shows besides its figures. */
export interface LiveHeader {
  readonly plan: string;
  readonly title: string;
  readonly version: number;
  readonly phase?: string;
  readonly launchedAt?: number;
  readonly notices: readonly string[];
  readonly notifications: Readonly<Record<string, number>>;
}

/** Everything that is live about one plan. Parts that did not change keep their identity, so that only what changed is drawn again. */
export interface LiveState {
  readonly header: LiveHeader | undefined;
  /** In the plan's order. */
  readonly signalNames: readonly string[];
  /** Readings of a signal, one a group. */
  readonly signals: ReadonlyMap<string, readonly LiveReading[]>;
  readonly alerts: readonly LiveAlert[];
  /** Newest first, at most `FACTS_KEPT`. */
  readonly facts: readonly FactAnswer[];
  /** When the server last said something. */
  readonly heardAt: number | undefined;
}

export type LiveMessage =
  | { readonly type: 'status'; readonly status: PlanStatusAnswer }
  | { readonly type: 'change'; readonly change: LiveChange }
  | { readonly type: 'fact'; readonly fact: FactAnswer };

/** Only what changed. */
export type LiveChange = Partial<Omit<PlanStatusAnswer, 'plan'>>;

export const FACTS_KEPT = 100;

export const emptyLiveState: LiveState = {
  header: undefined,
  signalNames: [],
  signals: new Map(),
  alerts: [],
  facts: [],
  heardAt: undefined,
};

/** The state after some messages that came together. `now` is when they came. */
export function reduceLive(state: LiveState, messages: readonly LiveMessage[], now: number): LiveState {
  if (messages.length === 0) return state;
  let next: LiveState = { ...state, heardAt: now };
  for (const message of messages) next = reduceOne(next, message, now);
  return next;
}

function reduceOne(state: LiveState, message: LiveMessage, now: number): LiveState {
  switch (message.type) {
    case 'status':
      return takeStatus(state, message.status, now);
    case 'change':
      return takeChange(state, message.change, now);
    case 'fact':
      return takeFact(state, message.fact);
  }
}

/** The whole status replaces what was known, but a figure that is the same stays the same object. */
function takeStatus(state: LiveState, status: PlanStatusAnswer, now: number): LiveState {
  const signalNames = [...new Set(status.signals.map(({ signal }) => signal))];
  const signals = new Map<string, readonly LiveReading[]>();
  for (const name of signalNames) {
    const readings = status.signals.filter(({ signal }) => signal === name).map((reading) => toReading(reading, now));
    const before = state.signals.get(name);
    signals.set(name, before !== undefined && sameReadings(before, readings) ? before : readings);
  }
  return {
    ...state,
    header: headerOf(status),
    signalNames: sameNames(state.signalNames, signalNames) ? state.signalNames : signalNames,
    signals,
    alerts: status.alerts.map(toAlert),
  };
}

function takeChange(state: LiveState, change: LiveChange, now: number): LiveState {
  let next = state;
  if (change.signals !== undefined && change.signals.length > 0) next = takeReadings(next, change.signals, now);
  if (change.alerts !== undefined) next = { ...next, alerts: change.alerts.map(toAlert) };
  if (next.header === undefined) return next;
  const { title, version, phase, launchedAt, notices, notifications } = change;
  const changed = [title, version, phase, launchedAt, notices, notifications].some((part) => part !== undefined);
  if (!changed) return next;
  const header: LiveHeader = {
    ...next.header,
    ...(title === undefined ? {} : { title }),
    ...(version === undefined ? {} : { version }),
    ...(phase === undefined ? {} : { phase }),
    ...(launchedAt === undefined ? {} : { launchedAt: Date.parse(launchedAt) }),
    ...(notices === undefined ? {} : { notices }),
    ...(notifications === undefined ? {} : { notifications }),
  };
  return { ...next, header };
}

function takeReadings(state: LiveState, changed: readonly ReadingAnswer[], now: number): LiveState {
  const signals = new Map(state.signals);
  let signalNames = state.signalNames;
  for (const answer of changed) {
    const reading = toReading(answer, now);
    const before = signals.get(reading.signal);
    if (before === undefined) {
      signals.set(reading.signal, [reading]);
      signalNames = [...signalNames, reading.signal];
      continue;
    }
    const index = before.findIndex(({ group }) => sameGroup(group, reading.group));
    signals.set(reading.signal, index === -1 ? [...before, reading] : before.with(index, reading));
  }
  return { ...state, signals, signalNames };
}

function takeFact(state: LiveState, fact: FactAnswer): LiveState {
  if (state.facts.some(({ sequence }) => sequence === fact.sequence)) return state;
  const facts = [fact, ...state.facts].sort((left, right) => right.sequence - left.sequence).slice(0, FACTS_KEPT);
  return { ...state, facts };
}

function headerOf(status: PlanStatusAnswer): LiveHeader {
  return {
    plan: status.plan,
    title: status.title,
    version: status.version,
    ...(status.phase === undefined ? {} : { phase: status.phase }),
    ...(status.launchedAt === undefined ? {} : { launchedAt: Date.parse(status.launchedAt) }),
    notices: status.notices,
    notifications: status.notifications,
  };
}

function toReading({ ageMs, ...reading }: ReadingAnswer, now: number): LiveReading {
  return { ...reading, at: now - ageMs };
}

function toAlert({ since, sinceMs: _, ...alert }: AlertAnswer): LiveAlert {
  return { ...alert, since: Date.parse(since) };
}

/** How far two statuses may differ in a reading's instant for the same reading: they tell its age, in milliseconds, at different times. */
const SAME_INSTANT_MS = 50;

function sameReadings(left: readonly LiveReading[], right: readonly LiveReading[]): boolean {
  if (left.length !== right.length) return false;
  return left.every((reading, index) => {
    const other = right[index];
    return (
      other !== undefined &&
      sameGroup(reading.group, other.group) &&
      reading.state === other.state &&
      reading.value === other.value &&
      reading.sampleSize === other.sampleSize &&
      reading.reason === other.reason &&
      Math.abs(reading.at - other.at) < SAME_INSTANT_MS
    );
  });
}

function sameGroup(left: readonly string[], right: readonly string[]): boolean {
  return sameNames(left, right);
}

function sameNames(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name, index) => name === right[index]);
}
