import { evidenceText } from '#core/explain-text.ts';
import type { Evidence, Fact, Judgement } from '#core/model.ts';
import type { NotificationIntent } from '#core/notification.ts';
import type { DurationMs, Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Verified } from './expectations.ts';
import type { Scenario, ScenarioStep } from './scenario.ts';
import type { Stage } from './stage.ts';
import { describeFact, offsetText } from './timeline.ts';

/** What a rehearsal was like, to be looked at from any instant. Times are milliseconds from T+0. */
export interface Recording {
  readonly name: string;
  readonly seed: number;
  readonly launch: Instant;
  readonly fromMs: DurationMs;
  readonly untilMs: DurationMs;
  readonly steps: readonly RecordedStep[];
  readonly facts: readonly RecordedFact[];
  readonly expectations: readonly RecordedExpectation[];
  readonly messages: readonly RecordedMessage[];
  readonly phases: readonly { readonly name: string; readonly fromMs: DurationMs; readonly untilMs: DurationMs }[];
  readonly alerts: readonly RecordedState[];
  readonly loads: readonly RecordedLoad[];
  readonly series: readonly RecordedSeries[];
  /** The distance of two points of a series; a point may lie up to a second behind its place. */
  readonly pointMs: DurationMs;
  /** What was left out because there was too much of it, a sentence each. */
  readonly leftOut: readonly string[];
}

export interface RecordedStep {
  readonly atMs: DurationMs;
  readonly text: string;
  readonly place: string;
}

export interface RecordedFact {
  readonly atMs: DurationMs;
  readonly kind: string;
  readonly subject: string;
  /** In words, as in the timeline. */
  readonly text: string;
  /** The readings behind it, a line each. */
  readonly evidence: readonly string[];
}

export interface RecordedExpectation {
  readonly atMs: DurationMs;
  /** When the step stood that expected it. */
  readonly stepMs: DurationMs;
  readonly text: string;
  /** `file:line:col` of the step. */
  readonly place: string;
  readonly passed: boolean;
  readonly instead: readonly string[];
}

export interface RecordedMessage {
  readonly atMs: DurationMs;
  readonly recipient: string;
  readonly channel: string;
  readonly rule: string;
  readonly group: readonly string[];
  readonly alert: string;
  /** What it tells: `fired`, `repeated`, `flapping` or `resolved`. */
  readonly step: string;
}

/** A rule in one group, in one state from one instant to another. */
export interface RecordedState {
  readonly rule: string;
  readonly group: readonly string[];
  readonly state: Judgement['state'];
  readonly alert?: string;
  readonly severity?: string;
  readonly fromMs: DurationMs;
  readonly untilMs: DurationMs;
}

export interface RecordedLoad {
  readonly name: string;
  readonly text: string;
  readonly kind: 'load' | 'silence';
  readonly fromMs: DurationMs;
  readonly untilMs: DurationMs;
}

/** A figure of one group over the time: at each instant its value, or why it has none. */
export interface RecordedSeries {
  readonly signal: string;
  readonly group: readonly string[];
  readonly unit: string;
  readonly points: readonly (readonly [
    atMs: DurationMs,
    value: number | null,
    state: 'value' | 'too few' | 'no data',
  ])[];
}

/** Looks on while a scenario is played, and keeps what is needed to show it. */
export class Recorder {
  readonly #launch: Instant;
  readonly #scenario: Scenario;
  readonly #pointMs: DurationMs;
  readonly #progress: (reachedMs: DurationMs) => void;
  readonly #facts: RecordedFact[] = [];
  readonly #messages: RecordedMessage[] = [];
  readonly #states: RecordedState[] = [];
  readonly #open: Map<string, { readonly judgement: Judgement; readonly fromMs: DurationMs }> = new Map();
  readonly #phases: { name: string; fromMs: DurationMs; untilMs: DurationMs }[] = [];
  readonly #series: Map<
    string,
    { signal: string; group: readonly string[]; unit: string; points: RecordedSeries['points'][number][] }
  > = new Map();
  readonly #severities: Map<string, string> = new Map();
  readonly #leftOut: Set<string> = new Set();
  #nextPoint: DurationMs;
  #judgements: unknown;

  constructor(scenario: Scenario, launch: Instant, progress: (reachedMs: DurationMs) => void) {
    this.#scenario = scenario;
    this.#launch = launch;
    this.#progress = progress;
    const range = Math.max(1_000, scenario.untilMs - scenario.startMs);
    this.#pointMs = Math.max(1_000, Math.ceil(range / limits.rehearsalPoints / 1_000) * 1_000);
    this.#nextPoint = scenario.startMs;
  }

  fact(fact: Fact): void {
    const atMs = fact.at - this.#launch;
    if (fact.kind === 'alert-fired') this.#severities.set(fact.subject, String(fact.body.severity));
    if (this.#facts.length >= limits.rehearsalFacts) {
      this.#leftOut.add(`Only the first ${limits.rehearsalFacts} facts are shown.`);
      return;
    }
    const evidence = ((fact.body.evidence as readonly Evidence[] | undefined) ?? []).map((one) =>
      evidenceText(one, (at) => offsetText(at, this.#launch)),
    );
    this.#facts.push({ atMs, kind: fact.kind, subject: fact.subject, text: describeFact(fact), evidence });
  }

  message({ createdAt, identity, rule, content: { group } }: NotificationIntent): void {
    if (this.#messages.length >= limits.rehearsalFacts) {
      this.#leftOut.add(`Only the first ${limits.rehearsalFacts} messages are shown.`);
      return;
    }
    const { recipient, channel, episode, step } = identity;
    const atMs = createdAt - this.#launch;
    this.#messages.push({ atMs, recipient, channel, rule, group: JSON.parse(group) as string[], alert: episode, step });
  }

  /** After each move of the stage. */
  moved(stage: Stage): void {
    const atMs = stage.now - this.#launch;
    if (stage.world.judgements !== this.#judgements) {
      this.#judgements = stage.world.judgements;
      this.#readStates(stage, atMs);
    }
    this.#readPhase(stage, atMs);
    if (atMs < this.#nextPoint) return;
    this.#readPoints(stage, atMs);
    this.#progress(atMs);
  }

  /** The whole of it, once it is over. */
  recording(stage: Stage, results: readonly Verified[]): Recording {
    const { name, seed, startMs, untilMs, steps } = this.#scenario;
    this.#judgements = undefined;
    this.#readStates(stage, untilMs);
    for (const { judgement, fromMs } of this.#open.values()) this.#close(judgement, fromMs, untilMs);
    const phase = this.#phases.at(-1);
    if (phase !== undefined) phase.untilMs = untilMs;
    return {
      name,
      seed,
      launch: this.#launch,
      fromMs: startMs,
      untilMs,
      steps: steps
        .filter(({ action }) => action.kind !== 'expect')
        .map(({ atMs, text, place }) => ({ atMs, text, place })),
      facts: this.#facts,
      expectations: results.map(({ step, at, passed, instead }) => ({
        atMs: at - this.#launch,
        stepMs: step.atMs,
        text: step.text,
        place: step.place,
        passed,
        instead,
      })),
      messages: this.#messages,
      phases: this.#phases,
      alerts: this.#states.toSorted((left, right) => left.fromMs - right.fromMs),
      loads: loadsOf(steps, untilMs),
      series: [...this.#series.values()],
      pointMs: this.#pointMs,
      leftOut: [...this.#leftOut],
    };
  }

  #readStates(stage: Stage, atMs: DurationMs): void {
    const now = stage.world.judgements;
    for (const [key, { judgement, fromMs }] of this.#open) {
      const current = now.get(key);
      if (current?.state === judgement.state && current.alert === judgement.alert) continue;
      this.#close(judgement, fromMs, atMs);
      this.#open.delete(key);
    }
    for (const [key, judgement] of now) if (!this.#open.has(key)) this.#open.set(key, { judgement, fromMs: atMs });
  }

  #close({ rule, group, state, alert }: Judgement, fromMs: DurationMs, untilMs: DurationMs): void {
    if (this.#states.length >= limits.rehearsalFacts) {
      this.#leftOut.add(`Only the first ${limits.rehearsalFacts} states of alerts are shown.`);
      return;
    }
    const severity = alert === undefined ? undefined : this.#severities.get(alert);
    this.#states.push({
      rule,
      group: JSON.parse(group) as string[],
      state,
      ...(alert === undefined ? {} : { alert }),
      ...(severity === undefined ? {} : { severity }),
      fromMs,
      untilMs,
    });
  }

  #readPhase(stage: Stage, atMs: DurationMs): void {
    const name = stage.world.line.phase;
    const last = this.#phases.at(-1);
    if (last !== undefined) last.untilMs = atMs;
    if (name !== undefined && name !== last?.name) this.#phases.push({ name, fromMs: atMs, untilMs: atMs });
  }

  #readPoints(stage: Stage, atMs: DurationMs): void {
    this.#nextPoint =
      (Math.floor((atMs - this.#scenario.startMs) / this.#pointMs) + 1) * this.#pointMs + this.#scenario.startMs;
    for (const { signal, group, reading } of stage.readings()) {
      const key = `${signal} ${group}`;
      let series = this.#series.get(key);
      if (series === undefined) {
        if (this.#series.size >= limits.rehearsalSeries) {
          this.#leftOut.add(`Only the first ${limits.rehearsalSeries} figures and groups are drawn.`);
          continue;
        }
        const unit = stage.world.plan.signals.find(({ name }) => name === signal)?.unit.shown ?? '';
        series = { signal, group: JSON.parse(group) as string[], unit, points: [] };
        this.#series.set(key, series);
      }
      series.points.push([atMs, reading.state === 'no data' ? null : reading.value, reading.state]);
    }
  }
}

/** From when to when each load ran, and intake was away. */
function loadsOf(steps: readonly ScenarioStep[], untilMs: DurationMs): readonly RecordedLoad[] {
  const ended: RecordedLoad[] = [];
  const open = new Map<string, RecordedLoad>();
  const end = (name: string, atMs: DurationMs): void => {
    const load = open.get(name);
    if (load === undefined) return;
    ended.push({ ...load, untilMs: atMs });
    open.delete(name);
  };
  for (const { action, atMs, text } of steps) {
    if (action.kind === 'load') {
      end(action.name, atMs);
      open.set(action.name, { name: action.name, text, kind: 'load', fromMs: atMs, untilMs });
    } else if (action.kind === 'stop') {
      for (const name of action.name === 'all' ? [...open.keys()] : [action.name]) end(name, atMs);
    } else if (action.kind === 'silence') {
      ended.push({ name: 'intake', text, kind: 'silence', fromMs: atMs, untilMs: Math.min(untilMs, atMs + action.ms) });
    }
  }
  return [...ended, ...open.values()].toSorted((left, right) => left.fromMs - right.fromMs);
}
